/**
 * The land below the maps of trips: `GET /atlas?frame=west,south,east,north`.
 * @module
 */
import { Hono } from "hono";
import { z } from "zod";
import { type Frame, snappedFrame } from "../../web/app/map/land.ts";
import { landOf } from "../atlas/atlas.ts";
import { answerJson, setHeaders } from "../http/answer.ts";
import { type AppEnv, identify } from "../http/caller.ts";
import { invalidParameter, singleQuery } from "../http/query.ts";
import { limitRate } from "../http/rate_limit.ts";
import type { WebOptions } from "./web_options.ts";

/** Land does not change. After a month, browsers get the outlines of a newer version. */
const CACHE = "public, max-age=2592000";

/** A frame in degrees, as the maps of the web app ask for it. */
const FrameText = z.string().max(64).regex(/^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$/)
  .transform((text, context): Frame => {
    const [west, south, east, north] = text.split(",").map(Number) as [
      number,
      number,
      number,
      number,
    ];
    const frame = snappedFrame({ west, south, east, north });
    if (frame) return frame;
    context.addIssue({ code: "custom" });
    return z.NEVER;
  });

/**
 * Creates the route of the atlas. It answers only for frames of the grid, so that a caller cannot
 * fill the caches with frames that differ by a meter.
 */
export function atlasRoutes({ access, rateLimiters }: WebOptions): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get("/atlas", identify(access), limitRate(rateLimiters.requests), async (c) => {
    const frame = FrameText.safeParse(singleQuery(c, "frame"));
    if (!frame.success) throw invalidParameter("frame", "expected west,south,east,north of a map");
    const land = await landOf(frame.data);
    setHeaders(c, { "cache-control": CACHE });
    return answerJson(c, land);
  });
  return routes;
}
