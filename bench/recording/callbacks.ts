/**
 * The receiver of callbacks. They are recorded as requests of the service.
 * @module
 */
import type { Recorder } from "./recorder.ts";
import { serveLocally } from "./support.ts";

interface Received {
  line: string;
  headers: [name: string, value: string][];
  body: string;
}

/** Starts a receiver that accepts all requests. `await using` stops it. */
export function receiveCallbacks() {
  const received = new Map<string, Received>();
  let arrived = Promise.withResolvers<void>();
  const server = serveLocally(async (request, { pathname, search }) => {
    const { method, headers } = request;
    const body = await request.text();
    received.set(pathname, { line: `${method} ${pathname}${search}`, headers: [...headers], body });
    arrived.resolve();
    arrived = Promise.withResolvers();
    return new Response(null, { status: 204 });
  });
  return {
    /** Without a trailing slash. */
    url: server.url,
    host: new URL(server.url).host,
    /** Records the request to a path when it has arrived. */
    async record(recorder: Recorder, { name, path }: { name: string; path: string }) {
      while (!received.has(path)) await arrived.promise;
      const { line, headers, body } = received.get(path)!;
      recorder.recordCallback({ name, line, headers, body });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
