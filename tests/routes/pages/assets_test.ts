import { assertStrictEquals } from "@std/assert";
import { Hono } from "hono";
import type { AppEnv } from "../../../routes/http/caller.ts";
import { assetOf, sendAsset } from "../../../routes/pages/assets.ts";

Deno.test("sendAsset() encodes a text once, however many clients load it at the same time", async () => {
  const asset = assetOf("text/css", "body { margin: 0 }".repeat(1_000));
  const app = new Hono<AppEnv>().get("/", (c) => {
    c.set("headers", {});
    return sendAsset(c, asset);
  });
  const load = async () => {
    const answer = await app.request("/", { headers: { "accept-encoding": "br" } });
    await answer.bytes();
    return asset.encoded.get("br");
  };
  const first = await load();
  for (const later of await Promise.all([load(), load()])) assertStrictEquals(later, first);
  assertStrictEquals(asset.encoded.size, 1);
});
