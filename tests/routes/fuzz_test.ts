import { assert, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { openApp } from "../../testing/app.ts";
import { nextTurn } from "../../testing/fake_clock.ts";
import { assertAllowed, keys, KNOWN, request } from "../../testing/fuzz/requests.ts";

/** A fixed seed, so that each run sends the same requests. */
const SEED = 20261124;
const RUNS = 2_000;

type Env = Awaited<ReturnType<typeof openApp>>;

async function countJobs({ kv }: Env): Promise<number> {
  let count = 0;
  for await (const { value } of kv.list<{ kind: string }>({ prefix: ["job"] })) {
    // Deliveries are jobs that no request asked for.
    if (value.kind !== "callback") count++;
  }
  return count;
}

/**
 * Returns the answer, and advances the clock meanwhile. The clock advances only when the database,
 * which executes calls one by one, is idle: a slow machine must not cause a timeout.
 */
async function answer({ app, clock, kv }: Env, request: Request): Promise<Response> {
  let response: Response | undefined;
  const answered = Promise.resolve(app.fetch(request)).then((answer) => response = answer);
  while (!response) {
    await Promise.race([answered, kv.get(["nothing"])]);
    if (!response) clock.advance(500);
  }
  return response;
}

/** Reads the body, except of a stream, which may be endless. */
async function bodyOf({ headers, body }: Response): Promise<string> {
  if (headers.get("content-type") !== "text/event-stream") return await new Response(body).text();
  await body?.cancel();
  return "";
}

/** Where keys are needed, most requests have one, and some a second or a wrong one. */
function authorized(headers: [string, string][], [key]: readonly string[]): [string, string][] {
  if (key === undefined || headers.length % 4 === 3) return headers;
  return [["authorization", `Bearer ${key}`], ...headers];
}

for (const [who, apiKeys] of [["all callers", []], ["callers with a key", keys]] as const) {
  Deno.test(`any request to a service for ${who} gets a described answer without 5xx`, async () => {
    await using env = await openApp({ apiKeys: [...apiKeys] });
    const known: string[] = [];
    let jobs = 0;
    const seen = new Map<string, number>();
    const property = fc.asyncProperty(request, async (sent) => {
      const { method, headers } = sent;
      const target = sent.path.replace(KNOWN, known.at(-1) ?? crypto.randomUUID());
      const url = new URL(`http://localhost${target}${sent.query && `?${sent.query}`}`);
      const hasBody = method !== "GET" && method !== "HEAD";
      const init = { method, headers: authorized(headers as [string, string][], apiKeys) };
      const request = new Request(url, hasBody ? { ...init, body: sent.body } : init);
      const response = await answer(env, request);
      const body = await bodyOf(response);
      const { status } = response;
      const shown = assertAllowed(method, url.pathname, response, body);
      seen.set(shown, (seen.get(shown) ?? 0) + 1);
      const isMade = method === "POST" && (status === 200 || status === 202) &&
        !response.headers.has("idempotency-replayed");
      if (isMade) known.push(response.headers.get("location")!.split("/").at(-1)!);
      jobs += isMade ? 1 : 0;
      assertStrictEquals(await countJobs(env), jobs, `${method} ${url}`);
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
    await env.a.instance.idle();
    // Work that no answer waited for.
    await nextTurn();
    // The requests have reached the important operations.
    for (const operation of ["create", "get", "cancel", "stream", "refine"]) {
      const reached = [...seen.keys()].filter((shown) => shown.startsWith(operation));
      assert(reached.length >= 6, `${operation}: ${reached.join(", ")}`);
    }
    assert(jobs > RUNS / 100, `only ${jobs} jobs were created`);
    if (Deno.env.get("FUZZ_VERBOSE")) console.log(Object.fromEntries(seen));
  });
}
