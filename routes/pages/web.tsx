/**
 * The web app. Its pages are complete without scripts, and update themselves if the browser runs
 * scripts.
 * @module
 */
import { Hono, type MiddlewareHandler } from "hono";
import { CardRenderer } from "../card/renderer.ts";
import { type AppEnv, identify } from "../http/caller.ts";
import { refuseForeignSites } from "../http/foreign_site.ts";
import { limitRate } from "../http/rate_limit.ts";
import { browserTokenOf, keepBrowserToken } from "./browser_token.ts";
import { HOME_CARD, sendHomeCard } from "./cards.ts";
import { addChangeForms } from "./changes.ts";
import { addExports } from "./exports.ts";
import { addHomePage } from "./home.ts";
import { sendProblemPage } from "./html.tsx";
import { foreignForm, problemOf } from "./page_problem.ts";
import { addManifest } from "./manifest.ts";
import { addOfflineRoutes } from "./offline.ts";
import { addTripPages } from "./trips.ts";
import { offerTiles } from "./tile_offer.tsx";
import type { WebOptions } from "./web_options.ts";

/** Creates the routes of the web app: `/`, `/trips`, `/files` and below, and `/card.png`. */
export function webRoutes(options: WebOptions): Hono<AppEnv> {
  const { access, rateLimiters } = options;
  const routes = new Hono<AppEnv>();
  addManifest(routes);
  const copies = tellCopies(options);
  routes.use("/", copies).use("/trips/*", copies).use("/copies/*", copies).use("/offline", copies);
  const ownForms = refuseForeignSites({
    origins: [],
    trustedProxies: access.trustedProxies,
    // All browsers since 2020 say where a form comes from.
    refusesUnknown: true,
    problem: foreignForm,
  });
  const identifyBrowser = identify(access, (c) => browserTokenOf(c, access));
  routes.use("/trips/*", identifyBrowser, ownForms);
  const offer = offerTiles(options.tilesUrl);
  routes.use("/", offer).use("/trips/:id", offer);
  const keepToken = keepBrowserToken(access);
  routes.use("/", keepToken).use("/trips/:id", keepToken);
  // `POST /trips` counts after it has read its form, so that its page can show the form again.
  routes.use("/trips/:id/*", limitRate(rateLimiters.requests));
  routes.use("/files/*", identifyBrowser, ownForms, limitRate(rateLimiters.requests));
  const renderer = new CardRenderer();
  addHomePage(routes, options);
  routes.get(HOME_CARD, (c) => sendHomeCard(c, renderer));
  addOfflineRoutes(routes, options);
  addTripPages(routes, { ...options, renderer });
  addChangeForms(routes, options);
  addExports(routes, options);
  routes.onError((error, c) => {
    const [, trip] = c.req.path.match(/^(\/trips\/[^/]+)\//) ?? [];
    const nextAction = trip === undefined ? undefined : { href: trip, name: "toTrip" } as const;
    return sendProblemPage(c, problemOf(c, error), nextAction);
  });
  return routes;
}

/** Lets pages say whether browsers keep copies. */
function tellCopies({ offlineCopies }: WebOptions): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    c.set("offlineCopies", offlineCopies);
    return next();
  };
}
