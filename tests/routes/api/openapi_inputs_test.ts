// deno-lint-ignore-file no-explicit-any -- a document
/**
 * What the description allows, the service accepts: each described input, with values at the borders
 * of its pattern and its limits.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { hasVisibleCharacter } from "../../../lib/characters.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { description } from "../../../testing/contract.ts";
import { type App, post, send } from "../../../testing/http.ts";

const key = "our-own-key-0123456789";
const authorization = `Bearer ${key}`;

const ajv = new Ajv2020({ strict: false });
(addFormats as any)(ajv);

/** Fixed, so that each run asks the same. */
const SEED = 18;

/** Returns the schema that a call's body has. */
function bodySchema({ requestBody }: any): any {
  const { $ref } = requestBody.content["application/json"].schema;
  return description.components.schemas[$ref.split("/").at(-1)];
}

const hostileCharacters = [
  ..." \t_-.,~+/=\"'\\:;<>{}[]!#%&()*?@^`|",
  "\u0000",
  "\u007f",
  "\u0085",
  "\u00a0",
  "\u00ad",
  "\u00e9",
  "\u0301",
  "\u200b",
  "\u200d",
  "\u202e",
  "\u2028",
  "\u2800",
  "\u3164",
  "\ufe0f",
  "\ufeff",
  "\uffa0",
  "\ud800",
  "\u{1f680}",
  "\u6771",
];

/** Returns strings around the length limits of a schema, and strings of each hostile character. */
function strings(schema: any): string[] {
  const patternLimits = /\{(\d+),(\d+)\}\$$/.exec(schema.pattern ?? "");
  const min = schema.minLength ?? Number(patternLimits?.[1] ?? 0);
  const max = schema.maxLength ?? Number(patternLimits?.[2] ?? 40);
  const lengths = [0, 1, min - 1, min, min + 1, max - 1, max, max + 1].filter((n) => n >= 0);
  // JSON Schema cannot tell which days are too early or too late. These are neither, at `NOON`.
  if (schema.format === "date") return ["2026-11-21", "2027-12-31", "2028-02-29", "2027-02-29", ""];
  const matching = schema.pattern && /^\^/.test(schema.pattern)
    ? fc.sample(fc.stringMatching(new RegExp(schema.pattern)), { seed: SEED, numRuns: 100 })
    : [];
  return [
    ...lengths.map((length) => "a".repeat(length)),
    ...lengths.map((length) => "\u6771".repeat(length)),
    ...hostileCharacters.flatMap((
      one,
    ) => [one, one.repeat(Math.max(min, 1)), "a".repeat(min) + one]),
    ...matching,
    ...urls(schema),
  ];
}

function urls({ format, maxLength }: any): string[] {
  if (format !== "uri") return [];
  const start = "https://example.com/";
  return [
    start,
    start + "a".repeat(maxLength - start.length),
    start + "a".repeat(maxLength - start.length + 1),
    start + "\u6771".repeat(maxLength - start.length),
    "http://example.com/",
    "ftp://example.com/",
    "https://user:secret@example.com/",
    "https://user@example.com/",
    "https://",
    "https:///x",
    "https://exam ple.com/",
    "//example.com/",
    "HTTPS://EXAMPLE.COM",
    "https://example.com:8443/a?b#c",
  ];
}

/** Returns values around the limits of a schema, valid and invalid ones. */
function values(schema: any): unknown[] {
  const others = [null, true, 0, 1.5, "x", [], {}, -1, 1e21];
  if (schema.anyOf) return schema.anyOf.flatMap(values);
  const types = [schema.type].flat();
  const borders = [];
  if (types.includes("string")) borders.push(...strings(schema));
  if (types.includes("integer")) {
    const { minimum, maximum } = schema;
    borders.push(minimum - 1, minimum, minimum + 1, maximum - 1, maximum, maximum + 1);
  }
  if (types.includes("array")) {
    const { maxItems, items } = schema;
    for (const count of [0, 1, maxItems, maxItems + 1]) borders.push(Array(count).fill("a"));
    borders.push(...values(items).map((value) => [value]));
  }
  return [...borders, ...others];
}

/** The members of a body that are not objects: their paths and schemas. */
function members(schema: any, path: string[] = []): { path: string[]; schema: any }[] {
  return Object.entries<any>(schema.properties).flatMap(([name, member]) =>
    member.properties
      ? members(member, [...path, name])
      : [{ path: [...path, name], schema: member }]
  );
}

/** Returns a body with another value at a path; `undefined` removes the member. */
function withValue(body: any, [name, ...rest]: string[], value: unknown): any {
  return { ...body, [name!]: rest.length > 0 ? withValue(body[name!], rest, value) : value };
}

const wishes: Record<string, object> = { "/api/itineraries": tokyo, "/api/generations": techno };

for (const [path, wish] of Object.entries(wishes)) {
  const schema = bodySchema(description.paths[path].post);
  const validate = ajv.compile(schema);
  for (const member of members(schema)) {
    Deno.test(`${path} accepts each described ${member.path.join(".")}`, async () => {
      await using env = await openApp({ apiKeys: [key] }, { concurrency: 0 });
      let accepted = 0;
      for (const value of [undefined, ...values(member.schema)]) {
        const body = withValue(wish, member.path, value);
        // As the service reads it.
        const isDescribed = validate(JSON.parse(JSON.stringify(body)));
        const { status, body: answer } = await post(env.app, path, body, { authorization });
        const text = JSON.stringify(value)?.slice(0, 80);
        if (isDescribed) assert(status < 300, `${text}: ${status} ${answer.detail}`);
        else assert(status < 300 || status === 400, `${text}: ${status}`);
        if (isDescribed) accepted++;
      }
      assert(accepted > 0);
    });
  }
}

