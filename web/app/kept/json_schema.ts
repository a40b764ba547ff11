/**
 * Checks values from outside against the schema of the API's answers. The service sends the schema as
 * JSON Schema, so that browsers need no schema library, and no second description of the plans.
 * @module
 */

/** The part of JSON Schema that the schemas use. */
export interface JsonSchema {
  type?: string | readonly string[];
  properties?: Readonly<Record<string, JsonSchema>>;
  /** The members that a value needs. A member that may be `null` need not be there. */
  required?: readonly string[];
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  enum?: readonly unknown[];
  pattern?: string;
  maxItems?: number;
}

/** Stands for a value that does not fit. */
export const UNFIT = Symbol("unfit");

/** Longer texts would only slow the page down. The longest text of a plan has some thousand. */
const MAX_TEXT = 20_000;

/** For lists without a limit of their own. */
const MAX_ITEMS = 1_000;

/**
 * Returns a copy of a value with the members of a schema only, or {@link UNFIT}. So no member that the
 * app does not know, such as `__proto__`, gets into it.
 *
 * @param value a value of `JSON.parse()`
 */
export function fitted(value: unknown, schema: JsonSchema): unknown {
  if (schema.anyOf) {
    for (const each of schema.anyOf) {
      const fit = fitted(value, each);
      if (fit !== UNFIT) return fit;
    }
    return UNFIT;
  }
  if (schema.enum && !schema.enum.includes(value)) return UNFIT;
  const type = typeOf(value, schema);
  if (type === "array") return fittedList(value as unknown[], schema);
  if (type === "object") return fittedMembers(value as Record<string, unknown>, schema);
  if (type === "string" && !isText(value as string, schema)) return UNFIT;
  return type === undefined ? UNFIT : value;
}

function fittedList(list: unknown[], { items = {}, maxItems = MAX_ITEMS }: JsonSchema): unknown {
  if (list.length > maxItems) return UNFIT;
  const fit = list.map((item) => fitted(item, items));
  return fit.includes(UNFIT) ? UNFIT : fit;
}

function fittedMembers(
  members: Record<string, unknown>,
  { properties = {}, required = [] }: JsonSchema,
): unknown {
  const fit: [name: string, value: unknown][] = [];
  for (const [name, schema] of Object.entries(properties)) {
    const isNeeded = required.includes(name);
    // A file of an earlier version lacks the members that came later.
    const isGiven = Object.hasOwn(members, name);
    if (!isGiven && !isNeeded) continue;
    const value = fitted(isGiven ? members[name] : null, schema);
    if (value === UNFIT) return UNFIT;
    fit.push([name, value]);
  }
  return Object.fromEntries(fit);
}

function isText(text: string, { pattern }: JsonSchema): boolean {
  return text.length <= MAX_TEXT && (pattern === undefined || new RegExp(pattern).test(text));
}

/** Returns the type of a value among those of a schema; `undefined`: it has none of them. */
function typeOf(value: unknown, { type = [] }: JsonSchema): string | undefined {
  return [type].flat().find((name) => {
    switch (name) {
      case "null":
        return value === null;
      case "array":
        return Array.isArray(value);
      case "object":
        return typeof value === "object" && value !== null && !Array.isArray(value);
      case "integer":
        return Number.isInteger(value);
      case "number":
        return Number.isFinite(value);
      case "string":
        return typeof value === "string";
      default:
        return name === "boolean" && typeof value === "boolean";
    }
  });
}
