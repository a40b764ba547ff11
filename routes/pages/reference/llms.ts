/**
 * The summary of the API for language models (https://llmstxt.org).
 * @module
 */
import { type ApiDocument, callsOf } from "./api_document.ts";
import { type SnippetOptions, snippetsFor } from "./snippets.ts";

/** Returns the summary as Markdown. */
export function writeLlms(document: ApiDocument, options: SnippetOptions): string {
  const { origin, needsKey } = options;
  const key = needsKey
    ? "Each call needs an API key: `Authorization: Bearer <key>`."
    : "Calls need no API key.";
  const snippets = snippetsFor(options).flatMap(({ title, about, language, code }) => [
    `### ${title}`,
    about,
    `\`\`\`${language}\n${code}\n\`\`\``,
  ]);
  const calls = document.tags.filter(({ name }) => name !== "service").flatMap(({ name }) =>
    callsOf(document, name).map(({ method, path, summary, operationId }) =>
      `- [\`${method} ${path}\`](${origin}/docs#${operationId}): ${summary}`
    )
  );
  return `${
    [
      "# Tripwright",
      "> Tripwright plans trips asynchronously. `POST` creates a job and returns its id at once. The " +
      "plan, day by day or as bundles of events, is written in the background. Clients poll the " +
      "job, stream its events or get a signed callback.",
      key,
      document.info.description,
      "Errors are problem details (RFC 9457) with a member `code` for programs. A failed job is no " +
      'error: `GET` answers `200` with `"status": "failed"` and the member `failure`.',
      "## Calls",
      calls.join("\n"),
      "## First steps",
      ...snippets,
      "## Documents",
      [
        `- [Guide and reference](${origin}/docs): each call, schema and error with examples`,
        `- [OpenAPI document](${origin}/openapi.json): OpenAPI 3.1, for generators of clients`,
        `- [Types of the client](${origin}/client.d.ts): all functions of \`/client.js\``,
        `- [Error codes](${origin}/problems): what each code means and what to do`,
      ].join("\n"),
    ].join("\n\n")
  }\n`;
}
