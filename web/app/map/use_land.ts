/**
 * The land below the places. The server sends it with the page; the map asks for more when its
 * frame grows, and for finer land when it is zoomed.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import {
  type Box,
  boxOf,
  type Frame,
  frameAroundBox,
  frameText,
  isSameFrame,
  type Land,
  MAP_SHAPE,
  type Outlines,
} from "./land.ts";

/** How long the map rests before it asks for finer land. */
const REST_MS = 350;

/** From this zoom on, finer land is worth a request. */
const FINE_ZOOM = 2.5;

/**
 * Returns the land in the frame of a map, and finer land in its view.
 *
 * @param initial what the page has; `null`: nothing
 */
export function useLand(
  { frame, view, initial }: { frame: Frame; view: Box; initial: Land | null },
): { land: Outlines[]; region: Outlines | null } {
  const [base, setBase] = useState(initial);
  const [fine, setFine] = useState<Land | null>(null);
  const isZoomed = boxOf(frame).width > view.width * FINE_ZOOM;
  const wanted = isZoomed ? frameText(frameAroundBox(view, 1, MAP_SHAPE)) : null;
  useFetched(base && isSameFrame(base.frame, frame) ? null : frameText(frame), setBase, 0);
  useFetched(wanted, setFine, REST_MS);
  const finer = isZoomed && fine && frameText(fine.frame) !== frameText(frame) ? [fine] : [];
  return { land: [...base ? [base] : [], ...finer], region: base?.region ?? null };
}

/** Fetches the land of a frame after a rest. `null`: nothing to fetch. */
function useFetched(text: string | null, onLand: (land: Land) => void, restMs: number): void {
  useEffect(() => {
    if (text === null) return;
    const controller = new AbortController();
    const { signal } = controller;
    const timer = setTimeout(async () => {
      // Without it, for example offline, the map has places on an empty ground.
      const land = await fetchLand(text, signal).catch(() => null);
      if (land && !signal.aborted) onLand(land);
    }, restMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text]);
}

async function fetchLand(text: string, signal: AbortSignal): Promise<Land | null> {
  const response = await fetch(`/atlas?frame=${text}`, { signal });
  return response.ok ? await response.json() : null;
}
