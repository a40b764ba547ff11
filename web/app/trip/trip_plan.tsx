/**
 * The plan of a trip with its index and its map, which follow each other.
 * @module
 */
import { useMemo } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { PhotosPath } from "../kinds/photo.tsx";
import { PlanSlotsProvider } from "../kinds/plan_slots.ts";
import { tripViewOf } from "../kinds/registry.ts";
import type { Land } from "../map/land.ts";
import { ShapingContext } from "../shaping/context.ts";
import type { useShaping } from "../shaping/use_shaping.ts";
import { MapPanel } from "./map_panel.tsx";
import { PartIndex } from "./part_index.tsx";
import { planAdditions } from "./plan_additions.tsx";
import { useStopFocus } from "./stop_focus.ts";
import { useWholePrint } from "./whole_print.ts";

export interface TripPlanProps {
  /** The plan as the reader has changed it, and how to change it further. */
  shaping: ReturnType<typeof useShaping>;
  /** The land on the map; `null`: not known. */
  land: Land | null;
  /** The path of the photographs of the plan; `null`: it has none. */
  photos: string | null;
}

export function TripPlan({ shaping, land, photos }: TripPlanProps) {
  const words = useWords();
  const { job, isGrowing, context, edits } = shaping;
  const view = tripViewOf(job);
  const contents = view.contentsOf?.(job, words);
  const { focus, rowEvents, show } = useStopFocus();
  useWholePrint();
  const stops = useMemo(() => view.stopsOf?.(job) ?? [], [job]);
  const parts = useMemo(() => contents?.parts.map(({ label }) => ({ label })) ?? [], [job]);
  return (
    <ShapingContext.Provider value={context}>
      <PhotosPath.Provider value={photos}>
        {contents && <PartIndex {...contents} />}
        <div class="workspace">
          {view.stopsOf && (
            <MapPanel
              isGrowing={isGrowing}
              stops={stops}
              parts={parts}
              land={land}
              focus={focus}
              onFocus={show}
            />
          )}
          <div class="plan" {...rowEvents}>
            <PlanSlotsProvider value={planAdditions(job, edits)}>
              <view.Plan job={job} isGrowing={isGrowing} focus={focus} />
            </PlanSlotsProvider>
          </div>
        </div>
      </PhotosPath.Provider>
    </ShapingContext.Provider>
  );
}
