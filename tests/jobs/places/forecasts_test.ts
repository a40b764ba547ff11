import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Forecasts } from "../../../jobs/places/forecasts.ts";
import { DayForecast, type Destination } from "../../../jobs/places/place.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { serveLocally } from "../../../testing/local_server.ts";
import { serveWeather } from "../../../testing/weather_server.ts";

const lisbon: Destination = {
  name: "Lisbon, Portugal",
  point: { latitude: 38.7223, longitude: -9.1393 },
  radiusKm: 72,
  timeZone: "Europe/Lisbon",
  countryCode: "PT",
};

const never = new AbortController().signal;

Deno.test("of() returns the forecast of a destination in its time zone, and remembers it", async () => {
  await using server = serveWeather();
  const clock = new FakeClock();
  const forecasts = new Forecasts(server.url, clock);
  const ask = () => forecasts.of(lisbon, { signal: never, clock });

  const days = await ask();

  assertEquals(days, [
    { date: "2026-11-28", sky: "overcast", maxCelsius: 17.5, minCelsius: 11, rainPercent: 10 },
  ]);
  assertEquals(days.map((day) => DayForecast.parse(day)), days);
  const { searchParams } = server.requests[0]!;
  assertEquals(
    ["latitude", "longitude", "timezone"].map((name) => searchParams.get(name)),
    ["38.7223", "-9.1393", "Europe/Lisbon"],
  );
  clock.advance(29 * 60_000);
  assertEquals([await ask(), server.requests.length], [days, 1]);
  clock.advance(60_000);
  assertEquals([await ask(), server.requests.length], [days, 2]);
});

Deno.test("of() lets the service find a time zone that is not known", async () => {
  await using server = serveWeather();
  const clock = new FakeClock();

  await new Forecasts(server.url, clock).of({ ...lisbon, timeZone: null }, {
    signal: never,
    clock,
  });

  assertStrictEquals(server.requests[0]!.searchParams.get("timezone"), "auto");
});

Deno.test("of() returns no forecast for an area that is too large for one", async () => {
  await using server = serveWeather();
  const clock = new FakeClock();
  const context = { signal: never, clock };

  assertEquals(
    await new Forecasts(server.url, clock).of({ ...lisbon, radiusKm: 300 }, context),
    [],
  );
  assertEquals(server.requests, []);
});

for (const [status, pauseMs] of [[429, 60_000], [500, 60_000]] as const) {
  Deno.test(`of() returns no forecast for ${status}, and asks again after a pause`, async () => {
    let isBroken = true;
    await using server = serveLocally(() =>
      isBroken
        ? new Response(null, { status })
        : Response.json({ timezone: "Europe/Lisbon", daily: { time: [] } })
    );
    const clock = new FakeClock();
    const forecasts = new Forecasts(server.url, clock);
    const ask = async () => {
      const before = server.requests.length;
      assertEquals(await forecasts.of(lisbon, { signal: never, clock }), []);
      return server.requests.length - before;
    };
    assertStrictEquals(await ask(), 1);
    isBroken = false;

    clock.advance(pauseMs - 1);
    assertStrictEquals(await ask(), 0);
    clock.advance(1);
    assertStrictEquals(await ask(), 1);
  });
}

Deno.test("of() returns no forecast after five seconds, and rejects if its signal aborts", async () => {
  await using server = serveLocally(() => new Promise(() => {}));
  const clock = new FakeClock();
  const abort = new AbortController();
  const asked = (signal: AbortSignal) =>
    new Forecasts(server.url, clock).of(lisbon, { signal, clock });
  const [slow, aborted] = [asked(never), asked(abort.signal)];
  while (server.requests.length < 2) await nextTurn();

  abort.abort(new Error("lost"));
  await assertRejects(() => aborted, Error, "lost");
  clock.advance(5_000);
  assertEquals(await slow, []);
});
