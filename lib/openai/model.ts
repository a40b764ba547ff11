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
import { type ApiName, apiNames, type MakeTurn, MissingApiError, overChat } from "./missing_api.ts";
import { join, respond } from "./response.ts";
import { chatByResponses } from "./response_chat.ts";
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
  /** The API for turns without function calls; `auto` or unset: Responses if there is no chat. */
  chatApi?: "auto" | ApiName | undefined;
  /** The API for turns with function calls; `auto`: Chat Completions if there are no Responses. */
  responsesApi: "auto" | ApiName;
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
  const { chatApi = "auto", responsesApi } = options;
  const chatTurn = eitherApi(chatApi, "chat", {
    chat: overChat(chat),
    responses: chatByResponses,
  });
  const responseTurn = eitherApi(responsesApi, "responses", {
    chat: overChat(respondByChat),
    responses: respond,
  });
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
    chat: (request, options) => call(options, (openai) => chatTurn(openai, request, options)),
    respond: (request, options) =>
      call(
        options,
        async (openai) =>
          withWrittenCalls(await responseTurn(openai, request, options), request.tools),
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

/**
 * Returns a function that makes a turn over the API that the server has.
 *
 * @param setting `auto`: `first`, or the other one once the server does not have it
 */
function eitherApi<Request, Turn>(
  setting: "auto" | ApiName,
  first: ApiName,
  turns: Record<ApiName, MakeTurn<Request, Turn>>,
): MakeTurn<Request, Turn> {
  if (setting !== "auto") return turns[setting];
  const logged = new Set<ApiName>();
  let current = first;
  let isFirstProven = false;
  return async (call, request, options) => {
    const api = current;
    try {
      const turn = await turns[api](call, request, options);
      isFirstProven ||= api === first;
      return turn;
    } catch (error) {
      if (!(error instanceof MissingApiError)) throw error;
      const other = api === "chat" ? "responses" : "chat";
      if (!logged.has(api)) {
        log.info("not supported by the model server", { what: apiNames[api] });
      }
      logged.add(api);
      const turn = await turns[other](call, request, options);
      // A server that answers neither API may only be misconfigured for the moment. And a proxy may
      // have answered in place of one whose first API has worked, so the next turn tries it again.
      if (other === first || !isFirstProven) current = other;
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
