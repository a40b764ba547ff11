import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import zlib from "node:zlib";
import { openApp } from "../../../testing/app.ts";
import { description } from "../../../testing/contract.ts";
import { send } from "../../../testing/http.ts";

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

Deno.test("everything that /docs loads comes from this service", async () => {
  await using env = await openApp();
  const page = await (await env.app.request("/docs")).text();
  const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
  assert(loaded.length >= 3);
  for (const url of loaded.filter((url) => !url.startsWith("data:"))) {
    assertMatch(url, /^\/[^/]/);
    const response = await env.app.request(url);
    assertStrictEquals(response.status, 200, url);
    assertMatch(
      response.headers.get("content-type")!,
      /^(text\/(css|javascript)|image\/svg\+xml)/,
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

/** What a client accepts, and the encoding of the answer. */
const encodings: [accepted: string | undefined, encoding: string | null][] = [
  ["br", "br"],
  ["gzip", "gzip"],
  ["gzip;q=0.5, br;q=0.9", "br"],
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
    const path = "/docs/swagger-ui.css";
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
