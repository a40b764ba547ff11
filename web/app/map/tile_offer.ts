/**
 * What the server says about detailed maps. It does so in the head of a page, if the operator has
 * an archive of vector tiles.
 * @module
 */

/** The name of the `<meta>` with the offer. */
export const TILE_OFFER = "tripwright-tiles";

/** Where the files of the detailed map are. */
export interface TileOffer {
  /** The archive. */
  archive: string;
  script: string;
  style: string;
  worker: string;
}

/** Returns the offer of this page, or `null` if it has none. */
export function tileOffer(): TileOffer | null {
  const content = document.querySelector<HTMLMetaElement>(`meta[name=${TILE_OFFER}]`)?.content;
  return content === undefined ? null : JSON.parse(content);
}
