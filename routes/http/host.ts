/**
 * Checks the host that a request names, before other code parses its URL.
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { ProblemError } from "./problem.ts";

/** A host and a port (RFC 9110, section 7.2), without a user name and without other parts of a URL. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(?::\d*)?$/i;

/**
 * Accepts only requests whose `Host` and URL name a valid host. A request without `Host` gets
 * through: HTTP/2 has `:authority` in its place, and health checks in HTTP/1.0 need none.
 *
 * @throws {ProblemError} 400 from the handler for any other host
 */
export function requireHost(): MiddlewareHandler {
  // Nearly all requests name the same host, and to parse it takes a microsecond.
  let known: string | undefined;
  return async (c, next) => {
    const authority = authorityOf(c.req.url);
    const host = c.req.header("host") ?? authority;
    if (host !== known || authority !== known) {
      if (!isHost(host) || !isHost(authority)) throw invalidHost();
      known = host;
    }
    await next();
  };
}

/** Returns the part of a URL between the scheme and the path. */
function authorityOf(url: string): string {
  const start = url.indexOf("://") + 3;
  const end = url.indexOf("/", start);
  return url.slice(start, end < 0 ? undefined : end);
}

function isHost(host: string): boolean {
  return HOST.test(host) && URL.canParse(`http://${host}/`);
}

function invalidHost(): ProblemError {
  return new ProblemError({
    code: "invalid_header",
    detail: "Host: expected a host name or an address, and optionally a port",
  });
}
