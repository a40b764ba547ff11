import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { createPlaces } from "../../../jobs/places/create_places.ts";
import { systemClock } from "../../../lib/clock.ts";
import { parseConfig } from "../../../lib/config.ts";
import { Metrics } from "../../../lib/metrics/metrics.ts";
import { placesEnv, servePlaces } from "../../../testing/places_server.ts";
import { serveWeather, weatherEnv } from "../../../testing/weather_server.ts";

const context = { signal: new AbortController().signal, clock: systemClock };

/** Creates places as the environment says, over a new database. */
async function openPlaces(env: Record<string, string>) {
  const kv = await Deno.openKv(":memory:");
  const metrics = new Metrics();
  const config = parseConfig({ OPENAI_API_KEY: "sk-test", ...env });
  const places = createPlaces(config, { kv, clock: systemClock, metrics });
  return { places, metrics, [Symbol.dispose]: () => kv.close() };
}

for (const env of [{ GENERATOR: "sample" }, { OPENAI_API_KEY: "" }]) {
  Deno.test(`createPlaces() returns nothing with ${JSON.stringify(env)}, which means samples`, async () => {
    using opened = await openPlaces({
      ...env,
      PLACES_PROVIDER: "photon",
      PLACES_BASE_URL: "http://a",
    });

    assertStrictEquals(opened.places, null);
  });
}

Deno.test("createPlaces() checks no places without a provider, and knows the rest", async () => {
  await using weather = serveWeather();
  using opened = await openPlaces(weatherEnv(weather));
  const { places } = opened;
  assert(places);

  const destination = await places.findDestination("Lisbon", context);

  assert(destination);
  assertStrictEquals(destination.name, "Lisbon, Portugal");
  assertStrictEquals(places.check, null);
  places.prefetch(["Livraria Bertrand"], destination, context);
  assertStrictEquals((await places.forecast(destination, context)).length, 1);
  assertStrictEquals(places.walk, null);
});

for (const provider of ["nominatim", "photon"] as const) {
  Deno.test(`createPlaces() checks places with ${provider}, and counts them`, async () => {
    await using weather = serveWeather();
    await using server = servePlaces([
      { names: ["Livraria Bertrand"], latitude: 38.71, longitude: -9.14 },
    ]);
    using opened = await openPlaces({
      ...weatherEnv(weather),
      ...placesEnv(server, provider),
      PLACES_PER_SECOND: "50",
      ROUTER_BASE_URL: server.url,
    });
    const { places, metrics } = opened;
    assert(places?.check && places.walk);
    const near = await places.findDestination("Lisbon", context);
    assert(near);

    const answers = await places.check(["Livraria Bertrand", "Café Inventado"], near, context);
    await places.check(["Livraria Bertrand"], near, context);
    const from = near.point;
    const [walk] = await places.walk([{ from, to: { ...from, latitude: 38.71 } }], context);

    assertEquals([...answers.values()].map(({ outcome }) => outcome), ["found", "not_found"]);
    assertStrictEquals(walk!.origin, "router");
    const counted = (await metrics.collect()).find(({ name }) => name === "tripwright.places");
    assertEquals(counted?.points.map(({ attributes, value }) => [attributes.outcome, value]), [
      ["found", 1],
      ["not_found", 1],
      ["cached", 1],
    ]);
  });
}
