/**
 * What makes two jobs identical.
 * @module
 */
import { createHash } from "node:crypto";

/** The caller where nobody has to say who they are. */
export const ANONYMOUS = "anonymous";

/** All that a plan depends on, and whom it is for. */
export interface DedupeParts {
  kind: string;
  promptVersion: string;
  /** Whose wish it is: plans are not shared between callers. */
  caller: string;
  /** As the kind's schema returned it. */
  request: unknown;
}

/** The same for identical wishes of one caller; nothing of them can be read from it. */
export function dedupeKeyOf({ kind, promptVersion, caller, request }: DedupeParts): string {
  return sha256(canonicalJson([kind, promptVersion, caller, request]));
}

/** SHA-256 in hexadecimal digits. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** JSON that is the same whatever the order in which members were written. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member) => isObject(member) ? sorted(member) : member);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1));
}
