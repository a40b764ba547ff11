import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { nominatim } from "../../../jobs/places/nominatim.ts";
import { photon } from "../../../jobs/places/photon.ts";
import { PlaceAnswer } from "../../../jobs/places/place.ts";
import { systemClock } from "../../../lib/clock.ts";
import { JsonFetchError } from "../../../lib/http/json_fetch.ts";
import { VERSION } from "../../../lib/version.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { type LocalServer, serveLocally } from "../../../testing/local_server.ts";
import {
  nominatimHit,
  photonHit,
  type ServedPlace,
  servePlaces,
} from "../../../testing/places_server.ts";

const lisbon = {
  name: "Lisbon, Lisbon District, Portugal",
  point: { latitude: 38.7223, longitude: -9.1393 },
  radiusKm: 72,
  timeZone: "Europe/Lisbon",
  countryCode: "PT",
};

const providers = { nominatim, photon };
type ProviderName = keyof typeof providers;
const providerNames = Object.keys(providers) as ProviderName[];

/** How each provider writes a list of results. */
const written: Record<ProviderName, (places: readonly ServedPlace[]) => unknown> = {
  nominatim: (places) => places.map(nominatimHit),
  photon: (places) => ({ features: places.map(photonHit) }),
};

interface LookUp {
  query?: string;
  near?: typeof lisbon;
  /** Counts the turns of further requests. */
  turn?: () => Promise<void>;
}

async function lookUp(name: ProviderName, { url }: LocalServer, options: LookUp = {}) {
  const { query = "Livraria Bertrand, Lisboa", near = lisbon, turn = async () => {} } = options;
  const context = { signal: new AbortController().signal, clock: systemClock, turn };
  const answer = await providers[name](url).lookUp(query, near, context);
  assertEquals(PlaceAnswer.parse(answer), answer);
  return answer;
}

const bertrand: ServedPlace = {
  names: ["Livraria Bertrand", "Bertrand Chiado"],
  latitude: 38.7106,
  longitude: -9.1416,
  tag: "shop=books",
  openingHours: "Mo-Sa 09:00-22:00; Su 11:00-20:00",
};

const found = {
  outcome: "found",
  place: {
    name: "Livraria Bertrand",
    point: { latitude: 38.7106, longitude: -9.1416 },
    openingHours: "Mo-Sa 09:00-22:00; Su 11:00-20:00",
  },
} as const;

for (const name of providerNames) {
  Deno.test(`${name} finds a place with its position and its opening hours`, async () => {
    await using server = servePlaces([bertrand]);

    assertEquals(await lookUp(name, server), found);
  });

  Deno.test(`${name} does not find a place that it does not know`, async () => {
    await using server = servePlaces([bertrand]);

    assertEquals(await lookUp(name, server, { query: "Museu Inventado, Lisboa" }), {
      outcome: "not_found",
    });
  });

  Deno.test(`${name} sends the name of the program and its version`, async () => {
    await using server = servePlaces();
    await lookUp(name, server);

    assertStrictEquals(server.headers.get("user-agent"), `Tripwright/${VERSION}`);
  });
}

Deno.test("nominatim asks for hits near the destination, with names and opening hours", async () => {
  await using server = servePlaces();
  await lookUp("nominatim", server);

  const { pathname, searchParams } = server.requests[0]!;
  assertStrictEquals(pathname, "/search");
  assertEquals(Object.fromEntries(searchParams), {
    q: "Livraria Bertrand, Lisboa",
    format: "jsonv2",
    limit: "5",
    viewbox: "-9.9769,38.0748,-8.3017,39.3698",
    bounded: "0",
    extratags: "1",
    namedetails: "1",
    "accept-language": "en",
  });
});

Deno.test("photon asks for hits near the destination, in the language of the place", async () => {
  await using server = servePlaces([bertrand]);
  await lookUp("photon", server);

  assertEquals(server.requests.map(({ pathname }) => pathname), ["/api"]);
  assertEquals(Object.fromEntries(server.requests[0]!.searchParams), {
    q: "Livraria Bertrand, Lisboa",
    lat: "38.7223",
    lon: "-9.1393",
    limit: "5",
  });
});

/** Areas at the edges of the map, and the box: west, south, east, north. */
const boxes: [latitude: number, longitude: number, radiusKm: number, box: RegExp][] = [
  [-17.8, 179.5, 400, /^175\.\d+,-21\.\d+,180\.0000,-14\.\d+$/],
  [0, -179, 300, /^-180\.0000,-2\.\d+,-176\.\d+,2\.\d+$/],
  [78.2, 15.6, 5_000, /^-164\.4000,33\.\d+,180\.0000,90\.0000$/],
  [-90, 0, 100, /^-180\.0000,-90\.0000,180\.0000,-89\.\d+$/],
];

