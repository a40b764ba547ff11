/**
 * Refuses requests that pages of other sites make a browser send: changes, and reads that only use up
 * the limits of the visitor. The API and the web app share the rules. Browsers say in
 * `Sec-Fetch-Site` and `Origin` which site has sent a request, and no page can change these headers.
 *
 * Hono's `csrf` does not fit: it refuses clients that are no browsers, and lets through every request
 * whose `Content-Type` is not that of a form.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { type Problem, ProblemError } from "./problem.ts";

export interface ForeignSiteOptions {
  /** The other sites that may send requests; `*` for all. */
  origins: readonly string[];
  /** The number of proxies in front of the service. */
  trustedProxies: number;
  /** Whether to refuse a request without both headers, which is not from a current browser. */
  refusesUnknown?: boolean;
  problem: Problem;
}

/** These methods change nothing (RFC 9110, section 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Where a request comes from, as a browser says in `Sec-Fetch-Site`. Other values say nothing. */
const OTHER_SITES: ReadonlySet<string> = new Set(["cross-site", "same-site"]);

/**
 * Refuses requests of other sites that could change something.
 *
 * @throws {ProblemError} the problem of the options, from the handler
 */
export function refuseForeignSites(options: ForeignSiteOptions): MiddlewareHandler {
  return (c, next) => {
    if (!SAFE_METHODS.has(c.req.method) && isForeign(c, options)) {
      throw new ProblemError(options.problem);
    }
    return next();
  };
}

/** What shows an answer inside a page. No answer of this service may be shown there. */
const EMBEDDED: ReadonlySet<string> = new Set([
  "iframe",
  "frame",
  "fencedframe",
  "object",
  "embed",
]);

/**
 * Refuses reads by which a page of another site loads something into itself, for example as an image
 * or an event stream. They would count against the limits of the visitor. A link that the visitor
 * follows is no such read.
 *
 * @throws {ProblemError} the problem of the options, from the handler
 */
export function refuseForeignReads(
  { origins, problem }: Pick<ForeignSiteOptions, "origins" | "problem">,
): MiddlewareHandler {
  const allowsAll = origins.includes("*");
  return (c, next) => {
    if (!allowsAll && SAFE_METHODS.has(c.req.method) && isForeignLoad(c, origins)) {
      throw new ProblemError(problem);
    }
    return next();
  };
}

/** Old browsers and programs do not send these headers. */
function isForeignLoad(c: Context, origins: readonly string[]): boolean {
  if (!OTHER_SITES.has(c.req.header("sec-fetch-site") ?? "")) return false;
  const mode = c.req.header("sec-fetch-mode") ?? "navigate";
  const isLoad = mode !== "navigate" || EMBEDDED.has(c.req.header("sec-fetch-dest") ?? "");
  return isLoad && !origins.includes(c.req.header("origin") ?? "");
}

/** Tells whether a page of another site, which may not do so, has sent the request. */
export function isForeign(
  c: Context,
  { origins, trustedProxies, refusesUnknown = false }: Omit<ForeignSiteOptions, "problem">,
): boolean {
  if (origins.includes("*")) return false;
  const site = c.req.header("sec-fetch-site");
  // The browser knows the address of the service, also if a proxy changes `Host`. With `none` the
  // browser acts by itself or for an extension, whose origin is no site.
  if (site === "same-origin" || site === "none") return false;
  const isOtherSite = OTHER_SITES.has(site ?? "");
  const origin = c.req.header("origin");
  if (origin === undefined) return isOtherSite || refusesUnknown;
  return !origins.includes(origin) && (isOtherSite || !isOwnHost(c, origin, trustedProxies));
}

/** Compares only the host: a proxy may use TLS to the browser, but not to this service. */
function isOwnHost(c: Context, origin: string, trustedProxies: number): boolean {
  const { protocol, host } = URL.parse(origin) ?? {};
  // The port that belongs to the protocol may be written or not.
  return !!host && host === URL.parse(`${protocol}//${hostOf(c, trustedProxies)}`)?.host;
}

/** Returns the host in the browser's URL. A proxy may replace it in the request. */
export function hostOf(c: Context, trustedProxies: number): string {
  const host = URL.parse(c.req.url)?.host ?? "";
  if (trustedProxies === 0) return host;
  // Each proxy may append the host that it has received.
  const forwarded = c.req.header("x-forwarded-host")?.split(",").map((part) => part.trim()) ?? [];
  return forwarded.at(-trustedProxies) ?? forwarded[0] ?? host;
}
