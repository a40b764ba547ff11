/**
 * Plans a trip, follows it to its end, changes its first day, and lists the changes.
 *
 * Usage: node node/out/follow.js http://localhost:8000 Lisbon 3
 */
import { createTripClient, type Day, partsOf, TripError } from "tripwright-client";

const [baseUrl = "http://localhost:8000", destination = "Lisbon", days = "3"] = process.argv
  .slice(2);

// The owner of the trips. A program that runs again keeps this token.
const clientToken = crypto.randomUUID();
const trips = createTripClient({ baseUrl, clientToken });

function show({ day, theme, activities }: Day): string {
  const costs = activities.map(({ estimatedCost }) => estimatedCost?.amount ?? 0);
  return `${day}. ${theme} (${costs.reduce((sum, cost) => sum + cost, 0)})`;
}

try {
  const job = await trips.createItinerary({ destination, durationDays: Number(days) });
  const done = await trips.watch(job, {
    onProgress: (job) => console.error(`${partsOf(job).length} of ${days} days`),
  });
  if (done.status !== "completed") throw new Error(done.error ?? done.status);
  console.log(partsOf(done).map(show).join("\n"));

  const changed = await trips.watch(await trips.refine(done, { day: 1 }));
  console.log(`changed: ${partsOf(changed).length} days`);
  for await (const { jobId, status } of trips.list("itinerary", { refines: done })) {
    console.log(`${jobId === changed.jobId ? "the change" : jobId} is ${status}`);
  }
} catch (error) {
  console.error(error instanceof TripError ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
}