/** Members of a change of the sample plans, each of them possible. */
const changes: Record<string, Record<string, unknown>> = {
  "/api/itineraries": { day: 1, activity: 2, wish: { durationDays: 3 } },
  "/api/generations": { bundle: 1, event: 2, wish: { preferences: { timeframe: "In May" } } },
};

for (const [path, wish] of Object.entries(wishes)) {
  Deno.test(`${path}: a change is accepted if its form and its instruction are described, and only then`, async () => {
    await using env = await openApp();
    const { headers } = await post(env.app, path, wish);
    await env.a.instance.idle();
    const call = description.paths[`${path}/{id}/refinements`].post;
    const schema = bodySchema(call);
    const validate = ajv.compile(schema);
    const instructions = strings(schema.properties.instruction).map((instruction) => ({
      instruction,
    }));
    const members = Object.entries({ instruction: "Less", ...changes[path] });
    const combinations = fc.sample(fc.subarray(members), { numRuns: 50, seed: SEED });
    const bodies = [...instructions, ...combinations.map((some) => Object.fromEntries(some))];
    let accepted = 0;
    for (const body of bodies) {
      const isDescribed = validate(JSON.parse(JSON.stringify(body)));
      const { status } = await post(env.app, `${headers.get("location")}/refinements`, body);
      const text = JSON.stringify(body).slice(0, 80);
      if (isDescribed) assert(status < 300, `${text}: ${status}`);
      // JSON Schema cannot count characters as readers do.
      else if (!("instruction" in body)) assertStrictEquals(status, 400, text);
      if (isDescribed) accepted++;
    }
    assert(accepted > 5);
    await env.a.instance.idle();
  });
}

/** Sends a value in a header; `null` if no client can. */
async function sendHeader(app: App, path: string, header: Record<string, string>) {
  try {
    new Headers(header);
  } catch {
    return null;
  }
  return path.includes("{id}")
    ? await send(app, path.replace("{id}", crypto.randomUUID()), { headers: header })
    : await post(app, path, wishes[path], header);
}

/** The headers whose invalid values are refused; all others are ignored if they are not valid. */
const checkedHeaders = ["Client-Token", "Idempotency-Key"];

for (const [path, method] of [["/api/itineraries", "post"], ["/api/itineraries/{id}", "get"]]) {
  for (const { name, in: place, schema } of description.paths[path!][method!].parameters) {
    if (place !== "header") continue;
    Deno.test(`${method} ${path} accepts each described ${name}, and only these if it checks it`, async () => {
      await using env = await openApp({}, { concurrency: 0 });
      const validate = ajv.compile(schema);
      for (const value of strings(schema)) {
        const answer = await sendHeader(env.app, path!, { [name]: value });
        if (answer === null) continue;
        // The server removes white space around a value (RFC 9110, section 5.5).
        const isDescribed = validate(new Headers({ [name]: value }).get(name));
        const isValid = isDescribed || !checkedHeaders.includes(name);
        assertStrictEquals(answer.status === 400, !isValid, JSON.stringify(value));
      }
    });
  }
}

Deno.test("lists accept each described limit, and refuse each other limit and cursor", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { parameters } = description.paths["/api/itineraries"].get;
  const headers = { "client-token": crypto.randomUUID() };
  for (const name of ["limit", "cursor"]) {
    const { schema } = parameters.find((parameter: any) => parameter.name === name);
    const validate = ajv.compile(schema);
    for (const value of name === "limit" ? values(schema) : strings(schema)) {
      if (typeof value === "object") continue;
      const query = new URLSearchParams({ [name]: String(value) });
      const { status } = await send(env.app, `/api/itineraries?${query}`, { headers });
      const isDescribed = validate(value);
      // Only the service makes cursors, so text of the described form is mostly none.
      if (name === "limit" && isDescribed) assertStrictEquals(status, 200, String(value));
      if (!isDescribed) assertStrictEquals(status, 400, String(value));
    }
  }
});

Deno.test("a cursor with other characters than described is refused", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const headers = { "client-token": crypto.randomUUID() };
  for (let count = 0; count < 2; count++) await post(env.app, "/api/itineraries", tokyo, headers);
  const list = (query: string) => send(env.app, `/api/itineraries?${query}`, { headers });
  const cursor = (await list("limit=1")).body.nextCursor;
  assertStrictEquals((await list(`cursor=${cursor}`)).status, 200);
  for (const end of ["=", "!", "%20", "+"]) {
    assertStrictEquals((await list(`cursor=${cursor}${end}`)).status, 400, end);
  }
});

Deno.test("a callback URL that is too long when it is encoded is refused at once", async () => {
  await using env = await openApp({ apiKeys: [key] }, { concurrency: 0 });
  for (const [length, status] of [[200, 202], [1_000, 400]] as const) {
    const callbackUrl = `https://example.com/${"\u6771".repeat(length)}`;
    const body = { ...tokyo, callbackUrl };
    const answer = await post(env.app, "/api/itineraries", body, { authorization });
    assertStrictEquals(answer.status, status);
  }
});

Deno.test("the pattern of visible text describes every character that is visible alone", () => {
  const { destination } = bodySchema(description.paths["/api/itineraries"].post).properties;
  const pattern = new RegExp(destination.pattern, "u");
  const wrong = [];
  for (let code = 0; code < 0x10000; code++) {
    const text = String.fromCodePoint(code);
    // The pattern does not list combining marks and unassigned characters.
    if (/[\p{M}\p{Cn}\p{Cs}]/u.test(text)) continue;
    if (pattern.test(text) !== hasVisibleCharacter(text)) wrong.push(code.toString(16));
  }
  assertEquals(wrong, []);
});
