/**
 * The legend of a map: which line is which day, and what hollow markers mean. Its height stays the
 * same while a plan grows.
 * @module
 */
import { useWords } from "../../words/words.ts";
import { useAwake } from "../focus.ts";
import { partClass } from "./part_class.ts";
import { type Stop, stopId } from "./stop.ts";

export interface MapLegendProps {
  /** The map in one sentence. */
  summary: string;
  stops: readonly Stop[];
  /** The names of all parts. */
  labels: readonly string[];
  /** The parts that the map does not show. */
  hidden: ReadonlySet<number>;
  onHide(parts: ReadonlySet<number>): void;
  isDetailed: boolean;
  /** Whether the detailed map could not be shown. */
  hasFailed: boolean;
  /** Opens or closes the detailed map; `null`: there is none. */
  onToggle: (() => void) | null;
}

/** Explains a map. */
export function MapLegend(props: MapLegendProps) {
  const { summary, stops, isDetailed, hasFailed, onToggle } = props;
  const { map } = useWords();
  return (
    <figcaption>
      <p class="unseen">{summary}</p>
      <PartList {...props} />
      <p class="map-notes">
        {onToggle && (
          <button type="button" class="small" onClick={onToggle}>
            {isDetailed ? map.simple : map.detailed}
          </button>
        )}
        {stops.some(({ isLookedUp }) => !isLookedUp) && `${map.about} `}
        {!isDetailed && map.credit}
        {hasFailed && <span role="status">{` ${map.detailedFailed}`}</span>}
      </p>
    </figcaption>
  );
}

type PartListProps = Pick<MapLegendProps, "stops" | "labels" | "hidden" | "onHide">;

/** Lists the days. With a script, they can be hidden; without one, they link to the plan. */
function PartList({ stops, labels, hidden, onHide }: PartListProps) {
  const { map } = useWords();
  const isAwake = useAwake();
  const firsts = stops.filter(({ part }, index) => stops[index - 1]?.part !== part);
  if (firsts.length < 2) return null;
  function toggle(part: number): void {
    const parts = new Set(hidden);
    if (!parts.delete(part)) parts.add(part);
    onHide(parts);
  }
  const toggleAll = () => onHide(new Set(hidden.size > 0 ? [] : firsts.map(({ part }) => part)));
  return (
    <ul class="map-parts" aria-label={map.legend}>
      {isAwake && (
        <li class="all">
          <button type="button" onClick={toggleAll}>
            {hidden.size > 0 ? map.showAll : map.hideAll}
          </button>
        </li>
      )}
      {firsts.map((stop) => {
        const { part } = stop;
        const content = <PartName part={part} label={labels[part] ?? ""} />;
        const isShown = !hidden.has(part);
        return (
          <li key={part}>
            {isAwake
              ? (
                <button type="button" aria-pressed={isShown} onClick={() => toggle(part)}>
                  {content}
                </button>
              )
              : <a href={`#${stopId(stop)}`}>{content}</a>}
          </li>
        );
      })}
    </ul>
  );
}

/** Shows the name of a part beside its line. */
function PartName({ part, label }: { part: number; label: string }) {
  return (
    <>
      <svg class={`swatch ${partClass(part)}`} viewBox="0 0 28 12" aria-hidden="true">
        <line x1="2" x2="26" y1="6" y2="6" />
      </svg>
      <span dir="auto">{label}</span>
    </>
  );
}
