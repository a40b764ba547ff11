/**
 * The page of bundles: its stages, its files and its facts.
 * @module
 */
import type { GenerationJob } from "../../../client/job.ts";
import { DetailList } from "../plan_pieces.tsx";
import { describeFacts } from "../trip_facts.ts";
import type { TripView } from "../trip_view.ts";
import { formatInterests, titleOf } from "./form.ts";
import { BundlesPlan } from "./plan.tsx";
import { bundlesParts, bundlesSummary } from "./summary.ts";

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
  summaryOf: bundlesSummary,
  partsOf: bundlesParts,
  reasoningOf: ({ reasoningSummaries }) => reasoningSummaries,
};

/** Shows the preferences that the title leaves out. */
function PreferenceList({ preferences }: Pick<GenerationJob, "preferences">) {
  const { timeframe, musicProfile, otherPreferences } = preferences;
  const interests = formatInterests(preferences);
  const cutOff = titleOf(preferences).endsWith(interests) ? null : interests;
  const { interests: _, ...facts } = preferences;
  const details = [cutOff, timeframe, musicProfile, ...describeFacts(facts), otherPreferences];
  return <DetailList details={details} />;
}
