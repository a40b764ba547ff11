/**
 * A proxy in front of a server of KV Connect that counts the requests, and may lose answers.
 * @module
 */
import type { Denokv } from "./denokv.ts";

/** The path of commits. */
export const WRITE = "/v2/atomic_write";

/** The requests so far, by path: reads, writes, watches and exchanges of metadata. */
export type RequestCounts = Record<string, number>;

/**
 * Starts a proxy; `await using` stops it. Its server must end first, because watches last.
 *
 * @param options `lostWrites`: the answers to so many first commits get lost
 */
export function startCountingProxy(server: Denokv, { lostWrites = 0 } = {}) {
  const counts: RequestCounts = {};
  let left = lostWrites;
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const proxy = Deno.serve(options, async (request) => {
    const { pathname } = new URL(request.url);
    counts[pathname] = (counts[pathname] ?? 0) + 1;
    const { method, headers, body } = request;
    const answer = await fetch(server.url + pathname, { method, headers, body });
    if (pathname !== WRITE || left === 0) return answer;
    left--;
    await answer.body?.cancel();
    return new Response(null, { status: 503 });
  });
  return {
    counts,
    /** The environment of a program that uses the database through the proxy. */
    env: { ...server.env, KV_PATH: `http://127.0.0.1:${proxy.addr.port}` },
    [Symbol.asyncDispose]: () => proxy.shutdown(),
  };
}
