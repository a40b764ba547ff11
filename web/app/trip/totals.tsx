/**
 * The totals of a plan.
 * @module
 */
import { useWords } from "../../words/words.ts";
import type { Total } from "../kinds/trip_view.ts";

/** Shows totals. An unknown total keeps its place, so that nothing moves when it becomes known. */
export function Totals({ totals }: { totals: readonly Total[] }) {
  const { trip } = useWords();
  return (
    <dl class="totals" aria-label={trip.totals}>
      {totals.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value === null ? <Unknown text={trip.unknown} /> : <span class="value">{value}</span>}
            {note && <span class="quiet">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Unknown({ text }: { text: string }) {
  return (
    <span class="value">
      <span aria-hidden="true">–</span>
      <span class="unseen">{text}</span>
    </span>
  );
}
