/**
 * The detailed map in place of the simple one. Its code is loaded when it is opened.
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import type { openTileMap, TileMap } from "../../tiles/tiles.ts";
import { useWords } from "../../words/words.ts";
import { partClass } from "./part_class.ts";
import type { MapPlaces } from "./simple_map.tsx";
import { type Stop, stopId } from "./stop.ts";
import type { TileOffer } from "./tile_offer.ts";

export interface DetailedMapProps extends MapPlaces {
  offer: TileOffer;
  /** Called when the map cannot be shown. */
  onFault(error: unknown): void;
}

/** Shows the detailed map. */
export function DetailedMap(props: DetailedMapProps) {
  const { offer, frame, stops, focused, onFault } = props;
  const words = useWords();
  const element = useRef<HTMLDivElement>(null);
  const map = useRef<TileMap | null>(null);
  const show = () =>
    map.current?.show(
      stops.map((stop) => ({ ...stop, element: markerOf(stop, props) })),
      [...new Set(stops.map(({ part }) => part))].map((part) => lineOf(part, element.current!)),
    );
  useEffect(() => {
    let isClosed = false;
    loadStyle(offer.style).then(() => import(offer.script)).then((module) => {
      if (isClosed) return;
      const open: typeof openTileMap = module.openTileMap;
      map.current = open(element.current!, {
        archive: offer.archive,
        worker: offer.worker,
        isDark: matchMedia("(prefers-color-scheme: dark)").matches,
        language: words.language,
        texts: {
          "NavigationControl.ZoomIn": words.map.zoomIn,
          "NavigationControl.ZoomOut": words.map.zoomOut,
          "CooperativeGesturesHandler.WindowsHelpText": words.map.wheelHint("Ctrl"),
          "CooperativeGesturesHandler.MacHelpText": words.map.wheelHint("⌘"),
          "CooperativeGesturesHandler.MobileHelpText": words.map.fingerHint,
          "Map.Title": words.map.detailed,
        },
        frame,
        onFault,
      });
      show();
    }).catch(onFault);
    return () => {
      isClosed = true;
      map.current?.close();
    };
  }, []);
  useEffect(show, [stops, focused]);
  useEffect(() => {
    if (focused) map.current?.reveal(focused);
  }, [focused]);
  return <div class="tile-map" ref={element} />;
}

/** Creates the link that marks a stop. */
function markerOf(
  stop: Stop,
  { focused, labelOf, nameOf, onFocus }: DetailedMapProps,
): HTMLElement {
  const link = document.createElement("a");
  const kind = stop.isLookedUp ? "exact" : "about";
  link.className = `tile-marker ${kind} ${partClass(stop.part)}`;
  link.classList.toggle("chosen", stop === focused);
  link.href = `#${stopId(stop)}`;
  link.textContent = labelOf(stop);
  link.setAttribute("aria-label", nameOf(stop));
  link.addEventListener("click", (event) => {
    event.preventDefault();
    onFocus(stop);
  });
  return link;
}

/** Returns how the line of a part looks, from the style sheet. */
function lineOf(part: number, parent: HTMLElement) {
  const probe = document.createElement("i");
  probe.className = partClass(part);
  parent.append(probe);
  const style = getComputedStyle(probe);
  const color = style.getPropertyValue("--part").trim();
  const dashes = style.getPropertyValue("--dash").split(/\s+/).map(Number).filter(Boolean);
  probe.remove();
  return { part, color, dashes };
}

/** Adds a style sheet to the page, once, and waits for it. */
function loadStyle(href: string): Promise<void> {
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  link.onload = () => resolve();
  link.onerror = () => reject(new Error(`Cannot load ${href}`));
  document.head.append(link);
  return promise;
}
