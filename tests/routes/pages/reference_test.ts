import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import zlib from "node:zlib";
import { openApp } from "../../../testing/app.ts";
import { description, operations } from "../../../testing/contract.ts";
import { send } from "../../../testing/http.ts";
import { problemTypes } from "../../../routes/http/problem.ts";

Deno.test("/openapi.json is the description, with an entity tag", async () => {
  await using env = await openApp();
  const { status, headers, body } = await send(env.app, "/openapi.json");
  assertStrictEquals(status, 200);
  assertMatch(headers.get("content-type")!, /^application\/json/);
  assertEquals(body, description);
  const known = { "if-none-match": headers.get("etag")! };
  const again = await send(env.app, "/openapi.json", { headers: known });
  assertStrictEquals(again.status, 304);
  assertStrictEquals(again.body, null);
});

/** The files that the page loads. */
function loadedBy(page: string): string[] {
  return [...page.matchAll(/<(?:link|script)[^>]+(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
}

Deno.test("everything that /docs loads comes from this service", async () => {
  await using env = await openApp();
  const loaded = loadedBy(await (await env.app.request("/docs")).text());
  assert(loaded.length >= 4);
  for (const url of loaded) {
    assertMatch(url, /^\/[^/]/);
    const response = await env.app.request(url);
    assertStrictEquals(response.status, 200, url);
    assertMatch(
      response.headers.get("content-type")!,
      /^(text\/(css|javascript)|image\/(svg\+xml|png)|application\/manifest\+json)/,
    );
    const text = await response.text();
    assert(text.length > 50);
    if (url.endsWith(".css")) assertNotMatch(text, /@import|url\((?!["']?data:)/);
    const head = await env.app.request(url, { method: "HEAD" });
    assertStrictEquals(head.status, 200);
    assertStrictEquals(head.headers.get("etag"), response.headers.get("etag"));
    assertStrictEquals(await head.text(), "");
  }
});

Deno.test("/docs and all that it loads take less than 60 KB", async () => {
  await using env = await openApp();
  const page = await (await env.app.request("/docs")).text();
  let bytes = 0;
  for (const url of ["/docs", ...loadedBy(page)]) {
    const answer = await env.app.request(url, { headers: { "accept-encoding": "br" } });
    bytes += (await answer.bytes()).length;
  }
  assert(bytes < 60_000, `${bytes} bytes`);
});

Deno.test("/docs has a place for each call and each schema, and each of its links leads to one", async () => {
  await using env = await openApp();
  const page = await (await env.app.request("/docs")).text();
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  assertEquals(ids.length, new Set(ids).size);
  for (const { id } of operations) assert(ids.includes(id), id);
  for (const name of Object.keys(description.components.schemas)) {
    assert(ids.includes(`schema-${name}`), name);
  }
  for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) assert(ids.includes(target!), target);
  for (const code of Object.keys(problemTypes)) assertMatch(page, new RegExp(`/problems/${code}"`));
  // What a caller sends comes before what it may send.
  assertMatch(
    page,
    /id="createItinerary"(?:(?!<\/article>)[^])*Body(?:(?!<\/article>)[^])*Optional headers/,
  );
});

Deno.test("the code in /docs and /llms.txt is for this service, and has a key where it needs one", async () => {
  const key = "our-own-key-0123456789";
  await using open = await openApp();
  await using closed = await openApp({ apiKeys: [key], trustedProxies: 1 });
  for (const path of ["/docs", "/llms.txt"]) {
    const free = await (await open.app.request(`http://trips.test:81${path}`)).text();
    assertMatch(free, /curl http:\/\/trips\.test:81\/api\/itineraries \\/);
    assertMatch(free, /needs? no API key/);
    assertNotMatch(free, /\$API_KEY|trips\.example/);
    const headers = { "x-forwarded-proto": "https" };
    const guarded = await (await closed.app.request(`http://trips.test${path}`, { headers }))
      .text();
    assertMatch(guarded, /"?Authorization: Bearer \$API_KEY/);
    assertMatch(guarded, /https:\/\/trips\.test\/client\.js/);
    assertMatch(guarded, /needs? an API key/i);
    assertNotMatch(guarded, new RegExp(key));
  }
  // A host with characters of HTML does not get into the page.
  const odd = await (await open.app.request("http://a&lt;b'$(id)/docs")).text();
  assertMatch(odd, /https:\/\/trips\.example\/client\.js/);
});

Deno.test("/llms.txt has the form of llmstxt.org, and its links lead to pages of this service", async () => {
  await using env = await openApp();
  const answer = await env.app.request("/llms.txt");
  assertMatch(answer.headers.get("content-type")!, /^text\/markdown/);
  const text = await answer.text();
  assertMatch(text, /^# Tripwright\n\n> .+\n\n/);
  const links = [...text.matchAll(/^- \[[^\]]+\]\((http:\/\/localhost\/[^)]+)\): \S/gm)];
  assert(links.length > 15);
  const page = await (await env.app.request("/docs")).text();
  for (const [, link] of links) {
    const url = new URL(link!);
    assertStrictEquals((await env.app.request(url.pathname)).status, 200, link);
    if (url.hash) assertMatch(page, new RegExp(` id="${url.hash.slice(1)}"`));
  }
});

/** What a client accepts, and the encoding of the answer. */
const encodings: [accepted: string | undefined, encoding: string | null][] = [
  ["br", "br"],
  ["gzip", "gzip"],
  ["gzip;q=0.5, br;q=0.9", "br"],
  // As browsers ask.
  ["gzip, deflate, br, zstd", "br"],
  ["br;q=0, gzip", "gzip"],
  ["br;q=0, gzip;q=0", null],
  ["zstd", null],
  ["identity", null],
  [undefined, null],
];
const decoders: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  br: (bytes) => zlib.brotliDecompressSync(bytes),
  gzip: (bytes) => zlib.gunzipSync(bytes),
  identity: (bytes) => bytes,
};

for (const [accepted, encoding] of encodings) {
  Deno.test(`a file of /docs for a client that accepts ${accepted} is sent as ${encoding}`, async () => {
    await using env = await openApp();
    const path = "/docs.css";
    const headers: Record<string, string> = accepted ? { "accept-encoding": accepted } : {};
    const answer = await env.app.request(path, { headers });
    assertStrictEquals(answer.headers.get("content-encoding"), encoding);
    assertMatch(answer.headers.get("vary")!, /accept-encoding/);
    const bytes = decoders[encoding ?? "identity"]!(await answer.bytes());
    const plain = await env.app.request(path);
    assertStrictEquals(new TextDecoder().decode(bytes), await plain.text());
    const etag = answer.headers.get("etag")!;
    assertStrictEquals(etag.startsWith("W/"), encoding !== null);
    const again = await env.app.request(path, { headers: { ...headers, "if-none-match": etag } });
    assertEquals([again.status, again.headers.get("content-encoding")], [304, null]);
  });
}
