/**
 * The web app. Its pages are complete without scripts, and update themselves if the browser runs
 * scripts.
 * @module
 */
import { Hono } from "hono";
import { type AppEnv, identify } from "../http/caller.ts";
import { refuseForeignSites } from "../http/foreign_site.ts";
import { limitRate } from "../http/rate_limit.ts";
import { browserTokenOf, keepBrowserToken } from "./browser_token.ts";
import { addHomePage } from "./home.ts";
import { sendProblemPage } from "./html.tsx";
import { foreignForm, problemOf } from "./page_problem.ts";
import { addTripPages } from "./trips.ts";
import type { WebOptions } from "./web_options.ts";

/** Creates the routes of the web app: `/`, `/trips` and below. */
export function webRoutes(options: WebOptions): Hono<AppEnv> {
  const { access, rateLimiters } = options;
  const routes = new Hono<AppEnv>();
  const ownForms = refuseForeignSites({
    origins: [],
    trustedProxies: access.trustedProxies,
    // All browsers since 2020 say where a form comes from.
    refusesUnknown: true,
    problem: foreignForm,
  });
  routes.use("/trips/*", identify(access, (c) => browserTokenOf(c, access)), ownForms);
  const keepToken = keepBrowserToken(access);
  routes.use("/", keepToken).use("/trips/:id", keepToken);
  // `POST /trips` counts after it has read its form, so that its page can show the form again.
  routes.use("/trips/:id/*", limitRate(rateLimiters.requests));
  addHomePage(routes, options);
  addTripPages(routes, options);
  routes.onError((error, c) => {
    const [, trip] = c.req.path.match(/^(\/trips\/[^/]+)\//) ?? [];
    const nextAction = trip === undefined ? undefined : { href: trip, name: "toTrip" } as const;
    return sendProblemPage(c, problemOf(c, error), nextAction);
  });
  return routes;
}
