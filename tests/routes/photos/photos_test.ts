/** Photographs of places, from a server that stands for Wikimedia Commons. */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { PhotoBook } from "../../../routes/photos/photo_book.ts";
import { itineraryKind } from "../../../jobs/kinds/itinerary/kind.ts";
import { kinds, openApp } from "../../../testing/app.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { post, send } from "../../../testing/http.ts";
import { serveLocally } from "../../../testing/local_server.ts";
import { lisbon, testPlaces } from "../../../testing/places.ts";

const castle = { name: "Castelo de São Jorge, Lisboa", latitude: 38.7139, longitude: -9.1335 };

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

interface Found {
  license?: string;
  artist?: string;
  thumburl?: string;
  mime?: string;
}

/** What the wiki says about a photograph. */
function pageOf(origin: string, index: number, found: Found) {
  const { license = "cc-by-sa-4.0", artist = '<a href="/x">Ana &amp; Rui</a>' } = found;
  return {
    index,
    imageinfo: [{
      mime: found.mime ?? "image/jpeg",
      thumburl: found.thumburl ?? `${origin}/thumb/${index}.jpg`,
      thumbwidth: 640,
      thumbheight: 480,
      descriptionurl: `${origin}/wiki/File:${index}.jpg`,
      extmetadata: {
        ...(artist && { Artist: { value: artist } }),
        License: { value: license },
        LicenseShortName: { value: license.toUpperCase() },
        LicenseUrl: { value: "https://creativecommons.org/licenses/by-sa/4.0" },
      },
    }],
  };
}

interface Wiki {
  found?: Found[];
  answer?: () => Response;
  picture?: () => Response;
}

