/**
 * A service without API keys that writes sample plans without delay.
 * @module
 */
import { badBodies, oddBodies } from "./body_steps.ts";
import { lifeOfJob, lists } from "./job_steps.ts";
import { finishedTrips, firstPage, forms } from "./page_steps.ts";
import type { Service } from "./service.ts";
import { assets, crossOrigin, methods, pagesAboutTheService, unknownPaths } from "./site_steps.ts";
import { generation, itinerary } from "./wishes.ts";

export const openService: Service = {
  name: "an open service",
  open: () => ({
    scenarios: {
      "an itinerary": lifeOfJob(itinerary),
      "bundles": lifeOfJob(generation),
      "lists of itineraries": lists(itinerary),
      "lists of bundles": lists(generation),
      "itineraries that are refused": badBodies(itinerary),
      "bundles that are refused": badBodies(generation),
      "odd wishes": oddBodies,
      "methods": methods,
      "unknown paths": unknownPaths,
      "other origins": crossOrigin,
      "assets": assets,
      "pages about the service": pagesAboutTheService,
      "the first page": firstPage,
      "forms": forms,
      "finished trips": finishedTrips,
    },
  }),
};
