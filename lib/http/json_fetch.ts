/**
 * Fetches JSON from external APIs, with limits of time and size.
 * @module
 */
import type { z } from "zod";
import { type Clock, Deadline } from "../clock.ts";
import { readText } from "./bounded_text.ts";
import { parseJson } from "../json.ts";

export interface JsonFetchOptions<T> {
  /** The schema of the answer; any other answer is an error. */
  schema: z.ZodType<T>;
  signal: AbortSignal;
  clock: Clock;
  /** The longest wait for the complete answer, in milliseconds. */
  timeoutMs?: number;
  /** The largest accepted body. */
  maxBytes?: number;
}

/** The request failed. The message names the host, but never the URL, which may hold a key. */
export class JsonFetchError extends Error {
  override name = "JsonFetchError";
}

/** Builds the URL of a call: `path` below `baseUrl`, with the parameters that have a value. */
export function apiUrl(
  baseUrl: string,
  path: string,
  parameters: Record<string, string | null>,
): URL {
  const url = new URL(baseUrl.replace(/\/$/, "") + path);
  for (const [name, value] of Object.entries(parameters)) {
    if (value) url.searchParams.set(name, value);
  }
  return url;
}

/**
 * Fetches and validates a JSON document. It does not follow redirects: APIs do not need them, and
 * they could send the key to another host.
 *
 * @throws {JsonFetchError} if the server fails in any way
 * @throws the reason of `signal` if that aborts
 */
export async function fetchJson<T>(url: URL, options: JsonFetchOptions<T>): Promise<T> {
  const { signal, clock, timeoutMs = 10_000 } = options;
  using deadline = new Deadline({ ms: timeoutMs, clock, signal });
  try {
    return await readJson(url, deadline.signal, options);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof JsonFetchError) throw error;
    if (deadline.isOver) {
      throw new JsonFetchError(`${url.host} did not answer within ${timeoutMs} ms`);
    }
    throw new JsonFetchError(`${url.host} could not be reached`, { cause: error });
  }
}

async function readJson<T>(
  url: URL,
  signal: AbortSignal,
  { schema, maxBytes = 1_000_000 }: JsonFetchOptions<T>,
): Promise<T> {
  const headers = { accept: "application/json" };
  const response = await fetch(url, { signal, headers, redirect: "error" });
  if (!response.ok) {
    await response.body?.cancel();
    throw new JsonFetchError(`${url.host} answered ${response.status}`);
  }
  const text = await readText(response.body, maxBytes);
  if (text === null) throw new JsonFetchError(`${url.host} sent more than ${maxBytes} bytes`);
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) throw new JsonFetchError(`${url.host} sent an unexpected answer`);
  return parsed.data;
}
