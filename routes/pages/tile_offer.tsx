/**
 * The offer of a detailed map on pages, where the operator has an archive of vector tiles.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { TILE_OFFER, type TileOffer } from "../../web/app/map/tile_offer.ts";
import type { AppEnv } from "../http/caller.ts";
import { assetUrl } from "./assets.ts";

/**
 * Offers a detailed map on the pages of a route.
 *
 * @param tilesUrl the archive: an http(s) URL, or a path on this host; `null`: there is none
 */
export function offerTiles(tilesUrl: string | null): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    if (tilesUrl !== null) c.set("tilesUrl", tilesUrl);
    return next();
  };
}

/** Returns the elements of the head that make the offer, or `null` without an offer. */
export async function tileHead(c: Context) {
  const archive: string | undefined = c.get("tilesUrl");
  if (archive === undefined) return null;
  const offer: TileOffer = {
    archive,
    script: await assetUrl("tiles/tiles.js"),
    style: await assetUrl("tiles/tiles.css"),
    worker: await assetUrl("tiles/worker.js"),
  };
  return <meta name={TILE_OFFER} content={JSON.stringify(offer)} />;
}

/** Returns the origins that a page may load the offer from, in addition to its policy. */
export function tileOrigins(c: Context): string[] {
  const archive: string | undefined = c.get("tilesUrl");
  return archive === undefined || archive.startsWith("/") ? [] : [new URL(archive).origin];
}
