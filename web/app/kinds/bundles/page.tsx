/**
 * The page of bundles: its stages, its files and its facts.
 * @module
 */
import { useWords } from "../../../words/words.ts";
import type { GenerationJob } from "../../../client/job.ts";
import { DetailList } from "../plan_pieces.tsx";
import { describeFacts } from "../trip_facts.ts";
import type { TripView } from "../trip_view.ts";
import { formatInterests, titleOf } from "./form.ts";
import { BundlesPlan } from "./plan.tsx";

export const bundlesPage: TripView<"bundles"> = {
  partNoun: "Bundle",
  stages: [
    ["queued", "Waiting"],
    ["thinking", "Thinking"],
    ["researching", "Researching"],
    ["writing", "Writing"],
  ],
  waitingTips: [
    "This takes a few minutes.",
    "You can close this page.",
    "Bundles appear one by one.",
    "Check dates and tickets.",
  ],
  files: { markdown: true, calendar: "dates" },
  Plan: BundlesPlan,
  Details: ({ job: { preferences } }) => <PreferenceList preferences={preferences} />,
  timeZoneOf: ({ timeZone }) => timeZone,
  reasoningOf: ({ reasoningSummaries }) => reasoningSummaries,
};

/** Shows the preferences that the title leaves out. */
function PreferenceList({ preferences }: Pick<GenerationJob, "preferences">) {
  const words = useWords();
  const { timeframe, musicProfile, otherPreferences } = preferences;
  const interests = formatInterests(preferences, words);
  const cutOff = titleOf(preferences, words).endsWith(interests) ? null : interests;
  // The title has the city.
  const { interests: _, city: __, ...facts } = preferences;
  const details = [
    cutOff,
    timeframe,
    musicProfile,
    ...describeFacts(facts, words),
    otherPreferences,
  ];
  return <DetailList details={details} />;
}
