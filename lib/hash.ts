/**
 * Hashes: the same for the same input, and nothing of the input can be read from them.
 * @module
 */
import { createHash } from "node:crypto";

/** SHA-256 in hexadecimal digits. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A JSON value's SHA-256, whatever the order in which members were written. */
export function hashJson(value: unknown): string {
  return sha256(
    JSON.stringify(value, (_name, member) => isObject(member) ? sorted(member) : member),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1));
}
