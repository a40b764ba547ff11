/**
 * The buttons that zoom a map.
 * @module
 */
import { useWords } from "../../words/words.ts";

export interface MapButtonsProps {
  moves: {
    zoom(factor: number, at: { x: number; y: number }, isSmooth?: boolean): void;
    reset(): void;
  };
  /** Whether the whole map is shown. */
  isWhole: boolean;
  isClosest: boolean;
}

const MIDDLE = { x: 0.5, y: 0.5 };

export function MapButtons({ moves, isWhole, isClosest }: MapButtonsProps) {
  const { map } = useWords();
  const buttons = [
    [map.zoomIn, "M12 6v12M6 12h12", isClosest, () => moves.zoom(2, MIDDLE, true)],
    [map.zoomOut, "M6 12h12", isWhole, () => moves.zoom(0.5, MIDDLE, true)],
    [map.reset, "M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5", isWhole, moves.reset],
  ] as const;
  return (
    <div class="map-buttons needs-script">
      {buttons.map(([name, icon, isOff, onClick]) => (
        <button
          key={name}
          type="button"
          aria-label={name}
          title={name}
          aria-disabled={isOff}
          onClick={onClick}
        >
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={icon} />
          </svg>
        </button>
      ))}
    </div>
  );
}
