/**
 * The web app. Its pages are complete without scripts, and update themselves if the browser runs
 * scripts.
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

/** Creates the routes of the web app: `/`, `/trips` and below. */
export function webRoutes(options: WebOptions): Hono<AppEnv> {
  const { access, rateLimiters } = options;
  const routes = new Hono<AppEnv>();
  // Compares only the host: a proxy may use TLS to the browser, but not to this service.
  const ownForms = csrf({ origin: (origin, c) => URL.parse(origin)?.host === hostOf(c, access) });
  routes.use("/trips/*", identify(access), ownForms);
  // `POST /trips` counts after it has read its form, so that its page can show the form again.
  routes.use("/trips/:id/*", limitRate(rateLimiters.requests));
  addHomePage(routes, options);
  addTripPages(routes, options);
  routes.onError((error, c) => {
    const [, trip] = c.req.path.match(/^(\/trips\/[^/]+)\//) ?? [];
    const nextAction = trip === undefined ? undefined : { href: trip, text: "Back to the trip" };
    return sendProblemPage(c, problemOf(c, error), nextAction);
  });
  return routes;
}

/** Returns the host in the browser's URL. A proxy may replace it in the request. */
function hostOf(c: Context, { trustedProxies }: AccessOptions): string {
  const forwarded = trustedProxies > 0 ? c.req.header("x-forwarded-host") : undefined;
  return forwarded ?? new URL(c.req.url).host;
}
