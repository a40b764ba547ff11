/**
 * Two versions of a plan side by side.
 * @module
 */
import { idOf } from "../../client/job.ts";
import { useWords } from "../../words/words.ts";
import { tripUrl } from "../session.ts";
import { diffPlans, type PartDiff } from "./diff.ts";
import type { Part, PlanShape } from "./plan_shape.ts";
import type { ShapingState, Version } from "./state.ts";
import type { ShapingPage } from "./use_shaping.ts";

interface ComparisonProps {
  shaping: ShapingPage;
  compared: NonNullable<ShapingState["compared"]>;
  /** The version on the page. */
  version: Version;
}

/** The older version is on the left. */
export function Comparison({ shaping, compared, version }: ComparisonProps) {
  const { plan, shaping: words } = useWords();
  const { job, state } = shaping;
  const shape = shaping.shape!;
  const shown = { number: version.number, parts: shape.partsOf(job) };
  const [older, newer] = [shown, compared].toSorted((one, other) => one.number - other.number) as [
    typeof shown,
    typeof shown,
  ];
  const diff = diffPlans({ before: older.parts, after: newer.parts }, shape);
  const count = Math.max(older.parts.length, newer.parts.length);
  return (
    <section class="comparison" aria-labelledby="comparison">
      <h2 id="comparison">{words.compareTitle(older.number, newer.number)}</h2>
      <ol>
        {Array.from({ length: count }, (_, index) => {
          const name = plan[shape.noun](index + 1);
          // What is the same is not there twice.
          if (diff.parts[index]?.state === "same") {
            return (
              <li key={index}>
                <h3>
                  {name}: <span dir="auto">{shape.titleOf(newer.parts[index]!)}</span>
                </h3>
                <p class="quiet">{words.nothing}</p>
              </li>
            );
          }
          return (
            <li key={index}>
              <h3>{name}</h3>
              <Column
                version={older.number}
                part={older.parts[index]}
                shape={shape}
                isLost={(item) => isLost(diff.parts[index], item)}
              />
              <Column
                version={newer.number}
                part={newer.parts[index]}
                shape={shape}
                diff={diff.parts[index]}
              />
            </li>
          );
        })}
      </ol>
      <p>
        <a class="button" href={tripUrl(idOf(job))}>{words.closeCompare}</a>
        <span class="unseen">{words.version(version.number, state!.versions.length)}</span>
      </p>
    </section>
  );
}

/** Returns whether an item of the older part is no longer there. */
function isLost(diff: PartDiff | undefined, index: number): boolean {
  if (diff === undefined || diff.state === "new") return true;
  return diff.state === "changed" && !diff.items.some(({ was }) => was === index);
}

interface ColumnProps {
  /** The number of the version. */
  version: number;
  part: Part | undefined;
  shape: PlanShape;
  /** Of the newer version: what differs. */
  diff?: PartDiff | undefined;
  /** Of the older version: whether the newer one lacks an item. */
  isLost?: (index: number) => boolean;
}

function Column({ version, part, shape, diff, isLost = () => false }: ColumnProps) {
  const words = useWords().shaping;
  return (
    <div>
      <p class="quiet">{words.versionName(version)}</p>
      {part ? <p class="title" dir="auto">{shape.titleOf(part)}</p> : <p>{words.missing}</p>}
      <ul>
        {(part ? shape.itemsOf(part) : []).map((item, index) => {
          const { title, time } = shape.labelOf(item);
          const state = diff?.state === "new" ? "new" : diff?.items[index]?.state ?? "same";
          return (
            <li key={index} dir="auto">
              <span class="quiet">{time}</span> {isLost(index) ? <del>{title}</del> : title}
              {state !== "same" && (
                <>
                  {" "}
                  <Mark state={state} />
                </>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Mark({ state }: { state: "new" | "changed" }) {
  const { marks } = useWords().shaping;
  return <span class={`change-mark ${state}`}>{marks[state]}</span>;
}
