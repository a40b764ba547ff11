/**
 * Removes from the errors of model servers what they repeat of a request. The words of a traveler
 * must not decide what an error means.
 * @module
 */
import { parseJson } from "../json.ts";

/** Returns the text of an error, without what it repeats. */
export function textOf(body: unknown): string {
  if (typeof body === "string") return withoutInput(body);
  return JSON.stringify(body, withoutEcho) ?? "";
}

/** The members in which servers repeat parts of the request or of the answer. */
const ECHOES = new Set([
  "input",
  "flagged_input",
  "prompt",
  "messages",
  "body",
  "ctx",
  "failed_generation",
]);

/** Leaves out what a server repeats of the request and of the answer, for `JSON.stringify`. */
export function withoutEcho(name: string, value: unknown): unknown {
  if (ECHOES.has(name)) return undefined;
  const member = parsed(value) ?? value;
  return typeof member === "string" ? withoutInput(member) : member;
}

/** The input in a message of pydantic, or in one that Python has made of a list of errors. */
const INPUT =
  /\binput(?:_value)?=(?!\d)[^]*?(?=, input_type=|$)|(?<=, )['"]input['"]: [^]*?(?=\}, \{'type': '\w+', 'loc'|$)/gi;

function withoutInput(text: string): string {
  return text.replaceAll(INPUT, "");
}

/** Parses a text that contains a document: gateways quote the errors of other servers in this form. */
export function parsed(value: unknown): unknown {
  return typeof value === "string" && /^[{[]/.test(value) ? parseJson(value) : value;
}
