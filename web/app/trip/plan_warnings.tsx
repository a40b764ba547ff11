/**
 * What a traveler should check in a plan.
 * @module
 */
import type { Job } from "../../client/job.ts";
import { useWords } from "../../words/words.ts";

/** Lists the warnings of a plan. An instance of an earlier version answers without the member. */
export function PlanWarnings({ warnings }: { warnings: Job["warnings"] | undefined }) {
  const { trip, language } = useWords();
  if (warnings === undefined || warnings.length === 0) return null;
  return (
    <section class="notice warnings" aria-labelledby="warnings">
      <h2 class="title" id="warnings">{trip.pleaseCheck}</h2>
      {/* The service has these sentences in English only. */}
      <ul lang={language === "en" ? undefined : "en"}>
        {warnings.map(({ message }, index) => <li key={index} dir="auto">{message}</li>)}
      </ul>
    </section>
  );
}
