/**
 * JSON from other people's APIs, within limits of time and size.
 * @module
 */
import type { z } from "zod";
import { type Clock, Deadline } from "../clock.ts";
import { readText } from "./bounded_text.ts";
import { parseJson } from "../json.ts";

export interface JsonFetchOptions<T> {
  /** What the answer has to look like; anything else is an error. */
  schema: z.ZodType<T>;
  signal: AbortSignal;
  clock: Clock;
  /** Longest wait for the whole answer, in milliseconds. */
  timeoutMs?: number;
  /** Largest body that is read. */
  maxBytes?: number;
}

/** The request did not bring what was asked for. The message names the host, never the whole URL. */
export class JsonFetchError extends Error {
  override name = "JsonFetchError";
}

/** The URL of a call: `path` below `baseUrl`, with the parameters that have a value. */
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
 * Gets and checks a JSON document. Redirects are not followed: an API has no need of them, and they
 * would carry its key elsewhere.
 *
 * @throws {JsonFetchError} on any failure of the other side; the reason of `signal` if that aborts
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
