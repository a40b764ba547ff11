/**
 * A proxy in front of a server of KV Connect that counts the requests.
 * @module
 */
import type { Denokv } from "./denokv.ts";

/** The requests so far, by path: reads, writes, watches and exchanges of metadata. */
export type RequestCounts = Record<string, number>;

/** Starts a proxy; `await using` stops it. Its server must end first, because watches last. */
export function startCountingProxy(server: Denokv) {
  const counts: RequestCounts = {};
  const proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    counts[pathname] = (counts[pathname] ?? 0) + 1;
    const { method, headers, body } = request;
    return fetch(server.url + pathname, { method, headers, body });
  });
  return {
    counts,
    /** The environment of a program that uses the database through the proxy. */
    env: { ...server.env, KV_PATH: `http://127.0.0.1:${proxy.addr.port}` },
    [Symbol.asyncDispose]: () => proxy.shutdown(),
  };
}
