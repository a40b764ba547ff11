/**
 * The HTTP application: a pure function from a request to a response.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import type { Engine } from "../jobs/engine.ts";
import { ANONYMOUS } from "../lib/dedupe_key.ts";
import { describeError } from "../lib/log.ts";
import type { WebhookReader } from "../lib/openai_webhook.ts";
import { type Problem, ProblemError } from "../lib/problem.ts";
import { callerOf } from "./caller.ts";
import { healthRoutes } from "./health.ts";
import { jobRoutes } from "./jobs.ts";
import { sendProblem } from "./send_problem.ts";
import { webhookRoutes } from "./webhooks.ts";

export interface AppOptions {
  engine: Engine;
  /** Origins that may call from a browser; `*` for all. */
  corsOrigins: string[];
  /** Bearer tokens that may make and cancel jobs; none: everybody may. */
  apiKeys: string[];
  /** Reads OpenAI's webhooks; unset, there is no place for them. */
  readWebhook?: WebhookReader | undefined;
  /** Now, in epoch milliseconds. */
  now: () => number;
}

/** What a browser's script may read, beyond what it always may. */
const EXPOSED_HEADERS = ["Location", "Retry-After", "X-Request-Id"];
const ALLOWED_HEADERS = ["Authorization", "Content-Type", "X-Request-Id"];

/** Browsers may remember the answer to a preflight for a day; most stop at two hours. */
const PREFLIGHT_SECONDS = 86_400;

const log = getLogger(["tripwright", "http"]);

/** Creates the application. */
export function createApp(options: AppOptions): Hono {
  const { engine, corsOrigins, apiKeys, readWebhook, now } = options;
  const app = new Hono({ strict: false });

  app.use(requestId());
  app.use(cors({
    origin: corsOrigins.includes("*") ? "*" : corsOrigins,
    allowMethods: ["GET", "HEAD", "POST", "DELETE"],
    allowHeaders: ALLOWED_HEADERS,
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  }));
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => sendProblem(c, wrongMethod(methods)),
  }));

  app.get("/", (c) => c.json(indexOf(engine)));
  app.route("/", healthRoutes(engine));
  // A token that nobody has checked says nothing.
  const caller = apiKeys.length > 0 ? callerOf : () => ANONYMOUS;
  for (const kind of engine.kinds) {
    if (apiKeys.length > 0) {
      app.on(["POST", "DELETE"], `${kind.http.path}/*`, bearerAuth({ token: apiKeys }));
    }
    app.route(kind.http.path, jobRoutes(kind, engine, { now, callerOf: caller }));
  }
  if (readWebhook) app.route("/api/webhooks", webhookRoutes(engine, readWebhook));

  app.notFound((c) => sendProblem(c, noRoute));
  app.onError((error, c) => {
    if (error instanceof ProblemError) return sendProblem(c, error.problem);
    if (error instanceof HTTPException) return sendProblem(c, unauthorized(error));
    const id: unknown = c.get("requestId");
    log.error("request failed", { requestId: id, path: c.req.path, error: describeError(error) });
    return sendProblem(c, internalError);
  });
  return app;
}

/** What a curious visitor finds at `/`. */
function indexOf(engine: Engine) {
  return {
    service: "tripwright",
    endpoints: engine.kinds.flatMap(({ http }) => [
      `POST ${http.path}`,
      `GET ${http.path}/:id`,
      `GET ${http.path}/:id/timeline`,
      `DELETE ${http.path}/:id`,
    ])
      .concat("GET /livez", "GET /readyz"),
  };
}

const noRoute: Problem = {
  code: "route_not_found",
  detail: "There is nothing at this path",
};

const internalError: Problem = {
  code: "internal",
  detail: "Something went wrong on our side",
};

function wrongMethod(methods: string[]): Problem {
  const allow = methods.join(", ");
  return {
    code: "method_not_allowed",
    detail: `This path answers to ${allow}`,
    headers: { allow },
  };
}

/** `bearerAuth` is the only one that throws these; the challenge is in its response (RFC 6750, 3). */
function unauthorized(error: HTTPException): Problem {
  const challenge = error.getResponse().headers.get("www-authenticate");
  return {
    code: "unauthorized",
    detail: "This needs a valid API key: send Authorization: Bearer <key>",
    headers: { "www-authenticate": challenge ?? "Bearer" },
  };
}
