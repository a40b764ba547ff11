/**
 * What bundles are in a few words, for links and pictures of them. Runs in browsers and on the
 * server.
 * @module
 */
import type { GenerationJob } from "../../../client/job.ts";
import type { Words } from "../../../words/words.ts";
import type { TripSummary } from "../trip_view.ts";

/** Returns the summary of bundles. */
export function bundlesSummary(job: GenerationJob, { share }: Words): TripSummary {
  const { startDate, endDate } = job.preferences;
  const count = job.bundles?.length ?? 0;
  const city = cityOf(job);
  const label = count > 0 ? share.ideas(count) : share.ideasWanted;
  const inCity = city === null
    ? label
    : count > 0
    ? share.ideasIn(count, city)
    : share.ideasWantedIn(city);
  return {
    headline: inCity,
    // The title has the city of the request.
    label: job.preferences.city ? label : inCity,
    plainTitle: share.ideasWanted,
    dates: startDate ? [startDate, endDate ?? startDate] : null,
    more: share.moreIdeas,
  };
}

/** Returns the city of bundles: that of the request, else that of all events; `null`: not known. */
export function cityOf({ preferences, bundles, partial }: GenerationJob): string | null {
  if (preferences.city) return preferences.city;
  const events = (bundles ?? partial ?? []).flatMap(({ keyEvents }) => keyEvents);
  const cities = new Set(events.flatMap(({ city }) => city || []));
  const [only] = cities;
  return cities.size === 1 ? only! : null;
}
