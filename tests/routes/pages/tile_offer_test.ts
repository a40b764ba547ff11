import { assert, assertStrictEquals } from "@std/assert";
import { openApp } from "../../../testing/app.ts";

const policies: [tilesUrl: string | null, connect: string, hasOffer: boolean][] = [
  [null, "connect-src 'self'", false],
  ["/tiles/world.pmtiles", "connect-src 'self'", true],
  [
    "https://tiles.example.com:8443/a/world.pmtiles?key=1",
    "connect-src 'self' https://tiles.example.com:8443",
    true,
  ],
];

for (const [tilesUrl, connect, hasOffer] of policies) {
  Deno.test(`a page may load only what its detailed map needs: ${tilesUrl}`, async () => {
    await using env = await openApp({ tilesUrl });
    const page = await env.app.request("/");
    const policy = page.headers.get("content-security-policy")!.split("; ");
    assert(policy.includes(connect), policy.join("; "));
    const names = policy.map((directive) => directive.split(" ")[0]);
    // Browsers ignore a second directive of the same name, and complain.
    assertStrictEquals(new Set(names).size, names.length, policy.join("; "));
    assertStrictEquals((await page.text()).includes('name="tripwright-tiles"'), hasOffer);
    const problems = await env.app.request("/problems");
    assert(problems.headers.get("content-security-policy")!.includes("connect-src 'self';"));
    await problems.body?.cancel();
  });
}
