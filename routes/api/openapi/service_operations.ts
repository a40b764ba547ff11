/**
 * The calls about the service: a function for each path.
 * @module
 */
import { z } from "zod";
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponseObject,
} from "zod-openapi";
import { answer, problems } from "./responses.ts";

/** What is the same in each call: they need no key. */
const common: Pick<ZodOpenApiOperationObject, "tags" | "security"> = {
  tags: ["service"],
  security: [],
};

const Ok = z.object({ status: z.literal("ok") });

/** The calls about the service, by their paths. */
export function servicePaths(): ZodOpenApiPathsObject {
  return {
    "/livez": { get: livenessOperation() },
    "/readyz": { get: readinessOperation() },
    "/openapi.json": { get: descriptionOperation() },
    "/docs": { get: referenceOperation() },
    "/problems": { get: problemListOperation() },
    "/problems/{code}": { get: problemOperation() },
    "/api/webhooks/openai": { post: webhookOperation() },
  };
}

function livenessOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "getLiveness",
    summary: "Whether the process lives",
    ...common,
    responses: { 200: answer("It does", Ok) },
  };
}

function readinessOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "getReadiness",
    summary: "Whether it can work",
    ...common,
    responses: { 200: answer("It can", Ok), ...problems("not_ready") },
  };
}

function descriptionOperation(): ZodOpenApiOperationObject {
  const Description = z.looseObject({ openapi: z.string() });
  return {
    operationId: "getDescription",
    summary: "This description",
    ...common,
    responses: {
      200: answer("OpenAPI 3.1", Description, { always: ["ETag", "Cache-Control"] }),
      304: answer("The client has this version", null, { always: ["ETag", "Cache-Control"] }),
    },
  };
}

function referenceOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "getReference",
    summary: "This description, for people",
    ...common,
    responses: { 200: page("A page on which the calls can be tried") },
  };
}

function problemListOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "listProblems",
    summary: "All problems that this API answers with",
    ...common,
    responses: { 200: page("A list with links") },
  };
}

function problemOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "getProblem",
    summary: "What a problem means: the `type` of its answers leads here",
    ...common,
    requestParams: { path: z.object({ code: z.string().meta({ example: "queue_full" }) }) },
    responses: { 200: page("What to do about it"), ...problems("route_not_found") },
  };
}

function webhookOperation(): ZodOpenApiOperationObject {
  return {
    operationId: "hearFromOpenAI",
    summary: "OpenAI tells of a finished response; only with OPENAI_WEBHOOK_SECRET",
    ...common,
    requestBody: {
      required: true,
      content: { "application/json": { schema: z.looseObject({}) } },
    },
    responses: {
      204: answer("Heard", null),
      ...problems(
        "incomplete_body",
        "invalid_signature",
        "response_unknown",
        "body_too_large",
        "internal",
      ),
    },
  };
}

function page(description: string): ZodOpenApiResponseObject {
  return answer(description, z.string(), { type: "text/html", always: ["Cache-Control"] });
}