/** Opens a photo book over a wiki, and records the requests to it. */
function openBook({ found = [{}], answer, picture }: Wiki, clock = new FakeClock()) {
  const asked: { url: URL; agent: string | null }[] = [];
  const server = serveLocally((request, url) => {
    asked.push({ url, agent: request.headers.get("user-agent") });
    if (url.pathname.startsWith("/thumb/")) {
      return picture?.() ?? new Response(JPEG);
    }
    const pages = found.map((one, index) => pageOf(url.origin, index + 1, one));
    return answer?.() ?? Response.json({ query: { pages } });
  });
  const book = new PhotoBook({ baseUrl: server.url, userAgent: "Test/1 (me@example.com)", clock });
  return {
    book,
    asked,
    clock,
    url: server.url,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

Deno.test("a photograph is searched for by name near its place, once, with its credit", async () => {
  await using wiki = openBook({});
  const [photo, same] = await Promise.all([wiki.book.photo(castle), wiki.book.photo(castle)]);
  assertStrictEquals(same, photo);
  const { author, license, licenseUrl, pageUrl, width, height } = photo!;
  assertEquals([author, license, width, height], ["Ana & Rui", "CC-BY-SA-4.0", 640, 480]);
  assertMatch(licenseUrl!, /creativecommons/);
  assertMatch(pageUrl, /\/wiki\/File:1\.jpg$/);
  assertEquals(await wiki.book.picture(photo!), JPEG);
  assertEquals(await wiki.book.picture(photo!), JPEG);
  assertStrictEquals(wiki.asked.length, 2);
  const search = wiki.asked[0]!.url.searchParams.get("gsrsearch");
  assertStrictEquals(
    search,
    "Castelo de São Jorge Lisboa filetype:bitmap nearcoord:500m,38.71390,-9.13350",
  );
  for (const { agent } of wiki.asked) assertStrictEquals(agent, "Test/1 (me@example.com)");
});

const choices: [what: string, found: Found[], chosen: string | null][] = [
  ["the first free one", [{ license: "cc-by-nc-2.0" }, { license: "cc-by-2.0" }], "2.jpg"],
  ["public domain without an author", [{ license: "pd", artist: "" }], "1.jpg"],
  ["CC0", [{ license: "cc0", artist: "" }], "1.jpg"],
  ["none that needs a credit and has none", [{ license: "cc-by-4.0", artist: "" }], null],
  ["none of an unknown license", [{ license: "gfdl" }, { license: "" }], null],
  ["none without derivatives", [{ license: "cc-by-nd-4.0" }], null],
  ["none of another host", [{ thumburl: "https://evil.example/1.jpg" }], null],
  ["none without TLS", [{ thumburl: "http://upload.wikimedia.org/1.jpg" }], null],
  ["no drawing", [{ mime: "image/svg+xml" }], null],
  ["nothing of nothing", [], null],
];

for (const [what, found, chosen] of choices) {
  Deno.test(`of the photographs, the book takes ${what}`, async () => {
    await using wiki = openBook({ found });
    const photo = await wiki.book.photo(castle);
    assertStrictEquals(photo?.url.pathname.split("/").at(-1) ?? null, chosen);
  });
}

const pictures: [what: string, picture: () => Response][] = [
  ["a redirect", () => Response.redirect("https://evil.example/x.jpg")],
  ["a page", () => new Response("<html>")],
  ["an SVG", () => new Response("<svg onload='alert(1)'/>")],
  ["an error", () => new Response(JPEG, { status: 500 })],
  ["too many bytes", () => new Response(new Blob([JPEG, new Uint8Array(300_000)]))],
];

for (const [what, picture] of pictures) {
  Deno.test(`${what} is no picture`, async () => {
    await using wiki = openBook({ picture });
    assertStrictEquals(await wiki.book.picture((await wiki.book.photo(castle))!), null);
  });
}

Deno.test("a picture that cannot be loaded is asked for again after a minute", async () => {
  let status = 500;
  await using wiki = openBook({ picture: () => new Response(JPEG, { status }) });
  const photo = (await wiki.book.photo(castle))!;
  assertStrictEquals(await wiki.book.picture(photo), null);
  status = 200;
  assertStrictEquals(await wiki.book.picture(photo), null);
  wiki.clock.advance(61_000);
  assertEquals(await wiki.book.picture(photo), JPEG);
});

const failures: [what: string, answer: () => Response][] = [
  ["no JSON", () => new Response("<html>")],
  ["an error", () => new Response("{}", { status: 503 })],
  ["other JSON", () => Response.json({ query: { pages: "x" } })],
];

for (const [what, answer] of failures) {
  Deno.test(`a wiki that answers with ${what} costs one request a minute`, async () => {
    await using wiki = openBook({ answer });
    for (let n = 0; n < 3; n++) assertStrictEquals(await wiki.book.photo(castle), null);
    assertStrictEquals(wiki.asked.length, 1);
    wiki.clock.advance(61_000);
    await wiki.book.photo(castle);
    assertStrictEquals(wiki.asked.length, 2);
  });
}

Deno.test("a trip has the photographs of its places that were looked up", async () => {
  await using wiki = openBook({});
  const places = testPlaces(
    {
      findDestination: () => Promise.resolve(lisbon),
      check: (queries) =>
        Promise.resolve(
          new Map(queries.map((name) => {
            const place = { name, point: lisbon.point, openingHours: null };
            return [name, { outcome: "found", place }];
          })),
        ),
    },
  );
  const itinerary = itineraryKind({ model: "m", places });
  const others = kinds.filter(({ name }) => name !== itinerary.name);
  await using env = await openApp({ photos: wiki.book }, { kinds: [itinerary, ...others] });
  const { body: { jobId } } = await post(env.app, "/api/itineraries", {
    destination: "Lisbon",
    durationDays: 1,
  });
  await env.a.instance.idle();
  const trip = `/trips/${jobId}/photos`;
  const credit = await send(env.app, `${trip}/1-1.json`);
  const picture = await env.app.fetch(new Request(`http://localhost${trip}/1-1`));
  assertStrictEquals(credit.body.photo.author, "Ana & Rui");
  assertStrictEquals("url" in credit.body.photo, false);
  assertEquals([picture.status, picture.headers.get("content-type")], [200, "image/jpeg"]);
  assertEquals(await picture.bytes(), JPEG);
  assertStrictEquals((await send(env.app, `${trip}/9-9.json`)).body.photo, null);
  const unknown = `/trips/${crypto.randomUUID()}/photos/1-1`;
  const missing = await env.app.fetch(new Request(`http://localhost${unknown}`));
  assertStrictEquals(missing.status, 404);
  await missing.body?.cancel();
});
