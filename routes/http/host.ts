/**
 * Checks the host that a request names, before other code parses its URL.
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { ProblemError } from "./problem.ts";

/** A host and a port (RFC 9110, section 7.2), without a user name and without other parts of a URL. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(?::\d*)?$/i;

/** An IP address, as URLs write it. */
const ADDRESS = /^(?:\d+\.\d+\.\d+\.\d+|\[.*\])$/;

/**
 * Accepts only requests whose `Host` and URL name a valid host. A request without `Host` gets
 * through: HTTP/2 has `:authority` in its place, and health checks in HTTP/1.0 need none.
 *
 * With a list of names, a page cannot reach the service by a name of its own that resolves to the
 * address of the service (DNS rebinding). Browsers would take that for one site. IP addresses and
 * `localhost` need no list, because no page can choose what they stand for.
 *
 * @param allowed the names that requests may name, without ports; empty: all names
 * @throws {ProblemError} from the handler: 400 for a host that is not valid, 421 for another name
 * (RFC 9110, section 15.5.20)
 */
export function requireHost(allowed: readonly string[]): MiddlewareHandler {
  const names = allowed.length > 0 ? new Set(["localhost", ...allowed.map(nameOf)]) : null;
  // Nearly all requests name the same host, and to parse it takes a microsecond.
  let known: string | undefined;
  return (c, next) => {
    const authority = authorityOf(c.req.url);
    const host = c.req.header("host") ?? authority;
    if (host !== known || authority !== known) {
      if (!isHost(host) || !isHost(authority)) throw invalidHost();
      if (names && !(isAllowed(host, names) && isAllowed(authority, names))) throw misdirected();
      known = host;
    }
    return next();
  };
}

/** Returns the part of a URL between the scheme and the path. */
function authorityOf(url: string): string {
  const start = url.indexOf("://") + 3;
  const end = url.indexOf("/", start);
  return url.slice(start, end < 0 ? undefined : end);
}

/** Tells whether a text is a host and a port, and nothing else. */
export function isHost(host: string): boolean {
  return HOST.test(host) && URL.canParse(`http://${host}/`);
}

function isAllowed(host: string, names: ReadonlySet<string>): boolean {
  const name = nameOf(host);
  return names.has(name) || ADDRESS.test(name);
}

/** Returns the name or address in a host, as URLs write it. */
function nameOf(host: string): string {
  return new URL(`http://${host}/`).hostname.replace(/\.$/, "");
}

function misdirected(): ProblemError {
  return new ProblemError({
    code: "misdirected_request",
    detail: "Host: this service has another name, see ALLOWED_HOSTS",
  });
}

function invalidHost(): ProblemError {
  return new ProblemError({
    code: "invalid_header",
    detail: "Host: expected a host name or an address, and optionally a port",
  });
}
