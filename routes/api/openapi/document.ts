/**
 * The OpenAPI 3.1 document of this API, built from the schemas that check requests and answers.
 * https://spec.openapis.org/oas/v3.1.1.html
 * @module
 */
import { createDocument, type CreateDocumentOptions } from "zod-openapi";
import type { PublicKind } from "../../../jobs/kind.ts";
import { VERSION } from "../../../lib/version.ts";
import { jobPaths } from "./job_operations.ts";
import { servicePaths } from "./service_operations.ts";

const DESCRIPTION =
  `The Tripwright API plans trips asynchronously. \`POST\` creates a job and returns
its id at once. Retrieve the plan in one of these ways:

- **Polling**: \`GET\` the job at its \`Location\`, after the number of seconds in \`Retry-After\`.
  Send the last \`ETag\` in \`If-None-Match\`. With \`Prefer: wait=30\`, the server responds when
  the job changes, after 30 seconds at most.
- **Streaming**: \`GET …/events\` is a stream of server-sent events. A client that reconnects
  continues after the last event that it received. A browser without an API key needs a token
  from \`POST …/read-tokens\`.
- **Callbacks**: With an API key, the service sends a signed \`POST\` to \`callbackUrl\` when the
  job has ended.

**Idempotency**: A repeated \`POST\` with the same \`Idempotency-Key\` does not create a second job.

Every \`GET\` call also supports \`HEAD\`, and \`OPTIONS\` lists the methods of a path. The API
ignores unknown members and query parameters.`;

/** How schemas become JSON Schema, in the documents of all APIs. */
export const documentOptions: CreateDocumentOptions = {
  // Later versions may add members, so clients must accept unknown ones.
  override: ({ jsonSchema, io }) => {
    if (io === "output" && jsonSchema.additionalProperties === false) {
      delete jsonSchema.additionalProperties;
    }
    // The format is enough, and easier to read.
    if (jsonSchema.format === "date-time" || jsonSchema.format === "uuid") {
      delete jsonSchema.pattern;
    }
  },
};

/** Creates the OpenAPI document from its arguments alone. */
export function createOpenApi(
  kinds: readonly PublicKind[],
  { privateHosts = [] }: { privateHosts?: readonly string[] } = {},
) {
  return withOneSummary(createDocument({
    openapi: "3.1.1",
    info: {
      title: "Tripwright",
      version: VERSION,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [
      ...kinds.map(({ http }) => ({
        name: http.path.split("/").at(-1)!,
        description: http.description,
      })),
      { name: "service", description: "Health checks, documentation and webhooks" },
    ],
    paths: Object.assign({}, ...kinds.map((kind) => jobPaths(kind, privateHosts)), servicePaths()),
    components: {
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          description: "Required if the operator has set `API_KEYS` or made a key. The scope " +
            "`make` creates and cancels jobs, `read` reads the key's own jobs, `read_all` those of " +
            "all callers. Keys of `API_KEYS` have `make` and `read`",
        },
        adminToken: {
          type: "http",
          scheme: "bearer",
          description: "The operator's `ADMIN_TOKEN`, if set",
        },
        readToken: {
          type: "apiKey",
          in: "query",
          name: "token",
          description: "Reads one job without an API key: see `POST …/read-tokens`",
        },
      },
    },
  }, documentOptions));
}

/**
 * Merges the two schemas of a job in a list. Callbacks are requests, so they would have a schema of
 * their own with what a request may contain. But the service sends them, so they are like answers.
 */
function withOneSummary<Document extends { components?: { schemas?: object } }>(
  document: Document,
): Document {
  const schemas = { ...document.components?.schemas } as Record<string, unknown>;
  for (const name of Object.keys(schemas)) if (`${name}Output` in schemas) delete schemas[name];
  const merged = { ...document, components: { ...document.components, schemas } };
  return JSON.parse(JSON.stringify(merged).replaceAll(/SummaryOutput(?=")/g, "Summary"));
}
