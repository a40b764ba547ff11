/**
 * The operations of the API for operators. Each is declared once. From the list come both the routes
 * and the OpenAPI document.
 * @module
 */
import { type Context, Hono } from "hono";
import type { z } from "zod";
import type { Actor } from "../../jobs/operator/audit.ts";
import type { Clock } from "../../lib/clock.ts";
import { answerJson } from "../http/answer.ts";
import { readBody } from "../http/body.ts";
import { type ProblemCode, ProblemError } from "../http/problem.ts";
import { singleQuery } from "../http/query.ts";
import type { AdminEnv } from "./admin_env.ts";

/** What the handler of an operation receives. */
export interface OperationInput<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** Who sends the request. */
  actor: Actor;
}

/** The declaration of an operation. `Params`, `Query` and `Body` are its schemas. */
export interface OperationSpec<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  method: "get" | "post";
  /** Below `/admin/api`, with parameters in braces: `/jobs/{id}/cancel`. */
  path: `/${string}`;
  /** The name of the operation in the OpenAPI document, such as `cancelJob`. */
  id: string;
  /** A few words for a list: `Cancel a job`. */
  summary: string;
  /** Full sentences about what the summary does not say. */
  description?: string;
  /** The parameters in the path. A path that they do not fit is answered with `notFound`. */
  params?: Params;
  /** The problem if the parameters of the path do not fit. By default `route_not_found`. */
  notFound?: ProblemCode;
  query?: Query;
  body?: Body;
  /** The schema of the answer. */
  answer: Answer;
  /** What the answer is: `The new job`. */
  returns: string;
  /** The status of the answer, by default 200. */
  status?: 200 | 201 | 202;
  /** The problems that the handler may throw, besides those of every operation. */
  problems?: readonly ProblemCode[];
  handle(
    input: OperationInput<z.output<Params>, z.output<Query>, z.output<Body>>,
  ): Promise<z.input<Answer>> | z.input<Answer>;
}

/** An operation of any types. */
export interface Operation extends
  Omit<
    OperationSpec<z.ZodObject, z.ZodObject, z.ZodType, z.ZodType>,
    "handle"
  > {
  /** Reads a request, handles it, and returns the body of the answer. */
  run(c: Context<AdminEnv>, clock: Clock): Promise<unknown>;
}

/** Declares an operation. */
export function operation<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
>(spec: OperationSpec<Params, Query, Body, Answer>): Operation {
  const { handle, ...described } = spec;
  return {
    ...described,
    async run(c, clock) {
      const { params, query, body, notFound = "route_not_found" } = spec;
      return await handle({
        params: readParams(c, { schema: params, notFound }) as z.output<Params>,
        query: readQuery(c, query) as z.output<Query>,
        body: (body && await readBody(c, body, { clock })) as z.output<Body>,
        actor: c.get("actor"),
      });
    },
  };
}

/** Creates the routes of operations, relative to `/admin/api`. */
export function operationRoutes(
  operations: readonly Operation[],
  { clock }: { clock: Clock },
): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>();
  for (const operation of operations) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ":$1");
    routes.on(operation.method.toUpperCase(), path, async (c) => {
      return answerJson(c, await operation.run(c, clock), operation.status);
    });
  }
  return routes;
}

function readParams(
  c: Context,
  { schema, notFound }: { schema: z.ZodObject | undefined; notFound: ProblemCode },
): object {
  const params = schema?.safeParse(c.req.param()) ?? { success: true, data: {} };
  if (params.success) return params.data;
  throw new ProblemError({ code: notFound, detail: "Nothing has this id" });
}

/**
 * Reads the query parameters. It ignores unknown ones, as the API for clients does.
 *
 * @throws {ProblemError} 400 with the name of each parameter that is not valid or is given twice
 */
export function readQuery<Query extends z.ZodObject>(
  c: Context,
  schema: Query | undefined,
): z.output<Query> | object {
  if (!schema) return {};
  const names = Object.keys(schema.shape);
  const sent = names.map((name) => [name, singleQuery(c, name)])
    .filter(([, value]) => value !== undefined);
  const query = schema.safeParse(Object.fromEntries(sent));
  if (query.success) return query.data;
  const errors = query.error.issues.map(({ path, message }) => ({
    parameter: String(path[0] ?? ""),
    detail: message,
  }));
  const detail = errors.map(({ parameter, detail }) => `${parameter}: ${detail}`).join("; ");
  throw new ProblemError({ code: "invalid_request", detail, errors });
}
