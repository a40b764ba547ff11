/**
 * The names and arguments of function calls. Models and servers leave marks of their own in them, and
 * many servers refuse a conversation that repeats these marks.
 * @module
 */
import { parseJson } from "../json.ts";
import { findJson } from "../model/json_document.ts";

/** The longest name that OpenAI takes. */
const MAX_NAME_CHARACTERS = 64;

/**
 * Returns the name of a function without a channel, a namespace or a number:
 * `functions.get_weather<|channel|>commentary`. An empty text if nothing remains.
 */
export function functionName(name: string): string {
  const [plain = ""] = name.split("<|");
  const own = plain.trim().replace(/:\d+$/, "").split(/[.:/]/).at(-1)!;
  return own.replaceAll(/[^\w-]+/g, "_").slice(0, MAX_NAME_CHARACTERS);
}

/**
 * Returns the arguments as one JSON object. Some servers repeat them, wrap them, or put an empty object
 * before them.
 */
export function argumentsText(text: string): string {
  if (text.trim() === "") return "{}";
  if (isObject(parseJson(text))) return text;
  const found = findJson(text);
  const value = "value" in found ? found.value : undefined;
  const [object] = Array.isArray(value) && value.length === 1 ? value : [value];
  // The tool rejects the member, so the model sees what it wrote.
  return JSON.stringify(isObject(object) ? object : { invalid: text });
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
