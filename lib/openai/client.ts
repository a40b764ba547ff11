/**
 * OpenAI's SDK, as it is used here: it takes nothing from the environment by itself, and says nothing
 * in its log of what was sent and received.
 * @module
 */
import type OpenAI from "openai";
import type { ClientOptions } from "openai";

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
