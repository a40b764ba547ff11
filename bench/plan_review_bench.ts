/**
 * Measures the review of the longest itinerary: 30 full days. A repair turn waits for it, and so do
 * the requests that the process answers meanwhile. `deno task bench`
 */
import { itineraryRules } from "../jobs/kinds/itinerary/rules/rules.ts";
import { lisbon, richItinerary, richWish } from "../testing/rich_plans.ts";

const [first, second] = richItinerary().days;
const days = Array.from({ length: 30 }, (_, index) => ({
  ...first!,
  day: index + 1,
  activities: [...first!.activities, ...second!.activities.slice(0, 2)].map((activity) => ({
    ...activity,
    title: `${activity.title} ${index}`,
    mapQuery: `${activity.mapQuery} ${index}`,
    place: `${activity.place} ${index}`,
  })),
}));
const request = { ...richWish, durationDays: 30 };

Deno.bench("review an itinerary of 30 days", () => {
  for (const rule of itineraryRules({ request, destination: lisbon })) {
    rule.check({ days, location: null });
  }
});
