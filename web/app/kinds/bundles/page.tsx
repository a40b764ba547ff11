/**
 * The page of bundles: its stages, its files, its facts and its map.
 * @module
 */
import type { GenerationJob } from "../../../client/job.ts";
import { useWords, type Words } from "../../../words/words.ts";
import { formatRange, formatShortDay } from "../format.ts";
import { DetailList } from "../plan_pieces.tsx";
import { stopsIn } from "../stops.ts";
import { describeFacts } from "../trip_facts.ts";
import type { PlanContents, TripView } from "../trip_view.ts";
import { bundlesOf, bundlesTotals } from "./bundle_text.ts";
import { formatInterests, titleOf } from "./wish.ts";
import { BundlesPlan } from "./plan.tsx";
import { bundlesSummary } from "./summary.ts";

/** A plan has at least this many bundles. */
const MIN_BUNDLES = 3;

export const bundlesPage: TripView<"bundles"> = {
  partNoun: "Bundle",
  stages: ["queued", "thinking", "researching", "writing"],
  files: { markdown: true, calendar: "dates" },
  Plan: BundlesPlan,
  Details: ({ job: { preferences } }) => <PreferenceList preferences={preferences} />,
  subtitleOf,
  totalsOf: bundlesTotals,
  contentsOf,
  timeZoneOf: ({ timeZone }) => timeZone,
  stopsOf: (job) => stopsIn(bundlesOf(job).map(({ keyEvents }) => keyEvents)),
  summaryOf: bundlesSummary,
  reasoningOf: ({ reasoningSummaries }) => reasoningSummaries,
};

/** Shows the preferences that the title and the line below it leave out. */
function PreferenceList({ preferences }: Pick<GenerationJob, "preferences">) {
  const words = useWords();
  const { timeframe, musicProfile, otherPreferences } = preferences;
  const interests = formatInterests(preferences, words);
  const cutOff = titleOf(preferences, words).endsWith(interests) ? null : interests;
  const { interests: _, city: _city, startDate: _start, endDate: _end, ...facts } = preferences;
  const details = [
    cutOff,
    // Without dates, it is the line below the title.
    preferences.startDate && timeframe,
    musicProfile,
    ...describeFacts(facts, words),
    otherPreferences,
  ];
  return <DetailList details={details} />;
}

function subtitleOf({ preferences, createdAt }: GenerationJob, words: Words): string | null {
  const { timeframe, startDate: first, endDate: last } = preferences;
  const year = createdAt.slice(0, 4);
  const when = first &&
    (last
      ? formatRange({ first, last }, { words, year })
      : words.plan.from(formatShortDay(first, words.language)));
  return when || timeframe || null;
}

function contentsOf(job: GenerationJob, { trip, plan }: Words): PlanContents {
  const bundles = bundlesOf(job);
  const isGrowing = job.status === "processing";
  // Parts are never removed from the index, so that nothing moves.
  const count = isGrowing ? Math.max(MIN_BUNDLES, bundles.length) : bundles.length;
  return {
    name: trip.bundles,
    hasList: true,
    parts: Array.from({ length: count }, (_, part) => ({
      id: `bundle-${part + 1}`,
      label: plan.bundle(part + 1),
      title: bundles[part]?.title ?? null,
      isDated: bundles[part]?.keyEvents.some(({ startsAt }) => startsAt !== null) ?? false,
    })),
  };
}
