/**
 * OpenAI's SDK, as it is used here: it takes nothing from the environment by itself, and says nothing
 * in its log of what was sent and received.
 * @module
 */
import type OpenAI from "openai";
import type { ClientOptions } from "openai";
import type { Clock } from "../clock.ts";

/** What one call of the API works with. */
export interface OpenAICall {
  helpers: typeof import("openai/helpers/zod");
  /**
   * The SDK's client, which reads no more than an answer can be.
   *
   * @param heard is called whenever the other side sends something
   */
  client(heard?: () => void): OpenAI;
  /** Longest wait for one answer, in milliseconds. */
  timeoutMs: number;
  /** Longest silence within an answer, in milliseconds. */
  idleMs: number;
  /** Lets responses go on at the model's side after the connection has ended. */
  background: boolean;
  clock: Clock;
}

/** Creates a client. The SDK takes a tenth of a second and 24 MB to load, so it is loaded when needed. */
export async function createClient(
  { baseURL, ...options }: ClientOptions & { apiKey: string },
): Promise<OpenAI> {
  const { default: OpenAI } = await import("openai");
  return new OpenAI({
    ...options,
    // Null, not undefined: the SDK would read these from the environment.
    baseURL: baseURL ?? null,
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    logLevel: "off",
  });
}
