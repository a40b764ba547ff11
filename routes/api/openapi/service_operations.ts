/**
 * The OpenAPI operations of the service itself: a function for each path.
 * @module
 */
import { z } from "zod";
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponseObject,
} from "zod-openapi";
import { HealthDetails } from "../schemas.ts";
import { answer, problems } from "./responses.ts";

/** The part that all these operations share. They need no API key. */
const common: Pick<ZodOpenApiOperationObject, "tags" | "security"> = {
  tags: ["service"],
  security: [],
};

const Ok = z.object({ status: z.literal("ok") });

const Ready = Ok.extend({
  details: HealthDetails.optional().describe("For requests with `ADMIN_TOKEN`"),
});

/** Returns the operations of the service, by path. */
export function servicePaths(): ZodOpenApiPathsObject {
  return {
    "/livez": { get: livenessOperation() },
    "/readyz": { get: readinessOperation() },
    "/openapi.json": { get: descriptionOperation() },
    "/docs": { get: referenceOperation() },
    "/llms.txt": { get: summaryOperation() },
    "/problems": { get: problemListOperation() },
    "/problems/{code}": { get: problemOperation() },
    "/api/webhooks/openai": { post: webhookOperation() },
  };
}

function livenessOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "getLiveness",
    summary: "Check that the process is alive",
    ...common,
    responses: { 200: answer("The process is alive", Ok) },
  };
}

function readinessOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "getReadiness",
    summary: "Check that the service is ready",
    description: "Checks that this instance is not shutting down, that its database responds and " +
      "that there is space for new jobs. With `ADMIN_TOKEN`, the operator also gets details.",
    ...common,
    security: [{}, { adminToken: [] }],
    responses: {
      200: answer("The service is ready", Ready, { headers: ["Cache-Control"] }),
      ...problems("not_ready"),
    },
  };
}

function descriptionOperation(): ZodOpenApiOperationObject {
  const Description = z.looseObject({ openapi: z.string() });
  return {
    operationId: "getDescription",
    summary: "Retrieve this OpenAPI document",
    ...common,
    responses: {
      200: answer("The OpenAPI 3.1 document", Description, { always: ["ETag", "Cache-Control"] }),
      304: answer("The client already has this version", null, {
        always: ["ETag", "Cache-Control"],
      }),
    },
  };
}

function referenceOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "getReference",
    summary: "Open the guide for developers",
    ...common,
    responses: {
      200: answer("An HTML page with examples to copy, and all of this document", z.string(), {
        type: "text/html",
        always: ["ETag", "Cache-Control"],
      }),
      304: answer("The client already has this version", null, {
        always: ["ETag", "Cache-Control"],
      }),
    },
  };
}

function summaryOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "getSummary",
    summary: "Retrieve a summary for language models",
    ...common,
    responses: {
      200: answer("A summary of this API, see llmstxt.org", z.string(), {
        type: "text/markdown",
        always: ["Cache-Control"],
      }),
    },
  };
}

function problemListOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "listProblems",
    summary: "List all problems",
    ...common,
    responses: { 200: page("An HTML page with a link to each problem") },
  };
}

function problemOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "getProblem",
    summary: "Retrieve the explanation of a problem",
    description: "The `type` of every error response is the path of this page.",
    ...common,
    requestParams: {
      path: z.object({
        code: z.string().meta({ description: "The `code` of the problem", example: "queue_full" }),
      }),
    },
    responses: {
      200: page("An HTML page that says what the problem means and what to do"),
      ...problems("route_not_found"),
    },
  };
}

function webhookOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "hearFromOpenAI",
    summary: "Receive a webhook from OpenAI",
    description: "OpenAI sends this request when a background response has ended. The path only " +
      "exists if the operator has set `OPENAI_WEBHOOK_SECRET`.",
    ...common,
    requestBody: {
      required: true,
      content: { "application/json": { schema: z.looseObject({}) } },
    },
    responses: {
      204: answer("The webhook was accepted", null),
      ...problems(
        "incomplete_body",
        "invalid_signature",
        "foreign_site",
        "response_unknown",
        "body_timeout",
        "body_too_large",
        "storage_full",
        "unsupported_content_encoding",
        "internal",
      ),
    },
  };
}

function page(description: string): ZodOpenApiResponseObject {
  return answer(description, z.string(), { type: "text/html", always: ["Cache-Control"] });
}
