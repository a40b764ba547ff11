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

export const bundlesPage: TripView<"bundles"> = {
  partNoun: "Bundle",
  stages: ["queued", "thinking", "researching", "writing"],
  files: { markdown: true, calendar: "dates" },
  Plan: BundlesPlan,
  Details: ({ job: { preferences } }) => <PreferenceList preferences={preferences} />,
  timeZoneOf: ({ timeZone }) => timeZone,
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
