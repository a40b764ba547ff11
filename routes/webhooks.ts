/**
 * Where OpenAI tells of responses that are over.
 * @module
 */
import { Hono } from "hono";
import type { Engine } from "../jobs/engine.ts";
import { WebhookError, type WebhookReader } from "../lib/openai_webhook.ts";
import { type Problem, ProblemError } from "../lib/problem.ts";
import { readLimited } from "./body.ts";

/**
 * `POST /api/webhooks/openai`. All it ever does is to make a worker look at a response that it waits
 * for; what the delivery says of that response is not believed.
 */
export function webhookRoutes(engine: Engine, read: WebhookReader): Hono {
  const routes = new Hono();
  routes.post("/openai", async (c) => {
    const body = await readLimited(c);
    const news = await read(body, c.req.raw.headers).catch(refuse);
    const heard = await engine.hearOf(news);
    if (heard === "unknown") throw new ProblemError(unknown);
    return c.body(null, 204);
  });
  return routes;
}

const unknown: Problem = {
  code: "response_unknown",
  detail: "No job waits for this response",
};

function refuse(error: unknown): never {
  if (!(error instanceof WebhookError)) throw error;
  throw new ProblemError(
    error.why === "unsigned"
      ? {
        code: "invalid_signature",
        detail: "The signature is missing, wrong or too old",
      }
      : unknown,
  );
}
