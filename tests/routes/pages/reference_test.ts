import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { openApp } from "../../../testing/app.ts";
import { description } from "../../../testing/contract.ts";
import { send } from "../../../testing/http.ts";

Deno.test("/openapi.json is the description, with an entity tag", async () => {
  using env = await openApp();
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
  using env = await openApp();
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
