/**
 * The description of this API (OpenAPI 3.1), from the schemas that check what comes and goes.
 * https://spec.openapis.org/oas/v3.1.1.html
 * @module
 */
import { createDocument } from "zod-openapi";
import type { PublicKind } from "../../../jobs/kind.ts";
import { VERSION } from "../../../lib/version.ts";
import { jobPaths } from "./job_operations.ts";
import { servicePaths } from "./service_operations.ts";

const DESCRIPTION = `Send a wish, get a job id at once, and come back for the plan.

- **Polling**: \`GET\` the job at its \`Location\` after as many seconds as \`Retry-After\` says, with
  \`If-None-Match\`; or let the server wait for news with \`Prefer: wait=30\`.
- **Streaming**: \`GET …/events\` is a stream of server-sent events that goes on where it broke off.
- **Callbacks**: with an API key, \`callbackUrl\` is told of the end.
- **Repeating** a \`POST\` with the same \`Idempotency-Key\` makes no second job.
- Every answer to \`GET\` is one to \`HEAD\`, too, without its body; \`OPTIONS\` lists the methods of a
  path. Unknown members and query parameters are ignored.`;

/** Creates the document. It depends on nothing but its arguments. */
export function createOpenApi(
  kinds: readonly PublicKind[],
  { privateHosts = [] }: { privateHosts?: readonly string[] } = {},
) {
  return createDocument({
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
      { name: "service", description: "The service itself" },
    ],
    paths: Object.assign({}, ...kinds.map((kind) => jobPaths(kind, privateHosts)), servicePaths()),
    components: {
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          description: "Needed where the operator has set `API_KEYS`",
        },
      },
    },
  }, {
    // More members may come; clients have to bear them.
    override: ({ jsonSchema, io }) => {
      if (io === "output" && jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties;
      }
      // The format says it better.
      if (jsonSchema.format === "date-time" || jsonSchema.format === "uuid") {
        delete jsonSchema.pattern;
      }
    },
  });
}