for (const [latitude, longitude, radiusKm, box] of boxes) {
  Deno.test(`nominatim gets a box on the map around ${latitude}, ${longitude}`, async () => {
    await using server = servePlaces();
    await lookUp("nominatim", server, {
      near: { ...lisbon, point: { latitude, longitude }, radiusKm },
    });

    assertMatch(server.requests[0]!.searchParams.get("viewbox")!, box);
  });
}

const far: ServedPlace = { ...bertrand, latitude: 41.15, longitude: -8.61 };
const street: ServedPlace = { ...bertrand, names: ["Rua Garrett"], tag: "highway=residential" };
const city: ServedPlace = { ...bertrand, names: ["Lisboa"], tag: "boundary=administrative" };
const suburb: ServedPlace = { ...bertrand, names: ["Chiado"], tag: "place=suburb" };
const postcode: ServedPlace = { ...bertrand, names: ["1200-203"], tag: "place=postcode" };
const square: ServedPlace = { ...bertrand, names: ["Praça do Comércio"], tag: "place=square" };
const park: ServedPlace = { ...bertrand, names: ["Sintra-Cascais"], tag: "boundary=national_park" };
const other: ServedPlace = { ...bertrand, names: ["Livraria Barata"] };
const nameless: ServedPlace = { ...bertrand, names: [" "] };

/** A query, what the provider finds for it, and what that means. */
const choices: [what: string, query: string, hits: ServedPlace[], outcome: string][] = [
  ["a place far away", "Livraria Bertrand, Lisboa", [far], "not_found"],
  ["places far away and near", "Livraria Bertrand, Lisboa", [far, bertrand], "found"],
  ["the street of a place", "Livraria Bertrand, Lisboa", [street], "not_found"],
  ["the city of a place", "Livraria Bertrand, Lisboa", [city], "not_found"],
  ["the quarter of a place", "Livraria Bertrand, Chiado, Lisboa", [suburb], "not_found"],
  ["the postcode of a place", "Livraria Bertrand, Lisboa", [postcode], "not_found"],
  ["the city, street and place", "Livraria Bertrand, Lisboa", [city, street, bertrand], "found"],
  ["a street that may be meant", "Garrett, Lisboa", [street], "unknown"],
  ["a street that is meant", "Rua Garrett, Lisboa", [street], "found"],
  ["a quarter that is meant", "Chiado district, Lisboa", [suburb], "found"],
  ["the city that is meant", "Lisboa", [city], "found"],
  ["a square", "Praça do Comércio, Lisboa", [square], "found"],
  ["a national park", "Sintra-Cascais, Portugal", [park], "found"],
  ["another place", "Livraria Bertrand, Lisboa", [other], "unknown"],
  ["a place without a name", "Livraria Bertrand, Lisboa", [nameless], "unknown"],
  ["nothing", "Livraria Bertrand, Lisboa", [], "not_found"],
];

for (const name of providerNames) {
  for (const [what, query, hits, outcome] of choices) {
    Deno.test(`${name} answers "${outcome}" for ${what}`, async () => {
      await using server = serveLocally(() => Response.json(written[name](hits)));

      assertStrictEquals((await lookUp(name, server, { query })).outcome, outcome);
    });
  }
}

Deno.test("nominatim finds a place by any of its names", async () => {
  const hit = nominatimHit({
    ...bertrand,
    names: ["Mosteiro dos Jerónimos", "Jerónimos Monastery"],
  });
  await using server = serveLocally(() => Response.json([hit]));
  const query = "Jeronimos Monastery, Lisbon";

  const answer = await lookUp("nominatim", server, { query });

  assert(answer.outcome === "found");
  assertStrictEquals(answer.place.name, "Mosteiro dos Jerónimos");
});

Deno.test("nominatim reads the name of an older server from the address", async () => {
  const { name: _, namedetails: __, ...hit } = nominatimHit(bertrand);
  await using server = serveLocally(() => Response.json([hit]));

  assertStrictEquals((await lookUp("nominatim", server)).outcome, "found");
});

