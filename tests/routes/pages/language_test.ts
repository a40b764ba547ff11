import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { openApp, tokyo } from "../../../testing/app.ts";
import { post } from "../../../testing/http.ts";

type App = Awaited<ReturnType<typeof openApp>>["app"];

/** Opens a page as a browser. */
async function open(app: App, path: string, headers: Record<string, string> = {}) {
  const response = await app.request(path, { headers: { accept: "text/html", ...headers } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const wanted: [headers: Record<string, string>, language: "en" | "de"][] = [
  [{}, "en"],
  [{ "accept-language": "de" }, "de"],
  [{ "accept-language": "de-AT,de;q=0.9,en;q=0.5" }, "de"],
  [{ "accept-language": "DE-ch" }, "de"],
  [{ "accept-language": "en-GB,en;q=0.9,de;q=0.8" }, "en"],
  [{ "accept-language": "fr,de;q=0.3,en;q=0.2" }, "de"],
  [{ "accept-language": "fr, ja" }, "en"],
  [{ "accept-language": "de;q=0, en;q=0.1" }, "en"],
  [{ "accept-language": "*" }, "en"],
  [{ "accept-language": "%%%;;q=x,,de" }, "de"],
  [{ "accept-language": "de", cookie: "tripwright_language=en" }, "en"],
  [{ "accept-language": "en", cookie: "tripwright_language=de" }, "de"],
  [{ "accept-language": "de", cookie: "tripwright_language=fr" }, "de"],
  [{ cookie: 'tripwright_language="><script>' }, "en"],
];

Deno.test("a page is in the language that the traveler has chosen, else the browser, else English", async () => {
  await using env = await openApp();
  for (const [headers, language] of wanted) {
    const page = await open(env.app, "/", headers);
    const name = JSON.stringify(headers);
    assertMatch(page.text, new RegExp(`<html lang="${language}">`), name);
    assertStrictEquals(page.headers.get("content-language"), language, name);
    assertMatch(page.headers.get("vary")!, /accept-language, cookie$/, name);
    assertMatch(page.headers.get("cache-control")!, /private|no-store/, name);
    assertMatch(page.text, new RegExp(`/home_${language}\\.js\\?v=`), name);
  }
});

/** The links of the footer to the languages, by language: target, and whether it is the current one. */
function linksIn(text: string): Record<string, [href: string, isCurrent: boolean]> {
  const links = text.matchAll(
    /<a href="([^"]*)" lang="(\w+)" hreflang="\w+"( aria-current="true")?/g,
  );
  return Object.fromEntries(
    [...links].map(([, href, lang, current]) => [
      lang!,
      [href!.replaceAll("&amp;", "&"), current !== undefined],
    ]),
  );
}

Deno.test("each page can be shown in the other language, at the same address, and keeps that choice", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { headers } = await post(env.app, "/api/itineraries", tokyo);
  const trip = headers.get("location")!.replace("/api/itineraries", "/trips");
  const pages: [path: string, status: number][] = [
    ["/", 200],
    ["/?kind=itinerary&destination=K%C3%B6ln+%26+Bonn", 200],
    [trip, 200],
    [`${trip}?from=mail&a=1&a=2`, 200],
    [`${trip}/cancel`, 200],
    ["/trips/nothing", 404],
    ["/nothing?x=1", 404],
  ];
  for (const [path, status] of pages) {
    const english = await open(env.app, path, { "accept-language": "en" });
    assertStrictEquals(english.status, status, path);
    const links = linksIn(english.text);
    assertEquals([links.en![1], links.de![1]], [true, false], path);
    // The browser resolves the link, as it does with the address of the page.
    const { pathname, search } = new URL(links.de![0], `http://service.test${path}`);
    const chosen = await open(env.app, pathname + search, { "accept-language": "en" });
    const asked = new URL(path, "http://service.test");
    assertStrictEquals(chosen.status, 303, path);
    const target = new URL(chosen.headers.get("location")!, asked);
    assertEquals([target.pathname, [...target.searchParams]], [
      asked.pathname,
      [...asked.searchParams],
    ]);
    const [cookie] = chosen.headers.getSetCookie().filter((one) => one.startsWith("tripwright_l"));
    assertMatch(cookie!, /^tripwright_language=de; .*SameSite=Lax/);
    const german = await open(env.app, chosen.headers.get("location")!, {
      "accept-language": "en",
      cookie: cookie!.split(";")[0]!,
    });
    assertStrictEquals(german.status, status, path);
    assertMatch(german.text, /<html lang="de">/, path);
    assertEquals([linksIn(german.text).en![1], linksIn(german.text).de![1]], [false, true], path);
  }
});

Deno.test("a language of an address that the app does not speak changes nothing", async () => {
  await using env = await openApp();
  for (const query of ["?lang=fr", "?lang=", "?lang=DE", "?lang=__proto__"]) {
    const { status, headers, text } = await open(env.app, `/${query}`);
    assertStrictEquals(status, 200, query);
    assert(!headers.getSetCookie().some((cookie) => cookie.startsWith("tripwright_language")));
    assertMatch(text, /<html lang="en">/);
  }
});

Deno.test("a choice of a language leads to no other site", async () => {
  await using env = await openApp();
  for (
    const path of ["//evil.example", "/\\evil.example", "/%2F%2Fevil.example", "///evil.example"]
  ) {
    const request = new Request(`http://service.test${path}?lang=de`, {
      headers: { accept: "text/html" },
    });
    const location = (await env.app.request(request)).headers.get("location");
    if (location === null) continue;
    assertStrictEquals(new URL(location, "http://service.test").host, "service.test", path);
  }
});

Deno.test("a page that a form has sent offers the languages on the start page", async () => {
  await using env = await openApp();
  const response = await env.app.request("/trips", {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin", "accept-language": "de" },
    body: new URLSearchParams({ kind: "itinerary", destination: "", durationDays: "0" }),
  });
  assertStrictEquals(response.status, 400);
  assertEquals(linksIn(await response.text()).en, ["/?lang=en", false]);
});

Deno.test("pages for developers are in English, whatever the reader speaks, so caches may keep them", async () => {
  await using env = await openApp();
  for (const path of ["/problems", "/problems/queue_full", "/problems?lang=de"]) {
    const page = await open(env.app, path, { "accept-language": "de" });
    assertStrictEquals(page.status, 200, path);
    assertMatch(page.text, /<html lang="en">/);
    assertEquals(linksIn(page.text), {});
    assertNotMatch(page.headers.get("vary") ?? "", /language|cookie/);
    assertMatch(page.headers.get("cache-control")!, /^public/);
  }
});

Deno.test("a problem is a page in the language of the reader, without details for operators", async () => {
  await using env = await openApp();
  const german = { "accept-language": "de" };
  const missing = await open(env.app, "/nothing", german);
  assertMatch(missing.text, /<h1>Seite nicht gefunden<\/h1>/);
  assertMatch(missing.text, /<a class="button main" href="\/">Zur Startseite<\/a>/);
  const broken = crypto.randomUUID();
  await env.kv.set(["job", broken], { secret: "do not show" });
  const internal = await open(env.app, `/trips/${broken}`, german);
  assertMatch(internal.text, /<h1>Etwas ist schiefgegangen<\/h1>/);
  assertMatch(internal.text, /versucht es in 30 Sekunden von selbst noch einmal/);
  assertNotMatch(internal.text, /do not show/);
});
