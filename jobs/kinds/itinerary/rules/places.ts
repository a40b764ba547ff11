/**
 * Rules about places: they exist, lie at the destination, and are open.
 *
 * TravelPlanner (arXiv 2402.01622) has the commonsense constraints "Within Sandbox", which is that
 * places exist, and "Within Current City". Trip-Plus adds that activities fit the opening hours.
 * @module
 */
import type { Destination } from "../../../places/place.ts";
import { kilometersOutside } from "../../trip_area.ts";
import { totalsOf } from "../assemble.ts";
import type { Activity, Day, Itinerary } from "../plan.ts";
import { findActivities, type ItineraryRule } from "./findings.ts";
import { closedRule } from "./opening.ts";

/**
 * The provider of places knows each place that it was asked about. A transport may have the name of a
 * line or a route, which is no place.
 */
const unknownPlace: ItineraryRule = {
  code: "unknown_place",
  check: ({ days }) =>
    findActivities(
      days,
      ({ activities }) =>
        activities.map(({ verified, category }) => verified === false && category !== "transport"),
      ({ title, mapQuery, place }, { day }) => ({
        feedback: `no map knows "${mapQuery ?? place}" there; choose a place that certainly ` +
          "exists, or correct mapQuery",
        message:
          `“${title}” on day ${day} was not found on the map. Check the place before you go.`,
      }),
    ),
};

/**
 * Each activity lies in reach of the destination. A wrong position is not shown, unless the provider
 * of places has found it there.
 */
function outsideDestination(destination: Destination | null): ItineraryRule {
  return {
    code: "outside_destination",
    check: ({ days }) =>
      findActivities(
        days,
        ({ activities }) =>
          activities.map(({ coordinates }) => kilometersOutside(coordinates, destination)),
        ({ title }, { day }, km) => ({
          feedback:
            `its coordinates lie ${km} km from ${destination!.name}; choose a place at the ` +
            "destination, or correct coordinates and mapQuery",
          message:
            `“${title}” on day ${day} seems to be far away from the destination. Check the place.`,
        }),
      ),
    repair: (plan) => withoutFarPositions(plan, destination),
  };
}

function withoutFarPositions(plan: Itinerary, destination: Destination | null): Itinerary {
  return { ...plan, days: plan.days.map((day) => withoutFarDayPositions(day, destination)) };
}

/** Returns the day without the positions of a model that are too far from the destination. */
export function withoutFarDayPositions(day: Day, destination: Destination | null): Day {
  const isWrong = day.activities.map(({ coordinates }) =>
    coordinates?.origin === "approximate" && kilometersOutside(coordinates, destination) !== null
  );
  if (!isWrong.includes(true)) return day;
  const activities = day.activities.map((activity, index): Activity => ({
    ...activity,
    coordinates: isWrong[index] ? null : activity.coordinates,
    toNext: isWrong[index] || isWrong[index + 1] ? null : activity.toNext,
  }));
  return { ...day, activities, totals: totalsOf(activities) };
}

/** Returns the rules about places, in the order of their warnings. */
export function placeRules(destination: Destination | null): ItineraryRule[] {
  return [unknownPlace, outsideDestination(destination), closedRule];
}
