/**
 * The address of a page as its visitors see it. Previews of links and QR codes need it.
 * @module
 */
import type { Context } from "hono";
import type { AccessOptions } from "../http/caller.ts";
import { hostOf } from "../http/foreign_site.ts";
import { isHost } from "../http/host.ts";
import { hasTls } from "./browser_token.ts";

/**
 * Returns the origin of the service, such as `https://trips.example`, from the request. With
 * `TRUSTED_PROXIES` the headers of the proxy count. A caller that invents a host only changes the
 * answer to its own request, because no cache keeps the pages of trips.
 */
export function originOf(c: Context, access: Pick<AccessOptions, "trustedProxies">): string {
  const own = new URL(c.req.url).host;
  const host = hostOf(c, access.trustedProxies);
  return `${hasTls(c, access) ? "https" : "http"}://${isHost(host) ? host : own}`;
}
