/**
 * A small reverse proxy for tests of updates: each request goes to the first upstream that accepts
 * the connection.
 * @module
 */
import { type LocalServer, passedOn, serveLocally } from "./local_server.ts";

/** Headers that belong to one connection. */
const HOP_HEADERS = ["connection", "host", "transfer-encoding", "content-length"];

export interface FirstUpstream extends LocalServer {
  /** The upstream that has answered each request. */
  answeredBy: string[];
}

/**
 * Starts the proxy; `await using` stops it.
 *
 * @param upstreams the URLs, the preferred one first; read anew for each request
 */
export function serveFirstUpstream(upstreams: () => readonly string[]): FirstUpstream {
  const answeredBy: string[] = [];
  // A connection for each request: an idle one could be closed at the moment of its next use.
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const server = serveLocally(async (request, { pathname, search }) => {
    const body = request.body ? await request.arrayBuffer() : null;
    const headers = new Headers(request.headers);
    for (const name of HOP_HEADERS) headers.delete(name);
    const { method } = request;
    for (const upstream of upstreams()) {
      try {
        const response = await fetch(upstream + pathname + search, {
          method,
          headers,
          body,
          client,
          redirect: "manual",
        });
        answeredBy.push(upstream);
        return passedOn(response);
      } catch (error) {
        // Nothing was sent, so the next upstream may have the request.
        if (!isRefused(error)) return new Response(`${error}`, { status: 502 });
      }
    }
    return new Response("No upstream accepts connections", { status: 502 });
  });
  return {
    ...server,
    answeredBy,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      client.close();
    },
  };
}

/** Returns whether `fetch` failed because nothing listens: the request was not sent. */
export function isRefused(error: unknown): boolean {
  // Deno 2.9 has the reason in the cause, earlier versions in the message.
  return error instanceof Error &&
    /connection refused/i.test(`${error.message} ${error.cause ?? ""}`);
}
