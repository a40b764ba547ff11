/**
 * The format of an answer, in the form that a server supports.
 * @module
 */
import type { z } from "zod";
import type { FunctionTool, OutputFormat } from "../model/model.ts";
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
  | { type: "json_schema"; json_schema: { name: string; strict?: true; schema: Schema } };

/** The format of an answer of the Responses API. */
type TextFormat =
  | { type: "json_object" }
  | { type: "json_schema"; name: string; strict?: true; schema: Schema };

/** Returns the `response_format` of Chat Completions; unset: the prompt alone names the format. */
export function chatFormat(
  helpers: OpenAICall["helpers"],
  format: OutputFormat,
  level: FormatLevel,
): ChatFormat | undefined {
  const found = textFormat(helpers, format, level);
  if (found?.type !== "json_schema") return found;
  const { type, ...json_schema } = found;
  return { type, json_schema };
}

/** Returns the `text.format` of the Responses API. */
export function textFormat(
  helpers: OpenAICall["helpers"],
  { schema, name }: OutputFormat,
  level: FormatLevel,
): TextFormat | undefined {
  if (level === "none") return undefined;
  if (level === "json object") return { type: "json_object" };
  const { strict, plain } = once(schema, () => helpers.zodTextFormat(schema, name).schema);
  const type = "json_schema";
  return level === "schema"
    ? { type, name, strict: true, schema: strict }
    : { type, name, schema: plain };
}

/**
 * How the parameters of a function are described: with all keywords of strict schemas, with the ones
 * every server knows, or with the names and types alone.
 */
export type ParameterLevel = "strict" | "plain" | "bare";

/** Returns the parameters of a function. */
export function parametersOf(
  helpers: OpenAICall["helpers"],
  tool: FunctionTool,
  level: ParameterLevel,
): Schema {
  const convert = () => helpers.zodResponsesFunction(tool).parameters as Schema;
  const { strict, plain } = once(tool.parameters, convert);
  if (level === "bare") return bare(plain);
  return level === "strict" ? strict : plain;
}

/** Removes what some servers do not know in parameters. A parameter that may be null is optional. */
function bare(schema: Schema): Schema {
  const properties = Object.entries(Object(schema.properties) as Record<string, Schema>);
  const isRequired = ([, { anyOf }]: [string, Schema]) => anyOf === undefined;
  return {
    type: "object",
    properties: Object.fromEntries(properties.map(([name, property]) => {
      const { anyOf, ...others } = property;
      const forms = (anyOf ?? []) as Schema[];
      return [name, { ...forms.find(({ type }) => type !== "null"), ...others }];
    })),
    required: properties.filter(isRequired).map(([name]) => name),
  };
}

/** The converted schemas. A conversion takes about a millisecond. */
const converted = new WeakMap<z.ZodType, { strict: Schema; plain: Schema }>();

/** Converts a schema once. */
function once(schema: z.ZodType, convert: () => Schema): { strict: Schema; plain: Schema } {
  let forms = converted.get(schema);
  if (!forms) {
    const full = convert();
    converted.set(schema, forms = { strict: withoutPatterns(full), plain: plain(full) });
  }
  return forms;
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
  const { plain } = once(schema, () => helpers.zodTextFormat(schema, name).schema);
  return "\n\nAnswer with one JSON document and nothing else. It must match this JSON Schema:\n" +
    JSON.stringify(plain);
}

/** Removes the keywords that only some servers know. The answer is checked here anyway. */
function plain(schema: Schema): Schema {
  const result = mapSchema(schema, plain, (keyword) => PLAIN_KEYWORDS.has(keyword));
  return "const" in schema ? { ...result, enum: [schema.const] } : result;
}

/**
 * Removes patterns. llama.cpp refuses patterns without anchors. Other servers anchor them, so that a
 * text has one character.
 */
function withoutPatterns(schema: Schema): Schema {
  return mapSchema(schema, withoutPatterns, (keyword) => keyword !== "pattern");
}

/** Returns a schema with these keywords, and with the schemas in it mapped. */
function mapSchema(
  schema: Schema,
  map: (schema: Schema) => Schema,
  keeps: (keyword: string) => boolean,
): Schema {
  const members = Object.entries(schema).filter(([keyword]) => keeps(keyword));
  return Object.fromEntries(members.map(([keyword, value]) => {
    if (keyword === "properties" || keyword === "$defs") {
      const mapped = Object.entries(value as Schema).map(([name, s]) => [name, map(s as Schema)]);
      return [keyword, Object.fromEntries(mapped)];
    }
    if (keyword === "items") return [keyword, map(value as Schema)];
    if (keyword === "anyOf") return [keyword, (value as Schema[]).map(map)];
    return [keyword, value];
  }));
}
