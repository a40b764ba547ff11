/**
 * SHA-256 hashes of texts and JSON values.
 * @module
 */
import { createHash } from "node:crypto";

/** Returns the SHA-256 of a text in hexadecimal digits. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Returns the SHA-256 of a JSON value. The order of members does not matter. */
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
