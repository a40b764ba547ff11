/**
 * The model of the simulated Deno Deploy. It has background responses, and sends a webhook when one
 * of them has ended, as OpenAI does.
 * @module
 */
import { type LiveServer, serveLiveBy } from "../../testing/live_server.ts";
import { WEBHOOK_SECRET, webhookRequest } from "../../testing/openai_webhook.ts";
import { goodAnswer, tripOf } from "../faulty_model.ts";

export interface DeployModelOptions {
  /** Returns how long a call takes, in milliseconds. `path`: without `/v1` */
  durationMsOf: (path: string) => number;
  /** Whether calls of the Responses API are background responses. */
  hasBackground: boolean;
  /** Returns the address of the service. */
  serviceUrl: () => string;
}

/** The model, and what it has done so far. */
export interface DeployModel {
  server: LiveServer;
  /** The environment with which the program uses it. */
  env: Record<string, string>;
  /** How often each status answered a webhook; 0: there was no answer. */
  webhooks: Map<number, number>;
}

/** Starts the model. It ends with the process. */
export function serveDeployModel(
  { durationMsOf, hasBackground, serviceUrl }: DeployModelOptions,
): DeployModel {
  const webhooks = new Map<number, number>();
  async function sendWebhook(response: string): Promise<void> {
    const request = webhookRequest({ response, deliveryId: response });
    const status = await fetch(`${serviceUrl()}/api/webhooks/openai`, request)
      .then(async (answer) => {
        await answer.body?.cancel();
        return answer.status;
      }, () => 0);
    webhooks.set(status, (webhooks.get(status) ?? 0) + 1);
  }
  const server = serveLiveBy(
    (call) => goodAnswer(call, tripOf(JSON.stringify(call.body))),
    (id, { path, body }) => {
      setTimeout(() => {
        server.write(id);
        if (body.background === true) sendWebhook(id);
      }, durationMsOf(path));
    },
  );
  return {
    server,
    env: {
      OPENAI_API_KEY: "sk-simulation",
      OPENAI_BASE_URL: server.url,
      OPENAI_BACKGROUND: hasBackground ? "on" : "off",
      OPENAI_WEBHOOK_SECRET: WEBHOOK_SECRET,
    },
    webhooks,
  };
}
