/**
 * The responses in the OpenAPI document: successful ones and problems.
 * @module
 */
import type { z } from "zod";
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from "zod-openapi";
import { problemBody, type ProblemCode, problemTypes } from "../../http/problem.ts";
import { Problem } from "../schemas.ts";
import { RATE, type ResponseHeader, responseHeadersOf } from "./headers.ts";

/**
 * Describes a successful response.
 *
 * @param schema the schema of the body; `null` if it has none
 * @param options `headers`: those it may have; `always`: those it always has; `type`: the media
 * type, JSON by default; `examples`: bodies by name
 */
export function answer(
  description: string,
  schema: z.ZodType | null,
  options: {
    headers?: ResponseHeader[];
    always?: ResponseHeader[];
    type?: string;
    examples?: Record<string, object>;
  } = {},
): ZodOpenApiResponseObject {
  const { type = "application/json", always, examples } = options;
  const named = examples &&
    Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
  return {
    description,
    headers: responseHeadersOf(options.headers ?? [], always),
    ...(schema && { content: { [type]: { schema, ...(named && { examples: named }) } } }),
  };
}

/** The problems that every call about jobs can answer with. */
export const COMMON_PROBLEMS: ProblemCode[] = [
  "unauthorized",
  "foreign_site",
  "misdirected_request",
  "rate_limited",
  "internal",
];

/** Describes the problems that a call can answer with: one response for each status. */
export function problems(...codes: ProblemCode[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(codes, (code) => problemTypes[code].status);
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, {
    description: codes.map((code) => problemTypes[code].title).join("; or: "),
    headers: responseHeadersOf(
      [...RATE, "Retry-After", "WWW-Authenticate"],
      status === 429 ? ["Cache-Control", "Retry-After"] : ["Cache-Control"],
    ),
    content: {
      "application/problem+json": {
        schema: Problem,
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  }]));
}

function exampleOf(code: ProblemCode) {
  return problemBody({
    code,
    detail: problemTypes[code].title,
    ...(code === "invalid_request" && {
      errors: [{ pointer: "#/durationDays", detail: "expected a whole number from 1 to 30" }],
    }),
    ...(code === "job_finished" && { extensions: { state: "completed" } }),
    ...(code === "no_plan_to_refine" && { extensions: { state: "processing" } }),
    ...(code === "intake_paused" && { extensions: { note: "We are back at 18:00 UTC." } }),
  });
}
