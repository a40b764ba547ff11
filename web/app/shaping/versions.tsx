/**
 * The versions of a trip: which one the page shows, what it has changed, and links to the others.
 * @module
 */
import { idOf } from "../../client/job.ts";
import { useWords, type Words } from "../../words/words.ts";
import { LocalTime } from "../local_time.tsx";
import { tripUrl } from "../session.ts";
import { Comparison } from "./comparison.tsx";
import type { PlanDiff } from "./diff.ts";
import type { Asked, PlanShape } from "./plan_shape.ts";
import type { Version } from "./state.ts";
import type { ShapingPage } from "./use_shaping.ts";

/** A longer summary of what has changed only counts. */
const MAX_PARTS = 4;

/** Shows nothing for a trip with one version. */
export function Versions({ shaping }: { shaping: ShapingPage }) {
  const all = useWords();
  const words = all.shaping;
  const { state, version, shape, job, diff } = shaping;
  if (!state || !version || !shape || state.versions.length < 2) return null;
  const { versions, compared } = state;
  const number = ({ id }: Version) => id === idOf(job) ? job.status : null;
  return (
    <section class="versions" aria-label={words.versions}>
      <p>
        <strong>{words.version(version.number, versions.length)}</strong>
        <span dir="auto">
          {version.asked && describeAsked(version.asked, { words: all, shape })}
        </span>
      </p>
      {version.from !== null && (
        <p class="summary">
          {job.status === "processing"
            ? words.changing
            : diff && `${words.since(version.from)} ${summarize(diff, { words: all, shape })}`}
        </p>
      )}
      <details>
        <summary>{words.versions}</summary>
        <ol>
          {versions.map((one) => (
            <li key={one.id}>
              <VersionRow version={one} status={number(one) ?? one.status} shaping={shaping} />
            </li>
          ))}
        </ol>
      </details>
      {compared && <Comparison shaping={shaping} compared={compared} version={version} />}
    </section>
  );
}

interface VersionRowProps {
  version: Version;
  status: Version["status"];
  shaping: ShapingPage;
}

function VersionRow({ version, status, shaping: { job, shape, isServed } }: VersionRowProps) {
  const all = useWords();
  const words = all.shaping;
  const { id, number, createdAt, asked } = version;
  const isShown = id === idOf(job);
  const isComparable = isServed && !isShown && status === "completed" && job.status === "completed";
  return (
    <>
      <a href={tripUrl(id)} aria-current={isShown ? "page" : undefined}>
        {words.versionName(number)}
      </a>
      <span dir="auto">{asked && describeAsked(asked, { words: all, shape: shape! })}</span>
      <span class="quiet">
        {createdAt && <LocalTime iso={createdAt} />}
        {status !== "completed" && `, ${words.states[status]}`}
      </span>
      {isComparable && <a href={`${tripUrl(idOf(job))}?compare=${id}`}>{words.compare(number)}</a>}
    </>
  );
}

interface Language {
  words: Words;
  shape: Pick<PlanShape, "noun">;
}

/** Returns what the traveler asked for in a version. */
export function describeAsked(
  { part, item, text, members }: Asked,
  { words: { plan, shaping }, shape: { noun } }: Language,
): string {
  if (text !== undefined) {
    const said = text === "" ? shaping.ownWords : shaping.quoted(text);
    return part === undefined ? said : `${plan[noun](part)}: ${said}`;
  }
  if (part !== undefined) {
    const name = shaping[noun];
    return item === undefined ? name.askedAnew(part) : name.askedAnother(part);
  }
  return members === undefined ? shaping.first : shaping.otherFacts;
}

/** Returns what has changed, in a line: `Day 2: new · Day 3: 1 new, 1 removed`. */
export function summarize(
  { parts, removed }: PlanDiff,
  { words: { plan, shaping: words }, shape: { noun } }: Language,
): string {
  const changed = parts.flatMap(({ state, items, removed }, index) => {
    if (state === "same") return [];
    if (state === "new") return [`${plan[noun](index + 1)}: ${words.counts.new}`];
    const count = (wanted: string) => items.filter(({ state }) => state === wanted).length;
    const counts = [
      [count("new"), words.counts.new],
      [count("changed"), words.counts.changed],
      [removed.length, words.counts.removed],
    ].flatMap(([count, word]) => count ? [`${count} ${word}`] : []);
    return [`${plan[noun](index + 1)}: ${counts.join(", ") || words.counts.changed}`];
  });
  const all = changed.length > MAX_PARTS ? [words[noun].changed(changed.length)] : changed;
  const lost = removed.length > 0 ? [words.removedParts(removed.join(", "))] : [];
  return [...all, ...lost].join(" · ") || words.nothing;
}
