/**
 * The parts of the OpenAPI document that the reference shows.
 * @module
 */

/** A schema of JSON Schema 2020-12, as far as this document uses it. */
export interface Schema {
  $ref?: string;
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  description?: string;
  required?: boolean;
  schema: Schema;
}

export interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

export interface ApiResponse {
  description: string;
  content?: Record<string, Media>;
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  security?: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, ApiResponse>;
  callbacks?: Record<string, unknown>;
}

/** An operation with its place in the document. */
export interface Call extends Operation {
  method: string;
  path: string;
}

/** The OpenAPI document of the API. */
export interface ApiDocument {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** Returns all operations with a tag, in the order of the document. */
export function callsOf({ paths }: ApiDocument, tag: string): Call[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { tags }]) => tags.includes(tag))
      .map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path }))
  );
}

/** Returns the name of a schema that another schema refers to. */
export function nameOfRef(ref: string): string {
  return ref.split("/").at(-1)!;
}

/**
 * Returns the schema of a value that may also be `null`, or of the items of a list, without these.
 * So it finds the object whose members a reader wants to know.
 */
export function coreOf(schema: Schema): Schema {
  const choices = schema.anyOf?.filter(({ type }) => type !== "null");
  if (choices?.length === 1) return coreOf(choices[0]!);
  return schema.items ? coreOf(schema.items) : schema;
}
