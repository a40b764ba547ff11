/**
 * The query parameters of lists: `?limit=` and `?cursor=`.
 * @module
 */
import { Buffer } from "node:buffer";
import type { Context } from "hono";
import { z } from "zod";
import { parseJson } from "../../lib/json.ts";
import type { PageStart } from "../../lib/store/acceptance_store.ts";
import { invalidParameter, singleQuery } from "../http/query.ts";

export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;

const LIMIT_ERROR = `expected a whole number from 1 to ${MAX_LIMIT}`;

/** The maximum number of jobs on a page. */
const Limit = z.string().regex(/^\d{1,3}$/, LIMIT_ERROR).transform(Number).pipe(
  z.int().min(1, LIMIT_ERROR).max(MAX_LIMIT, LIMIT_ERROR),
).default(DEFAULT_LIMIT);

/** A cursor as clients send it. */
export const CursorText = z.string().regex(/^[A-Za-z0-9_-]{1,200}$/);

/** The content of a cursor. */
const Cursor = z.tuple([z.int().nonnegative(), z.uuid()]);

/** Returns the cursor of the next page. Clients do not read its content. */
export function cursorOf({ createdAt, id }: PageStart): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString("base64url");
}

/**
 * Reads which page the request asks for.
 *
 * @throws {ProblemError} 400 for a limit or cursor that is not valid or is given twice
 */
export function readPage(c: Context): { limit: number; after: PageStart | null } {
  const limit = Limit.safeParse(singleQuery(c, "limit"));
  if (!limit.success) throw invalidParameter("limit", LIMIT_ERROR);
  const text = singleQuery(c, "cursor");
  if (text === undefined) return { limit: limit.data, after: null };
  const after = readCursor(text);
  if (after === null) {
    throw invalidParameter("cursor", "expected the nextCursor of the previous page");
  }
  return { limit: limit.data, after };
}

function readCursor(text: string): PageStart | null {
  if (!CursorText.safeParse(text).success) return null;
  const json = Buffer.from(text, "base64url").toString();
  const cursor = Cursor.safeParse(parseJson(json));
  if (!cursor.success) return null;
  const [createdAt, id] = cursor.data;
  return { createdAt, id };
}
