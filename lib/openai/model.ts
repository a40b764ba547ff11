/**
 * The model of OpenAI or of a server with the same API. Each call makes one turn and does not
 * retry: the record of the job controls further attempts.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type OpenAI from "openai";
import type { Clock } from "../clock.ts";
import type { CallOptions, Model } from "../model/model.ts";
import { safetyIdentifier, type ServiceTier } from "./account.ts";
import { chat } from "./chat.ts";
import { createClient, type OpenAICall } from "./client.ts";
import { dialects } from "./dialect.ts";
import { fromOpenAIError, refusalOf } from "./error.ts";
import { respondByChat } from "./chat_response.ts";
import { NoResponsesError } from "./no_responses.ts";
import { join, respond as respondByResponses } from "./response.ts";
import { fetchReadably } from "./stream.ts";
import { withWrittenCalls } from "./written_calls.ts";

export interface OpenAIModelOptions {
  apiKey: string;
  /** Unset: OpenAI. */
  baseUrl?: string | undefined;
  /** The longest wait for one complete answer, in milliseconds. */
  timeoutMs: number;
  /** The longest time without bytes during an answer, in milliseconds. */
  idleMs: number;
  /** Uses background responses, which continue after the connection has ended. */
  background: boolean;
  /** Whether the server is OpenAI itself, which knows all members of a request. */
  isOpenAI: boolean;
  /** The API for turns with function calls; `auto`: Chat Completions if there are no Responses. */
  responsesApi: "auto" | "responses" | "chat";
  /** Unset: the tier of the account. */
  serviceTier?: ServiceTier | undefined;
  clock: Clock;
}

const log = getLogger(["tripwright", "model"]);

type Sdk = Pick<OpenAICall, "helpers" | "client">;

/** The longest wait for the answer to a cancellation or a deletion. */
const END_MS = 5_000;

/** The statuses of a server that no longer has a response, or never deletes one. */
const NOTHING_TO_DELETE: readonly unknown[] = [404, 405, 501];

/** Creates a model that calls OpenAI. The first call loads the SDK. */
export function openaiModel(options: OpenAIModelOptions): Model {
  const { timeoutMs, idleMs, background, isOpenAI, serviceTier, clock } = options;
  const dialect = dialects();
  const shared = { timeoutMs, idleMs, background, isOpenAI, serviceTier, dialect, clock };
  const respond = responder(options.responsesApi);
  let sdk: Promise<Sdk> | undefined;

  function load(): Promise<Sdk> {
    return sdk ??= loadSdk(options).catch((error) => {
      sdk = undefined;
      throw error;
    });
  }

  async function call<T>(
    { signal, caller }: Pick<CallOptions, "signal" | "caller">,
    run: (call: OpenAICall) => Promise<T>,
  ): Promise<T> {
    try {
      const identifier = isOpenAI && caller ? safetyIdentifier(caller) : null;
      return await run({ ...await load(), ...shared, safetyIdentifier: identifier });
    } catch (error) {
      signal.throwIfAborted();
      throw fromOpenAIError(error, clock.now());
    }
  }

  return {
    source: "openai",
    chat: (request, options) => call(options, (openai) => chat(openai, request, options)),
    respond: (request, options) =>
      call(
        options,
        async (openai) => withWrittenCalls(await respond(openai, request, options), request.tools),
      ),
    join: (id, options) => call(options, (openai) => join(openai, id, options)),
    async cancel(responseId) {
      const signal = AbortSignal.timeout(END_MS);
      await call({ signal }, ({ client }) => client().responses.cancel(responseId, { signal }));
    },
    async delete(responseId) {
      const signal = AbortSignal.timeout(END_MS);
      await call({ signal }, ({ client }) => deleteResponse(client(), responseId, signal));
    },
  };
}

async function deleteResponse(
  { responses }: OpenAI,
  responseId: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await responses.delete(responseId, { signal });
  } catch (error) {
    if (!NOTHING_TO_DELETE.includes(refusalOf(error)?.status)) throw error;
  }
}

/** Returns a function that makes a turn with function calls over the API that the server has. */
function responder(responsesApi: OpenAIModelOptions["responsesApi"]): typeof respondByChat {
  let api = responsesApi;
  let isLogged = false;
  let isProven = false;
  return async (call, request, options) => {
    if (api === "chat") return await respondByChat(call, request, options);
    try {
      const turn = await respondByResponses(call, request, options);
      isProven = true;
      return turn;
    } catch (error) {
      if (api === "responses" || !(error instanceof NoResponsesError)) throw error;
      // A proxy may have answered in place of the server, so the next turn tries again.
      if (isProven) return await respondByChat(call, request, options);
      if (!isLogged) log.info("not supported by the model server", { what: "Responses API" });
      isLogged = true;
      const turn = await respondByChat(call, request, options);
      // A server that answers neither API may only be misconfigured for the moment.
      api = "chat";
      return turn;
    }
  };
}

async function loadSdk({ apiKey, baseUrl, timeoutMs }: OpenAIModelOptions): Promise<Sdk> {
  const [client, helpers] = await Promise.all([
    createClient({
      apiKey,
      baseURL: baseUrl,
      timeout: timeoutMs,
      maxRetries: 0,
      fetch: fetchReadably,
    }),
    import("openai/helpers/zod"),
  ]);
  return {
    helpers,
    client: () => client,
  };
}
