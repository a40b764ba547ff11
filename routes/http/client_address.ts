/**
 * The network address of a client.
 * @module
 */
import type { Context } from "hono";
import ipaddr from "ipaddr.js";
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
  const peer = c.env?.remoteAddr;
  const direct = peer && "hostname" in peer ? peer.hostname : UNKNOWN_ADDRESS;
  if (trustedProxies === 0) return networkOf(direct);
  const forwarded = (c.req.header("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  return networkOf(withoutPort(forwarded.at(-trustedProxies) || direct));
}

/** Some proxies append the port of the connection. */
function withoutPort(address: string): string {
  return address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1").replace(/^\[(.*)\](:\d+)?$/, "$1");
}

/** IPv4 addresses and texts that are not addresses stay unchanged. */
function networkOf(address: string): string {
  // Every request comes through here, so IPv4 addresses are not parsed.
  if (!address.includes(":") || !ipaddr.isValid(address)) return address;
  // Converts an IPv4-mapped address. A network has no zone (fe80::1%eth0).
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_PREFIX_BITS}`).toString();
}
