import { assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { Hono } from "hono";
import type { AppEnv } from "../../../routes/http/caller.ts";
import { clientAddress } from "../../../routes/http/client_address.ts";

/** What the service takes for the address of a client. */
async function addressOf(
  { peer = "10.0.0.1", forwarded, proxies }: { peer?: string; forwarded?: string; proxies: number },
): Promise<string> {
  const app = new Hono<AppEnv>();
  app.get("/", (c) => c.text(clientAddress(c, proxies)));
  const headers: HeadersInit = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  const remoteAddr = { transport: "tcp", hostname: peer, port: 1 } as const;
  return await (await app.request("/", { headers }, { remoteAddr })).text();
}

const cases: [what: string, proxies: number, forwarded: string | undefined, address: string][] = [
  ["without proxies it is the peer, whatever the client says", 0, "192.0.2.9", "10.0.0.1"],
  ["behind one proxy it is what that one says", 1, "192.0.2.9", "192.0.2.9"],
  ["what the client says before that counts for nothing", 1, "203.0.113.1, 192.0.2.9", "192.0.2.9"],
  ["behind two proxies it is what the outer one says", 2, "x, 192.0.2.9, 10.0.0.2", "192.0.2.9"],
  ["a request that came around the proxies has its peer", 2, "192.0.2.9", "10.0.0.1"],
  ["a proxy that says nothing leaves the peer", 1, undefined, "10.0.0.1"],
  ["an empty entry leaves the peer", 1, "192.0.2.9, ", "10.0.0.1"],
  ["an IPv6 address is its network", 1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"],
  ["an IPv4 address within IPv6 is itself", 1, "::ffff:192.0.2.9", "192.0.2.9"],
  ["a port is left out", 1, "192.0.2.9:5678", "192.0.2.9"],
  ["a port is left out of IPv6, too", 1, "[2001:db8:1:2::9]:5678", "2001:db8:1:2::"],
  ["what is no address is taken as it is", 1, "unknown", "unknown"],
];

for (const [what, proxies, forwarded, address] of cases) {
  Deno.test(`the client's address: ${what}`, async () => {
    assertStrictEquals(
      await addressOf({ proxies, ...(forwarded !== undefined && { forwarded }) }),
      address,
    );
  });
}

Deno.test("two addresses of one IPv6 network are one client", async () => {
  const peers = ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::1", "2001:db8:1:3::1"];
  const addresses = await Promise.all(peers.map((peer) => addressOf({ peer, proxies: 0 })));
  assertStrictEquals(addresses[0], addresses[1]);
  assertNotStrictEquals(addresses[0], addresses[2]);
});

Deno.test("a connection without an address is one client", async () => {
  const app = new Hono<AppEnv>();
  app.get("/", (c) => c.text(clientAddress(c, 0)));
  assertStrictEquals(await (await app.request("/")).text(), "unknown");
});
