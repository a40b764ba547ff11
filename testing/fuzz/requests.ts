/**
 * Random requests, almost as clients send them, and what each answer must be.
 * @module
 */
import { assert, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { techno, tokyo } from "../app.ts";
import { assertDescribed, operationOf } from "../contract.ts";
import { anyCharacter } from "../text.ts";

/** The API keys that some requests have. */
export const keys = ["our-own-key-0123456789", "another-key-0123456789"];

/** A place in a path that the test replaces by the id of an existing job. */
export const KNOWN = "{known}";

const id = fc.oneof(
  { weight: 6, arbitrary: fc.constant(KNOWN) },
  fc.uuid(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("%00", "%E0%A4%A", "..", "%2e%2e", "a%2Fb", "x".repeat(3_000)),
);

const segment = fc.oneof(
  fc.constantFrom("api", "itineraries", "generations", "timeline", "events", "docs", "problems"),
  fc.constant("refinements"),
  fc.constantFrom("livez", "readyz", "openapi.json", "webhooks", "openai", "queue_full", ""),
  id,
);

const path = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(
      fc.constantFrom("/api/itineraries", "/api/generations"),
      fc.oneof(
        fc.constant([]),
        fc.tuple(id),
        fc.tuple(id, fc.constantFrom("timeline", "events", "refinements")),
      ),
      fc.constantFrom("", "", "", "/", "//"),
    ).map(([base, rest, end]) => [base, ...rest].join("/") + end),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "/",
      "/livez",
      "/readyz",
      "/openapi.json",
      "/docs",
      "/llms.txt",
      "/problems",
    ),
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
    fc.constantFrom("limit", "cursor", "after", "wait", "refines", "_", "x"),
    fc.oneof(fc.integer({ min: -2, max: 200 }).map(String), fc.base64String(), fc.uuid(), text),
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

const factNames = [
  ...["startDate", "travellers", "budget", "pace", "interests", "diet", "accessibility"],
  ...["startPoint", "language", "notes"],
];

/** A fact of a wish, almost as clients send it. */
const fact = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, "2027-05-01".length)),
  fc.record({ adults: value, children: value }, { requiredKeys: [] }),
  fc.record({ adults: fc.integer({ min: 0, max: 21 }), children: fc.integer({ min: 0, max: 21 }) }),
  fc.record({ amount: value, currency: fc.constantFrom("EUR", "usd", "XXX", ""), per: value }),
  fc.record({ amount: fc.double(), currency: text, per: fc.constantFrom("person", "all", "x") }),
  fc.constantFrom("relaxed", "packed", "de", "pt-BR", "de_DE", "2028-02-29", "2027-02-29"),
);

/** A wish, with some members replaced by other values. */
const wish = fc.tuple(
  fc.constantFrom<Record<string, unknown>>(tokyo, techno, { ...tokyo, ...techno }, {}),
  fc.dictionary(
    fc.constantFrom(
      ...["destination", "durationDays", "preferences", "callbackUrl", "__proto__", "x"],
      ...factNames,
    ),
    fc.oneof(value, fact),
    { maxKeys: 3 },
  ),
  fc.option(
    fc.dictionary(
      fc.constantFrom(
        ...["interests", "musicProfile", "timeframe", "otherPreferences", "city", "endDate", "x"],
        ...factNames,
      ),
      fc.oneof(value, fact),
    ),
  ),
).map(([base, changes, preferences]) => ({
  ...base,
  ...changes,
  ...(preferences && { preferences }),
}));

/** A change of a plan. */
const change = fc.dictionary(
  fc.constantFrom("instruction", "day", "activity", "bundle", "event", "wish", "__proto__", "x"),
  fc.oneof(value, fc.dictionary(fc.constantFrom("durationDays", "preferences", "pace"), value)),
  { maxKeys: 3 },
);

const body = fc.oneof(
  { weight: 8, arbitrary: fc.constant(JSON.stringify({ ...tokyo, ...techno })) },
  { weight: 6, arbitrary: wish.map((wish) => JSON.stringify(wish)) },
  { weight: 4, arbitrary: change.map((change) => JSON.stringify(change)) },
  { weight: 2, arbitrary: fc.json() },
  text,
  fc.constant("x".repeat(70_000)),
);

/** A request, almost as clients send it. */
export const request = fc.record({
  method: fc.constantFrom(
    ...["GET", "GET", "GET", "POST", "POST", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"],
  ),
  path,
  query,
  headers: fc.oneof(fc.constant([]), fc.array(header, { maxLength: 4 })),
  body,
});

/**
 * Asserts that the description of the API has an answer, and that it is no failure of the service.
 *
 * @param body the text of the body
 * @returns what the answer is, for statistics
 */
export function assertAllowed(
  method: string,
  path: string,
  answer: Pick<Response, "status" | "headers">,
  body: string,
): string {
  assert(answer.status < 500, `${answer.status}: ${body}`);
  if (operationOf(method, path)) return assertDescribed(method, path, answer, body);
  // A missing key is reported before an unknown path.
  if (answer.status !== 401) assertUndescribed(method, answer, body);
  return `undescribed ${answer.status}`;
}

/** Asserts what an answer that the description does not have may be. */
function assertUndescribed(
  method: string,
  { status, headers }: Pick<Response, "status" | "headers">,
  body: string,
): void {
  const isPreflight = method === "OPTIONS" && status === 204;
  const isPage = status === 200 && headers.get("content-type")!.startsWith("text/html");
  if (isPreflight || isPage) return;
  // An invalid Client-Token is reported before an unknown path.
  assert([400, 404, 405].includes(status), `${status}: ${body}`);
  assertStrictEquals(headers.get("content-type"), "application/problem+json");
  if (status === 405) assert(headers.get("allow"));
}
