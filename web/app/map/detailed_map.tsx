/**
 * The detailed map in place of the simple one. Its code is loaded when it is opened.
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import type { openTileMap, TileMap } from "../../tiles/tiles.ts";
import { useWords } from "../../words/words.ts";
import type { MapPlaces } from "./simple_map.tsx";
import type { TileOffer } from "./tile_offer.ts";

export interface DetailedMapProps extends MapPlaces {
  offer: TileOffer;
  /** Called when the map cannot be shown. */
  onFault(error: unknown): void;
}

/** Shows the detailed map. */
export function DetailedMap(props: DetailedMapProps) {
  const { offer, frame, stops, focused, onFault } = props;
  const { map: texts, language } = useWords();
  const element = useRef<HTMLDivElement>(null);
  const map = useRef<TileMap | null>(null);
  const show = () => map.current?.show(props);
  useEffect(() => {
    let isClosed = false;
    import(offer.script).then(async (module) => {
      const open: typeof openTileMap = module.openTileMap;
      const opened = await open(element.current!, { offer, frame, language, texts, onFault });
      if (isClosed) return opened.close();
      map.current = opened;
      show();
    }).catch(onFault);
    return () => {
      isClosed = true;
      map.current?.close();
    };
  }, []);
  useEffect(show, [stops, focused]);
  return <div class="tile-map" ref={element} />;
}
