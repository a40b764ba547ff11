/** The schemas that models get must be the plainest that work with every model server. */
import { assert, assertEquals } from "@std/assert";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import type { z } from "zod";
import { bundlesKind } from "../../../jobs/kinds/bundles/kind.ts";
import { itineraryKind } from "../../../jobs/kinds/itinerary/kind.ts";
import type { ChatRequest } from "../../../lib/model/model.ts";
import { modelOf, testContext } from "../../../testing/jobs.ts";

/** Returns the schema that a kind sends to the model with its request. */
async function schemaOf(kind: "itinerary" | "bundles"): Promise<z.ZodType> {
  const sent = Promise.withResolvers<z.ZodType>();
  const answer = ({ format }: Pick<ChatRequest, "format">) => {
    sent.resolve(format.schema);
    return Promise.reject(new Error("The schema is enough"));
  };
  const { context } = testContext(modelOf({ chat: answer, respond: answer }));
  const plan = kind === "itinerary"
    ? itineraryKind({ model: "m" }).generate({ destination: "Rome", durationDays: 3 }, context)
    : bundlesKind({ model: "m", tools: [], webSearch: false })
      .generate({ preferences: {} }, context);
  await plan.catch(() => {});
  return await sent.promise;
}

/** Lists the names of the keywords of a schema, without the names of members. */
function keywordsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keywordsOf);
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => [
    keyword,
    ...keywordsOf(["properties", "$defs"].includes(keyword) ? Object.values(value) : value),
  ]);
}

/** What OpenAI documents for strict mode, and llama.cpp converts for these types. */
const PLAIN = new Set([
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "anyOf",
  "description",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "$schema",
]);

for (const kind of ["itinerary", "bundles"] as const) {
  for (
    const [api, format] of [["Chat", zodResponseFormat], ["Responses", zodTextFormat]] as const
  ) {
    Deno.test(`the schema of ${kind} for the ${api} API has only plain keywords`, async () => {
      const sent = JSON.parse(JSON.stringify(format(await schemaOf(kind), "plan")));
      const schema = sent.json_schema?.schema ?? sent.schema;
      const keywords = [...new Set(keywordsOf(schema))];
      assert(keywords.includes("maxItems"), "the schema was not found");
      assertEquals(keywords.filter((keyword) => !PLAIN.has(keyword)), []);
    });
  }
}

Deno.test("the schema of an itinerary describes the forms of times and currencies", async () => {
  const text = JSON.stringify(zodResponseFormat(await schemaOf("itinerary"), "plan"));
  assert(text.includes("Local start time, 24 hours, HH:MM, such as 09:30"));
  assert(text.includes("ISO 4217 code, such as EUR"));
});

Deno.test("the schema of bundles describes the forms of local times, and what a price is for", async () => {
  const text = JSON.stringify(zodTextFormat(await schemaOf("bundles"), "plan"));
  assert(text.includes("such as 2026-12-04T20:00, or 2026-12-04 if only the day is known"));
  assert(text.includes("For one person; null where you do not know it"));
});

/** Lists the paths of objects in a schema that leave a member out of `required`. */
function incomplete(schema: unknown, path = ""): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties, required = [] } = schema as { properties?: object; required?: string[] };
  const names = Object.keys(properties ?? {}).toSorted();
  return [
    ...(names.join() === required.toSorted().join() ? [] : [path]),
    ...Object.entries(schema).flatMap(([name, value]) => incomplete(value, `${path}/${name}`)),
  ];
}

for (const kind of ["itinerary", "bundles"] as const) {
  Deno.test(`all members of the schema of ${kind} are required, for the strict mode`, async () => {
    const sent = JSON.parse(JSON.stringify(zodTextFormat(await schemaOf(kind), "plan")));
    assertEquals(incomplete(sent.schema), []);
    assert(JSON.stringify(sent.schema).includes('"required":'), "the schema was not found");
  });
}
