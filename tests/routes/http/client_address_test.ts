import { assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { Hono } from "hono";
import ipaddr from "ipaddr.js";
import type { AppEnv } from "../../../routes/http/caller.ts";
import { clientAddress } from "../../../routes/http/client_address.ts";

/** Returns the client address that the service determines. */
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
  ["it is the peer without proxies", 0, "192.0.2.9", "10.0.0.1"],
  ["behind one proxy it is the proxy's entry", 1, "192.0.2.9", "192.0.2.9"],
  ["entries of the client are ignored", 1, "203.0.113.1, 192.0.2.9", "192.0.2.9"],
  ["behind two proxies it is the outer proxy's entry", 2, "x, 192.0.2.9, 10.0.0.2", "192.0.2.9"],
  ["it is the peer of a request that bypassed the proxies", 2, "192.0.2.9", "10.0.0.1"],
  ["it is the peer without the header", 1, undefined, "10.0.0.1"],
  ["it is the peer if the entry is empty", 1, "192.0.2.9, ", "10.0.0.1"],
  ["it is the network of an IPv6 address", 1, "2001:db8:1:2:3:4:5:6", "2001:db8:1::"],
  ["the network has 56 bits", 1, "2001:db8:1:ffff:3:4:5:6", "2001:db8:1:ff00::"],
  ["it is the IPv4 address of a mapped IPv6 address", 1, "::ffff:192.0.2.9", "192.0.2.9"],
  ["a mapped address may be hexadecimal", 1, "::FFFF:C000:209", "192.0.2.9"],
  ["it has no zone", 1, "fe80::1:2%eth0", "fe80::"],
  ["it has no zone with a port", 1, "[fe80::1%25eth0]:80", "fe80::"],
  ["a mapped address has no zone", 1, "::ffff:192.0.2.9%1", "192.0.2.9"],
  ["behind NAT64 it is the IPv4 address", 1, "64:ff9b::c000:209", "192.0.2.9"],
  ["behind NAT64 the IPv4 address may have dots", 1, "64:ff9b::192.0.2.9", "192.0.2.9"],
  ["a prefix beside that of NAT64 is a network", 1, "64:ff9c::c000:209", "64:ff9c::"],
  ["behind 6to4 it is the IPv4 address", 1, "2002:c000:209:1::5", "192.0.2.9"],
  ["it has no port", 1, "192.0.2.9:5678", "192.0.2.9"],
  ["it has no port with IPv6", 1, "[2001:db8:1:2::9]:5678", "2001:db8:1::"],
  ["a text with a colon that is no address stays", 1, "unknown:1%x", "unknown:1%x"],
  ["it is the entry unchanged if that is not an address", 1, "unknown", "unknown"],
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
  const peers = ["2001:db8:1:2:3:4:5:6", "2001:db8:1:ff:ffff::1%eth0", "2001:db8:1:100::1"];
  const addresses = await Promise.all(peers.map((peer) => addressOf({ peer, proxies: 0 })));
  assertStrictEquals(addresses[0], addresses[1]);
  assertNotStrictEquals(addresses[0], addresses[2]);
});

Deno.test("an IPv6 address that sends many requests is parsed once", async () => {
  const { process } = ipaddr;
  let parsed = 0;
  ipaddr.process = (address) => {
    parsed++;
    return process.call(ipaddr, address);
  };
  try {
    for (let n = 0; n < 5; n++) {
      assertStrictEquals(await addressOf({ peer: "2001:db8:77::1", proxies: 0 }), "2001:db8:77::");
    }
  } finally {
    ipaddr.process = process;
  }
  assertStrictEquals(parsed, 1);
});

Deno.test("all connections without an address are one client", async () => {
  const app = new Hono<AppEnv>();
  app.get("/", (c) => c.text(clientAddress(c, 0)));
  assertStrictEquals(await (await app.request("/")).text(), "unknown");
});
