/**
 * The network address of a client.
 * @module
 */
import type { Context } from "hono";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import type { AppEnv } from "./caller.ts";

/**
 * Providers give a customer an IPv6 network of this size, with 256 subnets, or a larger one (RIPE-690).
 * The customer can use any address in it.
 */
const IPV6_PREFIX_BITS = 56;

/** The address of a client whose connection has none. */
export const UNKNOWN_ADDRESS = "unknown";

/**
 * Returns the address of the client, or its network for IPv6. Each proxy appends the address of its
 * peer to `X-Forwarded-For`. With `n` trusted proxies, the n-th address from the end is therefore
 * the client's. The client itself sent everything before it, so the service ignores that.
 */
export function clientAddress(c: Context<AppEnv>, trustedProxies: number): string {
  const direct = c.env?.remoteAddr?.hostname ?? UNKNOWN_ADDRESS;
  if (trustedProxies === 0) return networkOf(direct);
  const forwarded = (c.req.header("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  return networkOf(withoutPort(forwarded.at(-trustedProxies) || direct));
}

/** Some proxies append the port of the connection. */
function withoutPort(address: string): string {
  return address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1").replace(/^\[(.*)\](:\d+)?$/, "$1");
}

/** The networks of the latest IPv6 addresses, because to parse an address takes several microseconds. */
const networks = new LRUCache<string, string>({ max: 1_000, memoMethod: parseNetwork });

/** IPv4 addresses and texts that are not addresses stay unchanged. */
function networkOf(address: string): string {
  return address.includes(":") ? networks.memo(address) : address;
}

function parseNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  // Converts an IPv4-mapped address. A network has no zone (fe80::1%eth0).
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return embeddedIPv4(parsed) ??
    ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_PREFIX_BITS}`).toString();
}

/**
 * Returns the IPv4 address of a client behind NAT64 (`64:ff9b::/96`, RFC 6052) or 6to4 (`2002::/16`,
 * RFC 3056). Without it, all clients behind a NAT64 would be in one network.
 */
function embeddedIPv4(address: ipaddr.IPv6): string | undefined {
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === "rfc6052") return bytes.slice(12).join(".");
  if (range === "6to4") return bytes.slice(2, 6).join(".");
}
