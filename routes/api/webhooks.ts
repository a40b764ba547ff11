/**
 * Receives OpenAI's webhooks about responses that have ended.
 * @module
 */
import { Hono } from "hono";
import type { JobService } from "../../jobs/engine/job_service.ts";
import type { Clock } from "../../lib/clock.ts";
import type { DeliveryRefusal, WebhookReader } from "../../lib/job/response_ended.ts";
import { answer } from "../http/answer.ts";
import { type Problem, ProblemError } from "../http/problem.ts";
import { readLimited } from "../http/body.ts";

/**
 * Creates the route `POST /api/webhooks/openai`. A delivery only makes a worker check a response
 * that it waits for. The service does not trust what the delivery says about that response.
 */
export function webhookRoutes(
  jobs: JobService,
  { read, clock }: { read: WebhookReader; clock: Clock },
): Hono {
  const routes = new Hono();
  routes.post("/openai", async (c) => {
    const body = await readLimited(c, { clock });
    const ended = await read(body, c.req.raw.headers);
    if (typeof ended === "string") throw new ProblemError(refusals[ended]);
    const outcome = await jobs.handleWebhook(ended);
    if (outcome === "unknown") throw new ProblemError(unknownResponse);
    return answer(c, null, 204);
  });
  return routes;
}

const unknownResponse: Problem = {
  code: "response_unknown",
  detail: "No job waits for this response",
};

const refusals: Record<DeliveryRefusal, Problem> = {
  unsigned: {
    code: "invalid_signature",
    detail: "The signature is missing, wrong or too old",
  },
  irrelevant: unknownResponse,
};
