/**
 * The network address of a client.
 * @module
 */
import type { Context } from "hono";
import ipaddr from "ipaddr.js";
import type { AppEnv } from "./caller.ts";

/** An IPv6 network of this size is one customer's, who may use any address in it. */
const IPV6_PREFIX_BITS = 64;

/**
 * The client's address, or network, as far as it can be relied on: each proxy appends the address that
 * it was called from to `X-Forwarded-For`, so with `n` proxies of ours the client's is the n-th from
 * the end, and everything before it is what the client says.
 */
export function clientAddress(c: Context<AppEnv>, trustedProxies: number): string {
  const peer = c.env?.remoteAddr;
  const direct = peer && "hostname" in peer ? peer.hostname : "unknown";
  if (trustedProxies === 0) return networkOf(direct);
  const forwarded = (c.req.header("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  return networkOf(withoutPort(forwarded.at(-trustedProxies) || direct));
}

/** Some proxies add the port of the connection. */
function withoutPort(address: string): string {
  return address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1").replace(/^\[(.*)\](:\d+)?$/, "$1");
}

/** IPv4 addresses, and what is no address at all, stay as they are. */
function networkOf(address: string): string {
  // Without a look into it: this is on the way of every request.
  if (!address.includes(":") || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_PREFIX_BITS}`).toString();
}
