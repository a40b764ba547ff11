/**
 * Fetches JSON from external APIs, with limits of time and size.
 * @module
 */
import type { z } from "zod";
import { type Clock, Deadline } from "../clock.ts";
import { readText } from "./bounded_text.ts";
import { parseRetryAfter } from "./retry_after.ts";
import { parseJson } from "../json.ts";

export interface JsonFetchOptions<T> {
  /** The schema of the answer; any other answer is an error. */
  schema: z.ZodType<T>;
  /** Reads the code out of the body of an error. Unset: such bodies are not read. */
  errorCode?: z.ZodType<string>;
  /** Further headers of the request. */
  headers?: Readonly<Record<string, string>>;
  signal: AbortSignal;
  clock: Clock;
  /** The longest wait for the complete answer, in milliseconds. */
  timeoutMs?: number;
  /** The largest accepted body. */
  maxBytes?: number;
}

/** Statuses of a gateway whose server does not answer for the moment. */
const UNAVAILABLE: readonly (number | null)[] = [502, 503, 504];

/** The pause before a request is sent again. The tools that send them have 20 seconds. */
const AGAIN_MS = 1_000;

/** What a program can learn from a failed request, beside the message. */
interface Refusal {
  /** The status of an answer that is no success. */
  status?: number;
  /** What `errorCode` found in the body. A third party wrote it, so it is not for messages. */
  code?: string | null;
  /** How long the server asks to wait, in milliseconds. */
  retryAfterMs?: number | null;
  /** Whether the body was larger than `maxBytes`. */
  isTooLarge?: boolean;
  /** Whether the body was not what the schema expects. */
  isUnexpected?: boolean;
}

/** The request failed. The message names the host, but never the URL, which may hold a key. */
export class JsonFetchError extends Error {
  override name = "JsonFetchError";
  readonly status: number | null;
  readonly code: string | null;
  readonly retryAfterMs: number | null;
  readonly isTooLarge: boolean;
  readonly isUnexpected: boolean;

  constructor(message: string, { cause, ...refusal }: Refusal & ErrorOptions = {}) {
    super(message, { cause });
    this.status = refusal.status ?? null;
    this.code = refusal.code ?? null;
    this.retryAfterMs = refusal.retryAfterMs ?? null;
    this.isTooLarge = refusal.isTooLarge ?? false;
    this.isUnexpected = refusal.isUnexpected ?? false;
  }
}

/** Returns whether the server was only unavailable for the moment, so that another request may succeed. */
export function isUnavailable({ status }: JsonFetchError): boolean {
  return UNAVAILABLE.includes(status);
}

/** The largest body of an error that is read. An error that names its code takes a few hundred bytes. */
const MAX_ERROR_BYTES = 10_000;

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

/**
 * Fetches like {@link fetchJson}, and once more after a second if the server was unavailable.
 *
 * @throws what {@link fetchJson} throws
 */
export async function fetchJsonTwice<T>(url: URL, options: JsonFetchOptions<T>): Promise<T> {
  try {
    return await fetchJson(url, options);
  } catch (error) {
    if (!(error instanceof JsonFetchError && isUnavailable(error))) throw error;
    await options.clock.wait(AGAIN_MS, options.signal);
    options.signal.throwIfAborted();
    return await fetchJson(url, options);
  }
}

async function readJson<T>(
  url: URL,
  signal: AbortSignal,
  options: JsonFetchOptions<T>,
): Promise<T> {
  const { schema, errorCode, maxBytes = 1_000_000 } = options;
  const headers = { accept: "application/json", ...options.headers };
  const response = await fetch(url, { signal, headers, redirect: "error" });
  if (!response.ok) throw await refusalOf(response, url, options);
  const text = await readText(response.body, maxBytes);
  if (text === null) {
    throw new JsonFetchError(`${url.host} sent more than ${maxBytes} bytes`, { isTooLarge: true });
  }
  const json = parseJson(text);
  const code = errorCode?.safeParse(json).data ?? null;
  if (code !== null) throw new JsonFetchError(`${url.host} answered with an error`, { code });
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new JsonFetchError(`${url.host} sent an unexpected answer`, { isUnexpected: true });
  }
  return parsed.data;
}

async function refusalOf(
  { status, headers, body }: Response,
  { host }: URL,
  { errorCode, clock }: Pick<JsonFetchOptions<unknown>, "errorCode" | "clock">,
): Promise<JsonFetchError> {
  const text = errorCode ? await readText(body, MAX_ERROR_BYTES) : await body?.cancel();
  const code = errorCode?.safeParse(parseJson(text ?? "")).data ?? null;
  const retryAfterMs = parseRetryAfter(headers.get("retry-after"), clock.now());
  return new JsonFetchError(`${host} answered ${status}`, { status, code, retryAfterMs });
}
