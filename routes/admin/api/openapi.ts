/**
 * The OpenAPI 3.1 document of the API for operators, built from its operations.
 * @module
 */
import { z } from "zod";
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from "zod-openapi";
import { VERSION } from "../../../lib/version.ts";
import { documentOptions } from "../../api/openapi/document.ts";
import { answer, problems } from "../../api/openapi/responses.ts";
import type { ProblemCode } from "../../http/problem.ts";
import type { Operation } from "../operation.ts";

const DESCRIPTION = `The API for operators of Tripwright. It exists only with \`ADMIN_TOKEN\`. Each
request needs the token, or a session of the dashboard at \`/admin\`. Changes are recorded in the
audit, under the name in \`Operator\`.

A request with a wrong token is answered after a second. Unknown members and query parameters are
ignored.`;

/** The problems that every operation can answer with. */
const EVERY: readonly ProblemCode[] = [
  "admin_token_required",
  "foreign_site",
  "misdirected_request",
  "too_many_wrong_tokens",
  "internal",
];

/** The problems of a request with a body. */
const WITH_BODY: readonly ProblemCode[] = [
  "malformed_json",
  "incomplete_body",
  "body_timeout",
  "body_too_large",
  "unsupported_media_type",
  "unsupported_content_encoding",
];

const header = z.object({
  "Operator": z.string().optional().describe(
    "The name of the operator in the audit, 1 to 64 characters; by default `operator`",
  ),
  "X-Request-Id": z.string().optional().describe("The id of this request in the service's logs"),
});

/** Creates the OpenAPI document of operations. */
export function createAdminOpenApi(operations: readonly Operation[]) {
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "Tripwright for operators",
      version: VERSION,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ adminToken: [] }, { session: [] }],
    paths: pathsOf(operations),
    components: {
      securitySchemes: {
        adminToken: { type: "http", scheme: "bearer", description: "`ADMIN_TOKEN`" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "tripwright_admin_session",
          description: "A session of the dashboard. With TLS, the name begins with `__Host-`",
        },
      },
    },
  }, documentOptions);
}

function pathsOf(operations: readonly Operation[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    const path = `/admin/api${operation.path}`;
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  return paths;
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { id, summary, description, params, query, body, returns, status = 200 } = operation;
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    requestParams: { header, ...(params && { path: params }), ...(query && { query }) },
    ...(body && {
      requestBody: { required: true, content: { "application/json": { schema: body } } },
    }),
    responses: {
      [status]: answer(`${returns}`, operation.answer, { always: ["Cache-Control"] }),
      ...problems(...new Set(problemsOf(operation))),
    },
  };
}

function problemsOf({ method, params, notFound, query, body, problems }: Operation): ProblemCode[] {
  return [
    "invalid_header",
    ...(query || body ? ["invalid_request"] as const : []),
    ...(params ? [notFound ?? "route_not_found"] as const : []),
    ...(body ? WITH_BODY : []),
    ...(method === "post" ? ["foreign_form", "storage_full"] as const : []),
    ...problems ?? [],
    ...EVERY,
  ];
}
