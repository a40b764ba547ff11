import {
  assert,
  assertEquals,
  assertMatch,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { languages } from "../../../web/words/language.ts";
import { kinds, openApp } from "../../../testing/app.ts";
import { type App, post } from "../../../testing/http.ts";
import { shapesOf } from "../../../routes/pages/offline.ts";

/** Requests a path as a browser does. */
async function open(app: App, path: string, headers: HeadersInit = {}) {
  const response = await app.fetch(new Request(`http://localhost${path}`, { headers }));
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const KEY = "test-key-0123456789abcdef0123456789abcdef";

const german = { cookie: "tripwright_language=de" };

/** Reads the settings that the server writes into the worker. */
function settingsIn(script: string): { prefix: string; cache: string; files: string[] } {
  return JSON.parse(script.match(/^const SHELL = (.*);$/m)![1]!);
}

Deno.test("the worker names the files of the shell in the language of the page", async () => {
  await using env = await openApp();
  const names: string[] = [];
  for (const language of languages) {
    const cookie = { cookie: `tripwright_language=${language}` };
    const { status, headers, text } = await open(env.app, "/sw.js", cookie);
    assertStrictEquals(status, 200);
    assertMatch(headers.get("content-type")!, /^text\/javascript/);
    assertStrictEquals(headers.get("cache-control"), "no-cache");
    assertMatch(headers.get("vary")!, /accept-language, cookie/);
    assertMatch(
      headers.get("content-security-policy")!,
      /^default-src 'none'; connect-src 'self';/,
    );
    const { prefix, cache, files } = settingsIn(text);
    assert(cache.startsWith(prefix));
    names.push(cache);
    assertEquals(files.map((file) => file.split("?")[0]), [
      "/offline",
      "/style.css",
      `/trip_${language}.js`,
      "/icon.svg",
      "/trip_shapes.json",
    ]);
    // Each file is there, in this version.
    for (const file of files) {
      const answer = await open(env.app, file, cookie);
      assertStrictEquals(answer.status, 200, file);
      assert(!/no-store/.test(answer.headers.get("cache-control")!), file);
    }
    assertStrictEquals(settingsIn((await open(env.app, "/sw.js", cookie)).text).cache, cache);
  }
  assertNotStrictEquals(names[0], names[1]);
});

Deno.test("the shell is a page without content, which names another version no-store", async () => {
  await using env = await openApp();
  const { files: [page] } = settingsIn((await open(env.app, "/sw.js")).text);
  const { headers, text } = await open(env.app, "/offline");
  assertMatch(headers.get("content-type")!, /^text\/html/);
  assertMatch(headers.get("content-security-policy")!, /manifest-src 'self'; worker-src 'self'/);
  assertMatch(text, /<meta name="robots" content="noindex"/);
  assertMatch(text, /<html lang="en">.*Opening the copy/s);
  assertStrictEquals((await open(env.app, page!)).text, text);
  for (const path of [`${page}`, "/offline?v=other"]) {
    const other = await open(env.app, path, german);
    assertMatch(other.text, /<html lang="de">/);
    assertStrictEquals(other.headers.get("cache-control"), "no-store");
  }
  // The address of a copy says nothing to the server.
  const copy = await open(env.app, "/copies/../x%00%3Cscript%3E");
  assertStrictEquals(copy.text.includes("%3C") || copy.text.includes("x\0"), false);
});

Deno.test("without copies the worker removes itself, and the pages say so", async () => {
  await using env = await openApp({ offlineCopies: false });
  const { status, text } = await open(env.app, "/sw.js");
  assertStrictEquals(status, 200);
  assertEquals(settingsIn(text).files, []);
  for (const path of ["/", "/copies/a", `/trips/${crypto.randomUUID()}`]) {
    assertMatch((await open(env.app, path)).text, /<meta name="tripwright-copies" content="off"/);
  }
  await using other = await openApp();
  assertStrictEquals((await open(other.app, "/")).text.includes("tripwright-copies"), false);
});

Deno.test("the manifest has the language of the page, and icons that exist", async () => {
  await using env = await openApp();
  const home = await open(env.app, "/", german);
  const [, href] = home.text.match(/<link rel="manifest" href="([^"]+)"/)!;
  const { headers, text } = await open(env.app, href!.replaceAll("&amp;", "&"));
  assertStrictEquals(headers.get("content-type"), "application/manifest+json");
  const manifest = JSON.parse(text);
  assertEquals(
    [manifest.lang, manifest.start_url, manifest.scope, manifest.display, manifest.description],
    ["de", "/", "/", "standalone", "Plant Reisen, Tag für Tag"],
  );
  assertStrictEquals(JSON.parse((await open(env.app, "/manifest.webmanifest")).text).lang, "en");
  const icons: { src: string; sizes: string; purpose?: string; type: string }[] = manifest.icons;
  assertEquals(icons.map(({ sizes, purpose = "" }) => `${sizes} ${purpose}`.trim()), [
    "any",
    "192x192 any",
    "512x512 any",
    "192x192 maskable",
    "512x512 maskable",
  ]);
  const others = [
    { src: "/icon_apple.png", sizes: "180x180", type: "image/png" },
    { src: "/favicon.ico", sizes: "", type: "image/x-icon" },
  ];
  for (const { src, sizes, type } of [...icons, ...others]) {
    const answer = await env.app.fetch(
      new Request(`http://localhost${src}`, { headers: { "accept-encoding": "br, gzip" } }),
    );
    const bytes = await answer.bytes();
    assertStrictEquals(answer.headers.get("content-type")!.split(";")[0], type);
    assert(bytes.length > 0 && bytes.length <= 10_000, `${src}: ${bytes.length} bytes`);
    if (type !== "image/png") continue;
    assertStrictEquals(answer.headers.get("content-encoding"), null);
    // The size is in the header of a PNG (RFC 2083, section 4.1.1).
    const header = new DataView(bytes.buffer);
    assertStrictEquals(`${header.getUint32(16)}x${header.getUint32(20)}`, sizes);
  }
  assertMatch(home.text, /<link rel="apple-touch-icon" href="\/icon_apple.png"/);
  assertStrictEquals(home.text.match(/<meta name="theme-color"/g)!.length, 2);
});

Deno.test("the shapes of trip files have only what a browser checks", () => {
  const text = JSON.stringify(shapesOf(kinds));
  assertEquals(Object.keys(JSON.parse(text)), ["itinerary", "bundles"]);
  for (const word of ["$ref", "$defs", "minItems", "format", "default"]) {
    assertStrictEquals(text.includes(`"${word}`), false, word);
  }
});

/** A key, and whether reads need it: then no browser may keep a copy. */
const readers: [what: string, options: Parameters<typeof openApp>[0], isOpen: boolean][] = [
  ["needs no key", {}, true],
  ["needs a key only to plan", { apiKeys: [KEY], publicReads: true }, true],
  ["needs a key, which a proxy adds", { apiKeys: [KEY] }, false],
];

for (const [what, options, isOpen] of readers) {
  Deno.test(`a page ${isOpen ? "may be" : "is not"} kept where a reader ${what}`, async () => {
    await using env = await openApp(options);
    const authorization = `Bearer ${KEY}`;
    const wish = { destination: "Lisbon", durationDays: 1 };
    const { body: { jobId } } = await post(env.app, "/api/itineraries", wish, { authorization });
    await env.a.instance.idle();
    const { status, text } = await open(env.app, `/trips/${jobId}`, { authorization });
    assertStrictEquals(status, 200);
    assertStrictEquals(text.match(/"isOpen":(true|false)/)?.[1], String(isOpen));
  });
}
