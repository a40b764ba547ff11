/**
 * A small HTTP server on a free port, for tests of code that calls other services.
 * @module
 */
import { withWaitLimit } from "./wait_limit.ts";

export interface LocalServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** The requested URLs, in order. */
  requests: URL[];
}

/**
 * Starts a server. `await using` stops it, and answers pending requests: a server waits for its
 * handlers, so a failed test would wait for ever.
 */
export function serveLocally(
  handler: (request: Request, url: URL) => Response | Promise<Response>,
): LocalServer {
  const requests: URL[] = [];
  const stopping = Promise.withResolvers<Response>();
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    const url = new URL(request.url);
    requests.push(url);
    return closing(await Promise.race([handler(request, url), stopping.promise]));
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      stopping.resolve(new Response(null, { status: 503 }));
      await withWaitLimit(server.shutdown(), () => "a local server stops");
    },
  };
}

/** Makes the connection end with the answer: on Deno 2.5, a server waits for idle connections. */
function closing({ body, status, headers: given }: Response): Response {
  const headers = new Headers(given);
  headers.set("connection", "close");
  return new Response(body, { status, headers });
}

/**
 * Returns an answer of `fetch` as a proxy passes it on. `fetch` has decoded the body, and has kept the
 * headers that describe the encoded one.
 *
 * @param body what is sent; by default the body of the answer
 */
export function passedOn(answer: Response, body = answer.body): Response {
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  return new Response(body, { status: answer.status, headers });
}

/**
 * Writes a request as one line: its method, its path below `/v1`, and its parameters except
 * `include`.
 */
export function requestLine({ method, url }: Request): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.delete("include[]");
  const query = searchParams.size > 0 ? `?${searchParams}` : "";
  return `${method} ${pathname.replace("/v1", "")}${query}`;
}
