import { assert, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { openApp, techno, tokyo } from "../../testing/app.ts";
import { assertDescribed, operationOf } from "../../testing/contract.ts";
import { nextTurn } from "../../testing/fake_clock.ts";
import { anyCharacter } from "../../testing/text.ts";

/** A fixed seed, so that each run sends the same requests. */
const SEED = 20261124;
const RUNS = 3_000;

const keys = ["our-own-key-0123456789", "another-key-0123456789"];

/** A place in a path that the test replaces by the id of an existing job. */
const KNOWN = "{known}";

const id = fc.oneof(
  { weight: 6, arbitrary: fc.constant(KNOWN) },
  fc.uuid(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("%00", "%E0%A4%A", "..", "%2e%2e", "a%2Fb", "x".repeat(3_000)),
);

const segment = fc.oneof(
  fc.constantFrom("api", "itineraries", "generations", "timeline", "events", "docs", "problems"),
  fc.constantFrom("livez", "readyz", "openapi.json", "webhooks", "openai", "queue_full", ""),
  id,
);

const path = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(
      fc.constantFrom("/api/itineraries", "/api/generations"),
      fc.oneof(fc.constant([]), fc.tuple(id), fc.tuple(id, fc.constantFrom("timeline", "events"))),
      fc.constantFrom("", "", "", "/", "//"),
    ).map(([base, rest, end]) => [base, ...rest].join("/") + end),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("/", "/livez", "/readyz", "/openapi.json", "/docs", "/problems"),
  },
  {
    weight: 2,
    arbitrary: fc.array(segment, { maxLength: 5 }).map((parts) => "/" + parts.join("/")),
  },
);

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: anyCharacter, maxLength: 600 }),
);

const query = fc.array(
  fc.tuple(
    fc.constantFrom("limit", "cursor", "after", "wait", "_", "x"),
    fc.oneof(fc.integer({ min: -2, max: 200 }).map(String), fc.base64String(), text),
  ),
  { maxLength: 3 },
).map((pairs) => new URLSearchParams(pairs).toString());

/** A header value that HTTP allows. */
const headerText = fc.string({ unit: "grapheme-ascii", maxLength: 40 });

const header = fc.oneof(
  fc.tuple(fc.constant("idempotency-key"), fc.oneof(fc.constantFrom("a", "b", '"a"'), headerText)),
  fc.tuple(
    fc.constant("client-token"),
    fc.oneof(fc.constantFrom("1".repeat(16), "2".repeat(36)), headerText),
  ),
  fc.tuple(
    fc.constant("prefer"),
    fc.oneof(fc.constantFrom("wait=1", "wait=2, wait=9"), headerText),
  ),
  fc.tuple(fc.constant("if-none-match"), fc.oneof(fc.constantFrom("*", '"x"', "W/"), headerText)),
  fc.tuple(fc.constant("last-event-id"), fc.oneof(fc.constantFrom("end", "1-x", "0-"), headerText)),
  fc.tuple(
    fc.constant("authorization"),
    fc.oneof(fc.constantFrom(...keys.map((key) => `Bearer ${key}`), "Bearer x"), headerText),
  ),
  fc.tuple(
    fc.constant("content-type"),
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom("application/json", "text/plain") },
      headerText,
    ),
  ),
  fc.tuple(
    fc.constantFrom("traceparent", "tracestate", "x-request-id", "x-forwarded-for"),
    headerText,
  ),
  fc.tuple(fc.constant("access-control-request-method"), fc.constantFrom("POST", "X")),
  fc.tuple(fc.constant("content-length"), fc.constantFrom("0", "99999999", "x")),
);

const value = fc.oneof(
  fc.integer({ min: -2, max: 40 }),
  fc.double(),
  text,
  fc.constant(null),
  fc.boolean(),
  fc.array(text, { maxLength: 25 }),
  fc.constantFrom("https://example.com/hook", "http://127.0.0.1/", "https://[::1]/"),
);

/** A wish, with some members replaced by other values. */
const wish = fc.tuple(
  fc.constantFrom<Record<string, unknown>>(tokyo, techno, { ...tokyo, ...techno }, {}),
  fc.dictionary(
    fc.constantFrom("destination", "durationDays", "preferences", "callbackUrl", "__proto__", "x"),
    value,
    { maxKeys: 3 },
  ),
  fc.option(
    fc.dictionary(
      fc.constantFrom("interests", "musicProfile", "timeframe", "otherPreferences", "x"),
      value,
    ),
  ),
).map(([base, changes, preferences]) => ({
  ...base,
  ...changes,
  ...(preferences && { preferences }),
}));

const body = fc.oneof(
  { weight: 8, arbitrary: fc.constant(JSON.stringify({ ...tokyo, ...techno })) },
  { weight: 6, arbitrary: wish.map((wish) => JSON.stringify(wish)) },
  { weight: 2, arbitrary: fc.json() },
  text,
  fc.constant("x".repeat(70_000)),
);

const request = fc.record({
  method: fc.constantFrom(
    ...["GET", "GET", "GET", "POST", "POST", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"],
  ),
  path,
  query,
  headers: fc.oneof(fc.constant([]), fc.array(header, { maxLength: 4 })),
  body,
});

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

function assertUndescribed(method: string, { status, headers }: Response, body: string): void {
  const isPreflight = method === "OPTIONS" && status === 204;
  const isPage = status === 200 && headers.get("content-type")!.startsWith("text/html");
  if (isPreflight || isPage) return;
  // An invalid Client-Token is reported before an unknown path.
  assert([400, 404, 405].includes(status), `${status}: ${body}`);
  assertStrictEquals(headers.get("content-type"), "application/problem+json");
  if (status === 405) assert(headers.get("allow"));
}

/** Where keys are needed, most requests have one, and some a second or a wrong one. */
function authorized(headers: [string, string][], [key]: readonly string[]): [string, string][] {
  if (key === undefined || headers.length % 4 === 3) return headers;
  return [["authorization", `Bearer ${key}`], ...headers];
}

for (const [who, apiKeys] of [["all callers", []], ["callers with a key", keys]] as const) {
  Deno.test(`any request to a service for ${who} gets a described answer without 5xx`, async () => {
    using env = await openApp({ apiKeys: [...apiKeys] });
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
      const isDescribed = operationOf(method, url.pathname) !== undefined;
      // A missing key is reported before an unknown path.
      const shown = isDescribed
        ? assertDescribed(method, url.pathname, response, body)
        : (status === 401 || assertUndescribed(method, response, body), `undescribed ${status}`);
      seen.set(shown, (seen.get(shown) ?? 0) + 1);
      assert(status < 500, `${status}: ${body}`);
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
    for (const operation of ["create", "get", "cancel", "stream"]) {
      const reached = [...seen.keys()].filter((shown) => shown.startsWith(operation));
      assert(reached.length >= 6, `${operation}: ${reached.join(", ")}`);
    }
    assert(jobs > RUNS / 100, `only ${jobs} jobs were created`);
    if (Deno.env.get("FUZZ_VERBOSE")) console.log(Object.fromEntries(seen));
  });
}
