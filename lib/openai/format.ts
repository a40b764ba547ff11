/**
 * The format of an answer, in the form that a server supports.
 * @module
 */
import type { OutputFormat } from "../model/model.ts";
import type { OpenAICall } from "./client.ts";
import type { FormatLevel } from "./dialect.ts";

type Schema = Record<string, unknown>;

/** Every server that knows JSON Schema knows these keywords. */
const PLAIN_KEYWORDS = new Set([
  "type",
  "properties",
  "required",
  "items",
  "enum",
  "anyOf",
  "additionalProperties",
  "description",
  "$ref",
  "$defs",
]);

/** The format of an answer of Chat Completions. */
type ChatFormat =
  | { type: "json_object" }
  | { type: "json_schema"; json_schema: { name: string; strict?: boolean; schema: Schema } };

/** Returns the `response_format` of Chat Completions; unset: the prompt alone names the format. */
export function chatFormat(
  helpers: OpenAICall["helpers"],
  { schema, name }: OutputFormat,
  level: FormatLevel,
): ChatFormat | undefined {
  if (level === "none") return undefined;
  if (level === "json object") return { type: "json_object" };
  const { type, json_schema: { strict, schema: converted } } = helpers.zodResponseFormat(
    schema,
    name,
  );
  return level === "plain schema"
    ? { type, json_schema: { name, schema: plain(converted as Schema) } }
    : { type, json_schema: { name, ...(strict && { strict }), schema: converted as Schema } };
}

/** Returns the `text` of the Responses API. */
export function textFormat(
  helpers: OpenAICall["helpers"],
  { schema, name }: OutputFormat,
  level: FormatLevel,
):
  | { format: Schema & { type: "json_schema"; name: string } | { type: "json_object" } }
  | undefined {
  if (level === "none") return undefined;
  if (level === "json object") {
    return { format: { type: level.replace(" ", "_") as "json_object" } };
  }
  const { type, strict, schema: converted } = helpers.zodTextFormat(schema, name);
  return level === "plain schema"
    ? { format: { type, name, schema: plain(converted as Schema) } }
    : { format: { type, name, strict, schema: converted } };
}

/**
 * Returns the sentence that names the format in the prompt, or an empty text if the server gets the
 * schema.
 */
export function formatInstructions(
  helpers: OpenAICall["helpers"],
  { schema, name }: OutputFormat,
  level: FormatLevel,
): string {
  if (level === "schema" || level === "plain schema") return "";
  const { json_schema } = helpers.zodResponseFormat(schema, name);
  const text = JSON.stringify(plain(json_schema.schema as Schema));
  return "\n\nAnswer with one JSON document and nothing else. It must match this JSON Schema:\n" +
    text;
}

/** Removes the keywords that only some servers know. The answer is checked here anyway. */
export function plain(schema: Schema): Schema {
  const kept = Object.entries(schema).filter(([keyword]) => PLAIN_KEYWORDS.has(keyword));
  const result = Object.fromEntries(kept.map(([keyword, value]) => {
    if (keyword === "properties" || keyword === "$defs") return [keyword, mapMembers(value)];
    if (keyword === "items") return [keyword, plain(value as Schema)];
    if (keyword === "anyOf") return [keyword, (value as Schema[]).map(plain)];
    return [keyword, value];
  }));
  return "const" in schema ? { ...result, enum: [schema.const] } : result;
}

function mapMembers(members: unknown): Schema {
  return Object.fromEntries(
    Object.entries(members as Schema).map(([name, schema]) => [name, plain(schema as Schema)]),
  );
}
