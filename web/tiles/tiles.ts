/**
 * The detailed map: vector tiles from the operator's own archive, drawn by MapLibre. A page loads
 * this file only when its reader opens the detailed map.
 *
 * Letters are drawn with the fonts of the device: the style names no glyphs, so MapLibre asks no
 * server for them. Icons of the style would need a sprite, so they are left out.
 * @module
 */
import { layers, namedFlavor } from "@protomaps/basemaps";
import {
  addProtocol,
  type LayerSpecification,
  LngLatBounds,
  Map as MapLibre,
  Marker,
  NavigationControl,
  setWorkerUrl,
} from "maplibre-gl";
import { Protocol } from "pmtiles";
import type { Frame } from "../app/map/land.ts";
import { partClass } from "../app/map/part_class.ts";
import type { MapPlaces } from "../app/map/simple_map.tsx";
import { type Stop, stopId } from "../app/map/stop.ts";
import type { TileOffer } from "../app/map/tile_offer.ts";
import type { Words } from "../words/words.ts";

export interface TileMapOptions {
  /** Where the archive and the files of MapLibre are. */
  offer: TileOffer;
  /** The extent that is shown at first, in degrees. */
  frame: Frame;
  /** The language of the names on the map, such as `en`. */
  language: string;
  /** The words for the map. */
  texts: Words["map"];
  /** Called when the map cannot be shown. */
  onFault(error: unknown): void;
}

/** The places of the plan, and what a click on one does. */
export type TilePlaces = Pick<MapPlaces, "stops" | "focused" | "onFocus" | "labelOf" | "nameOf">;

/** The map on a page. */
export interface TileMap {
  /** Shows places in place of those before, and brings the chosen one into view. */
  show(places: TilePlaces): void;
  close(): void;
}

const SOURCE = "tiles";

const ROUTE_PIXELS = 3;

/** The license of OpenStreetMap requires this text beside its map. */
const ATTRIBUTION =
  '<a href="https://www.openstreetmap.org/copyright" rel="noopener" target="_blank">© OpenStreetMap</a>';

let isPrepared = false;

/** Registers the format of the archive and the worker, once for each page. */
function prepare(worker: string): void {
  if (isPrepared) return;
  isPrepared = true;
  setWorkerUrl(new URL(worker, location.href).href);
  addProtocol("pmtiles", new Protocol().tile);
}

/** Removes what needs a sprite. Labels stay where they have a text. */
function withoutIcons(layer: LayerSpecification): LayerSpecification[] {
  if (layer.type !== "symbol" || layer.layout === undefined) return [layer];
  const texts = Object.entries(layer.layout).filter(([name]) => !name.startsWith("icon-"));
  const layout = Object.fromEntries(texts);
  return "text-field" in layout ? [{ ...layer, layout }] : [];
}

/** Returns the texts of controls by their names in MapLibre. */
function controlTexts(map: Words["map"]): Record<string, string> {
  return {
    "NavigationControl.ZoomIn": map.zoomIn,
    "NavigationControl.ZoomOut": map.zoomOut,
    "CooperativeGesturesHandler.WindowsHelpText": map.wheelHint("Ctrl"),
    "CooperativeGesturesHandler.MacHelpText": map.wheelHint("⌘"),
    "CooperativeGesturesHandler.MobileHelpText": map.fingerHint,
    "Map.Title": map.detailed,
  };
}

function createMap(
  container: HTMLElement,
  { offer: { archive }, frame, language, texts }: TileMapOptions,
): MapLibre {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const flavor = namedFlavor(isDark ? "dark" : "light");
  const map = new MapLibre({
    container,
    style: {
      version: 8,
      sources: {
        [SOURCE]: { type: "vector", url: `pmtiles://${new URL(archive, location.href).href}` },
      },
      layers: layers(SOURCE, flavor, { lang: language }).flatMap(withoutIcons),
    },
    bounds: new LngLatBounds([frame.west, frame.south], [frame.east, frame.north]),
    attributionControl: { compact: false, customAttribution: ATTRIBUTION },
    // One finger scrolls the page, and so does the wheel without Ctrl.
    cooperativeGestures: true,
    locale: controlTexts(texts),
    maxPitch: 0,
    dragRotate: false,
    touchPitch: false,
    pitchWithRotate: false,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }));
  return map;
}

/**
 * Opens a map in an element.
 *
 * @throws {Error} if the style sheet does not load, or the browser has no WebGL
 */
export async function openTileMap(
  container: HTMLElement,
  options: TileMapOptions,
): Promise<TileMap> {
  const { offer, onFault } = options;
  await loadStyle(offer.style);
  prepare(offer.worker);
  const map = createMap(container, options);
  map.once("error", ({ error }) => onFault(error));
  let markers: Marker[] = [];
  return {
    show(places) {
      const { stops, focused } = places;
      for (const marker of markers) marker.remove();
      markers = stops.map((stop) =>
        new Marker({ element: linkOf(stop, places) })
          .setLngLat([stop.longitude, stop.latitude]).addTo(map)
      );
      drawRoutes(map, stops);
      if (focused && !map.getBounds().contains([focused.longitude, focused.latitude])) {
        map.easeTo({ center: [focused.longitude, focused.latitude] });
      }
    },
    close: () => map.remove(),
  };
}

/** Adds a style sheet to the page, once, and waits for it. */
function loadStyle(href: string): Promise<void> {
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  link.onload = () => resolve();
  link.onerror = () => {
    link.remove();
    reject(new Error(`Cannot load ${href}`));
  };
  document.head.append(link);
  return promise;
}

/** Creates the link that marks a stop. */
function linkOf(stop: Stop, { focused, labelOf, nameOf, onFocus }: TilePlaces): HTMLElement {
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

/** Draws the ways between the places of each part, when the style is there. */
function drawRoutes(map: MapLibre, stops: readonly Stop[]): void {
  // The reader has closed the map, or it has failed.
  if (!map.getContainer().isConnected) return;
  if (!map.isStyleLoaded()) {
    map.once("styledata", () => drawRoutes(map, stops));
    return;
  }
  for (const { id } of map.getStyle().layers.filter(({ id }) => id.startsWith("route-"))) {
    map.removeLayer(id);
    map.removeSource(id);
  }
  for (const [part, members] of Map.groupBy(stops, ({ part }) => part)) {
    if (members.length < 2) continue;
    const id = `route-${part}`;
    const coordinates = members.map(({ longitude, latitude }) => [longitude, latitude]);
    const geometry = { type: "LineString" as const, coordinates };
    map.addSource(id, { type: "geojson", data: { type: "Feature", geometry, properties: {} } });
    map.addLayer({
      id,
      type: "line",
      source: id,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-width": ROUTE_PIXELS, ...lineOf(part, map.getContainer()) },
    });
  }
}

/** Returns how the line of a part looks, from the style sheet of the page. */
function lineOf(part: number, parent: HTMLElement) {
  const probe = document.createElement("i");
  probe.className = partClass(part);
  parent.append(probe);
  const style = getComputedStyle(probe);
  const dashes = style.getPropertyValue("--dash").split(/\s+/).map(Number).filter(Boolean);
  const color = style.getPropertyValue("--part").trim();
  probe.remove();
  return {
    "line-color": color,
    // MapLibre counts dashes in widths of the line.
    ...dashes.length > 0 && { "line-dasharray": dashes.map((px) => px / ROUTE_PIXELS) },
  };
}
