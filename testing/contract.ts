/**
 * Validates answers against the OpenAPI description, with a validator that does not use zod.
 * @module
 */
import { assert, assertStrictEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { createOpenApi } from "../routes/api/openapi/document.ts";
import { kinds } from "./app.ts";

/** An operation: method, path template and responses. */
export interface Operation {
  id: string;
  method: string;
  template: string;
  pattern: RegExp;
  // deno-lint-ignore no-explicit-any -- a document
  responses: Record<string, any>;
}

const METHODS = ["get", "post", "delete", "put", "patch"];

/** Headers that all answers have, or that CORS sets; the description does not list them. */
const GENERAL = new Set([
  "content-type",
  "content-length",
  "content-security-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "referrer-policy",
  "strict-transport-security",
  "vary",
  "x-content-type-options",
  "x-frame-options",
  "x-accel-buffering",
  "connection",
  "keep-alive",
  "accept",
  "accept-encoding",
  "x-robots-tag",
]);

/** A description, and the answers that it allows. */
export class Contract {
  /** The OpenAPI document, as the service publishes it. */
  // deno-lint-ignore no-explicit-any -- a document
  readonly description: any;
  readonly operations: Operation[];
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: true, allErrors: true });

  constructor(document: object) {
    this.description = JSON.parse(JSON.stringify(document));
    this.operations = operationsIn(this.description);
    // deno-lint-ignore no-explicit-any -- its types are those of CommonJS
    (addFormats as any)(this.#ajv);
    // The description allows unknown members for future versions; in tests they are errors.
    this.#ajv.addSchema(closed(this.description), "api");
  }

  /** Finds the operation that answers a request; `undefined` if the description has none. */
  operationOf = (method: string, path: string): Operation | undefined => {
    const { pathname } = new URL(`http://localhost${path}`);
    const plain = pathname.replace(/\/$/, "") || "/";
    const asked = method === "HEAD" ? "get" : method.toLowerCase();
    return this.operations.find((operation) =>
      operation.method === asked && operation.pattern.test(plain)
    );
  };

  /**
   * Asserts that the description has this answer.
   *
   * @param body the text of the body
   * @returns the operation's id, the status, and the code of a problem
   */
  assertDescribed = (
    method: string,
    path: string,
    { status, headers }: Pick<Response, "status" | "headers">,
    body: string,
  ): string => {
    const operation = this.operationOf(method, path);
    assert(operation, `${method} ${path} is not described`);
    const { id } = operation;
    const response = operation.responses[status];
    assert(response, `${id} is answered with ${status}, which is not described: ${body}`);
    const described = Object.keys(response.headers).map((name) => name.toLowerCase());
    for (const [name] of headers) {
      const isKnown = GENERAL.has(name) || name.startsWith("access-control-");
      assert(isKnown || described.includes(name), `${id} ${status} has ${name}, not described`);
    }
    for (const [name, { required }] of Object.entries<{ required?: boolean }>(response.headers)) {
      assert(!required || headers.has(name), `${id} ${status} lacks ${name}`);
    }
    const code = this.#assertBody(operation, { status, headers }, { method, body });
    return [id, status, code].filter(Boolean).join(" ");
  };

  #assertBody(
    { id, template, method: described, responses }: Operation,
    { status, headers }: Pick<Response, "status" | "headers">,
    { method, body }: { method: string; body: string },
  ): string | undefined {
    const content = responses[status].content;
    if (content === undefined) {
      assertStrictEquals(body, "", `${id} ${status} has no body`);
      return undefined;
    }
    const type = headers.get("content-type")?.split(";")[0] ?? "";
    assert(content[type], `${id} ${status} is ${type}, which is not described`);
    if (method === "HEAD") {
      assertStrictEquals(body, "");
      return undefined;
    }
    if (!type.endsWith("json")) return undefined;
    const json = JSON.parse(body);
    const pointer = ["paths", template, described, "responses", status, "content", type, "schema"];
    const $ref = `api#/${pointer.map((part) => escape(String(part))).join("/")}`;
    const validate = this.#ajv.getSchema($ref) ?? this.#ajv.compile({ $ref });
    assert(validate(json), `${id} ${status}: ${this.#ajv.errorsText(validate.errors)}\n${body}`);
    if (type !== "application/problem+json") return undefined;
    assert(content[type].examples[json.code], `${id} ${status} is ${json.code}, not described`);
    return json.code;
  }

  /** Lists all answers of the description, in the form that {@link assertDescribed} returns. */
  describedAnswers = (): string[] => {
    return this.operations.flatMap(({ id, responses }) =>
      Object.entries(responses).flatMap(([status, { content }]) => {
        const problems = content?.["application/problem+json"]?.examples;
        if (!problems) return [`${id} ${status}`];
        return Object.keys(problems).map((code) => `${id} ${status} ${code}`);
      })
    );
  };
}

// deno-lint-ignore no-explicit-any -- a document
function operationsIn(description: any): Operation[] {
  return Object.entries<Record<string, unknown>>(description.paths).flatMap(([template, item]) =>
    Object.entries(item).filter(([method]) => METHODS.includes(method)).map(
      ([method, operation]) => {
        // deno-lint-ignore no-explicit-any -- a document
        const { operationId: id, responses } = operation as any;
        const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`);
        return { id, method, template, pattern, responses };
      },
    )
  );
}

// deno-lint-ignore no-explicit-any -- a document
function closed(node: any): any {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== "object" || node === null) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([name, value]) => [
      name,
      name === "example" || name === "examples" ? value : closed(value),
    ]),
  );
  const isObject = copy.type === "object" && copy.properties !== undefined;
  if (isObject && copy.additionalProperties === undefined) copy.additionalProperties = false;
  return copy;
}

function escape(pointer: string): string {
  return pointer.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The API for clients. */
export const { description, operations, operationOf, assertDescribed, describedAnswers } =
  new Contract(createOpenApi(kinds));