Deno.test("photon asks again in English when the names do not tell whether it is the place", async () => {
  const inLanguage = (lang: string | null): ServedPlace => ({
    ...bertrand,
    names: [lang === "en" ? "Fushimi Inari-taisha" : "伏見稲荷大社"],
  });
  await using server = serveLocally((_request, { searchParams }) =>
    Response.json(written.photon([inLanguage(searchParams.get("lang"))]))
  );
  let turns = 0;
  const turn = async () => void await turns++;

  const answer = await lookUp("photon", server, { query: "Fushimi Inari Taisha, Kyoto", turn });

  assert(answer.outcome === "found");
  assertEquals([turns, server.requests.length], [1, 2]);
});

/** Members of a result that are odd, and whether the place is still found. */
const oddMembers: [what: string, change: object, outcome: "found" | "error"][] = [
  ["numbers in place of texts", { lat: 38.7106, lon: -9.1416 }, "found"],
  ["a latitude out of range", { lat: "98.7" }, "error"],
  ["a longitude out of range", { lon: "-181" }, "error"],
  ["a position in words", { lat: "north" }, "error"],
  ["an empty position", { lat: "" }, "error"],
  ["no position", { lat: undefined }, "error"],
  ["a number as the name", { name: 7 }, "found"],
  ["tags as a list", { extratags: ["opening_hours"] }, "found"],
  ["tags as a text", { namedetails: "Livraria" }, "found"],
  ["a tag as an object", { namedetails: { name: {}, alt_name: "Livraria Bertrand" } }, "found"],
];

for (const [what, change, outcome] of oddMembers) {
  Deno.test(`nominatim reads a result with ${what} as ${outcome}`, async () => {
    await using server = serveLocally(() =>
      Response.json([{ ...nominatimHit(bertrand), ...change }])
    );

    const answer = await lookUp("nominatim", server).then(
      (answer) => answer.outcome,
      () => "error",
    );

    assertStrictEquals(answer, outcome);
  });
}

Deno.test("nominatim returns the beginning of a very long name", async () => {
  const hit = nominatimHit({ ...bertrand, names: ["Livraria Bertrand ".repeat(5_000)] });
  await using server = serveLocally(() => Response.json([hit]));

  const answer = await lookUp("nominatim", server);

  assert(answer.outcome === "found");
  assert(answer.place.name.length <= 255);
});

Deno.test("nominatim leaves out an odd result, and no other", async () => {
  await using server = serveLocally(() =>
    Response.json([null, 5, { lat: "x" }, nominatimHit(bertrand)])
  );

  assertEquals(await lookUp("nominatim", server), found);
});

for (const name of providerNames) {
  Deno.test(`${name} returns no opening hours that are longer than a tag may be`, async () => {
    const long = { ...bertrand, openingHours: "Mo 09:00-10:00;".repeat(20) };
    await using server = serveLocally(() => Response.json(written[name]([long])));

    const answer = await lookUp(name, server);

    assert(answer.outcome === "found");
    assertStrictEquals(answer.place.openingHours, null);
  });
}

/** Answers that are no list of results. */
const hostile: [what: string, answer: () => Response][] = [
  ["a web page", () => new Response("<html><h1>Welcome")],
  ["an error in JSON", () => Response.json({ error: { code: 400, message: "Nothing to search" } })],
  ["null", () => Response.json(null)],
  ["a text", () => Response.json("Lisboa")],
  ["an empty body", () => new Response("")],
  ["500", () => new Response("oops", { status: 500 })],
  ["429", () => new Response("", { status: 429 })],
  ["403", () => new Response("", { status: 403 })],
  ["a redirect", () => Response.redirect("http://127.0.0.1:9/")],
  ["a body without an end", () =>
    new Response(
      new ReadableStream({ pull: (body) => body.enqueue(new Uint8Array(100_000).fill(32)) }),
    )],
];

for (const name of providerNames) {
  for (const [what, answer] of hostile) {
    Deno.test(`${name} fails for ${what}`, async () => {
      await using server = serveLocally(answer);

      await assertRejects(() => lookUp(name, server), JsonFetchError);
    });
  }

  Deno.test(`${name} fails after three seconds without an answer`, async () => {
    await using server = servePlaces();
    server.mode = "slow";
    const clock = new FakeClock();
    const context = { signal: new AbortController().signal, clock, turn: async () => {} };
    const answer = providers[name](server.url).lookUp("Bertrand", lisbon, context);
    while (server.requests.length === 0) await nextTurn();

    clock.advance(3_000);

    await assertRejects(() => answer, JsonFetchError, "did not answer within 3000 ms");
  });
}
