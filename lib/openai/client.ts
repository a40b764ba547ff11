/**
 * Configures OpenAI's SDK: it reads nothing from the environment and does not log requests or
 * answers.
 * @module
 */
import type OpenAI from "openai";
import type { ClientOptions } from "openai";
import type { Clock } from "../clock.ts";
import type { ServiceTier } from "./account.ts";
import type { Dialect } from "./dialect.ts";

/** What a call of the API needs. */
export interface OpenAICall {
  helpers: typeof import("openai/helpers/zod");
  /** Returns the SDK's client. It does not limit the size of answers. */
  client(): OpenAI;
  /** The longest wait for one complete answer, in milliseconds. */
  timeoutMs: number;
  /** The longest time without bytes during an answer, in milliseconds. */
  idleMs: number;
  /** Uses background responses, which continue after the connection has ended. */
  background: boolean;
  /** Whether the server is OpenAI itself, which knows all members of a request. */
  isOpenAI: boolean;
  /** Unset: the tier of the account. */
  serviceTier: ServiceTier | undefined;
  /** Tells the callers of this service apart; `null`: not sent. */
  safetyIdentifier: string | null;
  /** Returns what the server supports, as far as is known. */
  dialect(api: "chat" | "chat with functions" | "responses", model: string): Dialect;
  clock: Clock;
}

/** Creates a client. The SDK takes 0.1 s and 24 MB to load, so the first call loads it. */
export async function createClient(
  { baseURL, ...options }: ClientOptions & { apiKey: string },
): Promise<OpenAI> {
  const { default: OpenAI } = await import("openai");
  return new OpenAI({
    ...options,
    // Null, because the SDK replaces `undefined` with values from the environment.
    baseURL: baseURL ?? null,
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    logLevel: "off",
  });
}
