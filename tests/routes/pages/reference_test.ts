import assert from "node:assert/strict";
import { openApp } from "../../../testing/app.ts";
import { description } from "../../../testing/contract.ts";
import { send } from "../../../testing/http.ts";

Deno.test("/openapi.json is the description, with an entity tag", async () => {
  using env = await openApp();
  const { status, headers, body } = await send(env.app, "/openapi.json");
  assert.equal(status, 200);
  assert.match(headers.get("content-type")!, /^application\/json/);
  assert.deepEqual(body, description);
  const known = { "if-none-match": headers.get("etag")! };
  const again = await send(env.app, "/openapi.json", { headers: known });
  assert.equal(again.status, 304);
  assert.equal(again.body, null);
});

Deno.test("everything that /docs loads is served here", async () => {
  using env = await openApp();
  const page = await (await env.app.request("/docs")).text();
  const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
  assert.ok(loaded.length >= 3);
  for (const url of loaded.filter((url) => !url.startsWith("data:"))) {
    assert.match(url, /^\/[^/]/);
    const response = await env.app.request(url);
    assert.equal(response.status, 200, url);
    assert.match(
      response.headers.get("content-type")!,
      /^(text\/(css|javascript)|image\/svg\+xml)/,
    );
    const text = await response.text();
    assert.ok(text.length > 50);
    if (url.endsWith(".css")) assert.doesNotMatch(text, /@import|url\((?!["']?data:)/);
    const head = await env.app.request(url, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get("etag"), response.headers.get("etag"));
    assert.equal(await head.text(), "");
  }
});
