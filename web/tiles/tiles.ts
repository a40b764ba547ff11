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

/** A place on the map. */
export interface TilePlace {
  part: number;
  latitude: number;
  longitude: number;
  /** The element that is shown at the place, such as a link. */
  element: HTMLElement;
}

/** The line of a part. */
export interface TileRoute {
  part: number;
  /** Such as `#0f766e`. */
  color: string;
  /** Lengths of dashes and gaps in pixels; empty: an unbroken line. */
  dashes: number[];
}

export interface TileMapOptions {
  /** The URL of the archive. */
  archive: string;
  /** The URL of MapLibre's worker. */
  worker: string;
  isDark: boolean;
  /** The language of the names on the map, such as `en`. */
  language: string;
  /** Texts of controls by their names in MapLibre. */
  texts: Record<string, string>;
  /** The extent that is shown at first, in degrees. */
  frame: { west: number; south: number; east: number; north: number };
  /** Called once, when the map cannot be shown. */
  onFault(error: unknown): void;
}

/** The map on a page. */
export interface TileMap {
  show(places: readonly TilePlace[], routes: readonly TileRoute[]): void;
  /** Brings a place into view. */
  reveal(place: { latitude: number; longitude: number }): void;
  close(): void;
}

const SOURCE = "tiles";

const ROUTE_PIXELS = 3;

/** Required by the license of OpenStreetMap, wherever its tiles are shown. */
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

/**
 * Opens a map in an element.
 *
 * @throws {Error} if the browser has no WebGL
 */
export function openTileMap(container: HTMLElement, options: TileMapOptions): TileMap {
  const { archive, frame, language, isDark, onFault } = options;
  prepare(options.worker);
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
    locale: options.texts,
    maxPitch: 0,
    dragRotate: false,
    touchPitch: false,
    pitchWithRotate: false,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }));
  map.once("error", ({ error }) => onFault(error));
  let markers: Marker[] = [];
  return {
    show(places, routes) {
      for (const marker of markers) marker.remove();
      markers = places.map(({ element, longitude, latitude }) =>
        new Marker({ element }).setLngLat([longitude, latitude]).addTo(map)
      );
      drawRoutes(map, places, routes);
    },
    reveal({ longitude, latitude }) {
      if (!map.getBounds().contains([longitude, latitude])) {
        map.easeTo({ center: [longitude, latitude] });
      }
    },
    close: () => map.remove(),
  };
}

/** Draws the ways between the places of each part, when the style is there. */
function drawRoutes(
  map: MapLibre,
  places: readonly TilePlace[],
  routes: readonly TileRoute[],
): void {
  if (!map.isStyleLoaded()) {
    map.once("styledata", () => drawRoutes(map, places, routes));
    return;
  }
  for (const { id } of map.getStyle().layers.filter(({ id }) => id.startsWith("route-"))) {
    map.removeLayer(id);
    map.removeSource(id);
  }
  for (const { part, color, dashes } of routes) {
    const coordinates = places.filter((place) => place.part === part)
      .map(({ longitude, latitude }) => [longitude, latitude]);
    if (coordinates.length < 2) continue;
    const id = `route-${part}`;
    const geometry = { type: "LineString" as const, coordinates };
    map.addSource(id, { type: "geojson", data: { type: "Feature", geometry, properties: {} } });
    map.addLayer({
      id,
      type: "line",
      source: id,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": color,
        "line-width": ROUTE_PIXELS,
        // MapLibre counts dashes in widths of the line.
        ...dashes.length > 0 && { "line-dasharray": dashes.map((px) => px / ROUTE_PIXELS) },
      },
    });
  }
}
