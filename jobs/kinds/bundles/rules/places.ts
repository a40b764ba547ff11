/**
 * Rules about places and links: they exist, and the places lie where the wish wants them.
 *
 * TravelPlanner (arXiv 2402.01622) has the commonsense constraints "Within Sandbox", which is that
 * everything in a plan was found by a tool, and "Within Current City".
 * @module
 */
import type { Destination } from "../../../places/place.ts";
import { kilometersOutside } from "../../trip_area.ts";
import { type BundlesReview, type BundlesRule, findEvents, withEvents } from "./findings.ts";

/** The provider of places knows each place that it was asked about. */
const unknownPlace: BundlesRule = {
  code: "unknown_place",
  check: ({ bundles }) =>
    findEvents(
      bundles,
      (events) => events.map(({ verified }) => verified === false),
      ({ name, mapQuery, venue }, title) => ({
        feedback: `no map knows "${mapQuery ?? venue ?? name}" there; choose an event at a place ` +
          "that certainly exists, or correct mapQuery",
        message:
          `The place of “${name}” in “${title}” was not found on the map. Check it before you go.`,
      }),
    ),
};

/** Each event lies in reach of the city of the wish. A wrong position of a model is not shown. */
function outsideDestination(destination: Destination | null): BundlesRule {
  return {
    code: "outside_destination",
    check: ({ bundles }) =>
      findEvents(
        bundles,
        (events) => events.map(({ coordinates }) => kilometersOutside(coordinates, destination)),
        ({ name }, title, km) => ({
          feedback: `its coordinates lie ${km} km from ${destination!.name}; choose an event ` +
            "there, or correct coordinates and mapQuery",
          message: `“${name}” in “${title}” seems to be far away from the city. Check the place.`,
        }),
      ),
    repair: (plan) =>
      withEvents(plan, (event) =>
        event.coordinates?.origin === "approximate" &&
          kilometersOutside(event.coordinates, destination) !== null
          ? { ...event, coordinates: null }
          : event),
  };
}

/** A tool has returned each link. A link that no tool knows is not shown: it may be invented. */
function unseenLink({ isKnownLink }: Pick<BundlesReview, "isKnownLink">): BundlesRule {
  const isUnseen = (url: string | null) => url !== null && !isKnownLink(url);
  return {
    code: "unseen_link",
    check: ({ bundles }) =>
      findEvents(
        bundles,
        (events) => events.map(({ url }) => isUnseen(url)),
        ({ name }, title) => ({
          feedback: "no tool has returned this url; give one that a tool returned, or null",
          message:
            `The link of “${name}” in “${title}” is left out, because no search has found it.`,
        }),
      ),
    repair: (plan) =>
      withEvents(plan, (event) => isUnseen(event.url) ? { ...event, url: null } : event),
  };
}

/** Returns the rules about places and links, in the order of their warnings. */
export function placeRules(
  { destination, isKnownLink }: Pick<BundlesReview, "destination" | "isKnownLink">,
): BundlesRule[] {
  return [unknownPlace, outsideDestination(destination), unseenLink({ isKnownLink })];
}
