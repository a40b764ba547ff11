/**
 * The app for people: pages that are complete when they arrive, and go on by themselves where the
 * browser runs scripts.
 * @module
 */
import { type Context, Hono } from "hono";
import { csrf } from "hono/csrf";
import { type AccessOptions, type AppEnv, identify } from "../http/caller.ts";
import { limitRate } from "../http/rate_limit.ts";
import { addHomePage } from "./home.ts";
import { sendProblemPage } from "./html.tsx";
import { problemOf } from "./page_problem.ts";
import { addTripPages } from "./trips.ts";
import type { WebOptions } from "./web_options.ts";

/** `/`, `/trips` and what lies below. */
export function webRoutes(options: WebOptions): Hono<AppEnv> {
  const { access, rateLimiters } = options;
  const routes = new Hono<AppEnv>();
  // By the host alone: a proxy in front may speak TLS to the browser and none to us.
  const ownForms = csrf({ origin: (origin, c) => URL.parse(origin)?.host === hostOf(c, access) });
  routes.use("/trips/*", identify(access), ownForms);
  // A wish is counted when it has been read, so that the form can be given back.
  routes.use("/trips/:id/*", limitRate(rateLimiters.requests));
  addHomePage(routes, options);
  addTripPages(routes, options);
  routes.onError((error, c) => {
    const [, trip] = c.req.path.match(/^(\/trips\/[^/]+)\//) ?? [];
    const nextAction = trip === undefined ? undefined : { href: trip, text: "To the trip" };
    return sendProblemPage(c, problemOf(c, error), nextAction);
  });
  return routes;
}

/** The host that the browser asks, which a proxy may have replaced by its name for this one. */
function hostOf(c: Context, { trustedProxies }: AccessOptions): string {
  const forwarded = trustedProxies > 0 ? c.req.header("x-forwarded-host") : undefined;
  return forwarded ?? new URL(c.req.url).host;
}
