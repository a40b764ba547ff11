/**
 * The HTTP application: a pure function from a request to a response.
 * @module
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { JobService } from "../jobs/engine/job_service.ts";
import type { PublicKind } from "../jobs/kind.ts";
import type { Clock } from "../lib/clock.ts";
import type { WebhookReader } from "../lib/job/response_ended.ts";
import { type Problem, ProblemError } from "./http/problem.ts";
import { assetRoutes } from "./pages/assets.ts";
import { type AccessOptions, type AppEnv, authorize, identify } from "./http/caller.ts";
import { healthRoutes } from "./api/health.ts";
import { sendProblemPage } from "./pages/html.tsx";
import { JobViews } from "./api/job_views.ts";
import { jobRoutes } from "./api/jobs.ts";
import { createOpenApi } from "./api/openapi/document.ts";
import { allowedHeaders, exposedHeaders } from "./api/openapi/headers.ts";
import { problemRoutes } from "./pages/problems.tsx";
import { limitRate, type RateLimiters } from "./http/rate_limit.ts";
import { referenceRoutes } from "./pages/reference.tsx";
import { internalProblem, sendProblem } from "./http/send_problem.ts";
import { webRoutes } from "./pages/web.tsx";
import { webhookRoutes } from "./api/webhooks.ts";

export interface AppOptions {
  jobs: JobService;
  kinds: readonly PublicKind[];
  clock: Clock;
  /** Origins that may call from a browser; `*` for all. */
  corsOrigins: string[];
  access: AccessOptions;
  rateLimiters: RateLimiters;
  /** Hosts that may be called back although they are private. */
  privateHosts: readonly string[];
  /** Reads OpenAI's webhooks; unset, there is no place for them. */
  readWebhook?: WebhookReader | undefined;
}

/** Browsers may remember the answer to a preflight for a day; most stop at two hours. */
const PREFLIGHT_SECONDS = 86_400;

/** They have no body in any case (RFC 9110, section 15). */
const NO_BODY: ReadonlySet<number> = new Set([204, 304]);

/** For answers that are no pages: whatever they hold, a browser is to make nothing of it. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'";

/** Creates the application. */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const { jobs, kinds, clock, corsOrigins, access, rateLimiters, privateHosts, readWebhook } =
    options;
  const app = new Hono<AppEnv>({ strict: false });
  const views = new JobViews(jobs, clock);

  app.use(requestId());
  app.use(secure());
  app.use(crossOrigin(corsOrigins));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: sendMethods }));

  app.route("/", healthRoutes(jobs, clock));
  app.route("/", assetRoutes());
  app.route("/", problemRoutes());
  app.route("/", referenceRoutes(() => createOpenApi(kinds, { privateHosts })));
  for (const kind of kinds) {
    const path = `${kind.http.path}/*`;
    app.use(path, identify(access), limitRate(rateLimiters.requests), authorize(access));
    app.route(
      kind.http.path,
      jobRoutes(kind, { jobs, views, clock, access, rateLimiters, privateHosts }),
    );
  }
  app.route("/", webRoutes({ jobs, kinds, clock, access, rateLimiters }));
  if (readWebhook) app.route("/api/webhooks", webhookRoutes(jobs, readWebhook));

  app.notFound((c) => sendAnyProblem(c, noRoute));
  app.onError((error, c) => {
    if (error instanceof ProblemError) return sendProblem(c, error.problem);
    if (error instanceof HTTPException) return sendProblem(c, unauthorized(error));
    return sendProblem(c, internalProblem(c, error));
  });
  return app;
}

/**
 * The application as a server's handler. An answer to `HEAD` has no body, of which a server would say
 * that it has 0 bytes; that would have to be true of the answer to `GET` (RFC 9110, section 8.6).
 */
export function handlerOf(app: Hono<AppEnv>): Deno.ServeHandler {
  return async (request, info) => {
    const response = await app.fetch(request, info);
    const isPlain = request.method !== "HEAD" || NO_BODY.has(response.status);
    return isPlain ? response : new Response(new Blob().stream(), response);
  };
}

/** Headers that keep browsers from making more of an answer than it is; pages have their own policy. */
function secure(): MiddlewareHandler<AppEnv> {
  const setHeaders = secureHeaders({
    // Scripts of every origin that CORS lets in may read answers.
    crossOriginResourcePolicy: "cross-origin",
    xFrameOptions: "DENY",
    // Links to other sites tell nothing; forms of our own are known as such.
    referrerPolicy: "same-origin",
    // 180 days, for this host; what is said of hosts below it is their operators' choice.
    strictTransportSecurity: "max-age=15552000",
    originAgentCluster: false,
    // For browsers of the past.
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  return async (c, next) => {
    await setHeaders(c, next);
    const { headers } = c.res;
    if (!headers.has("content-security-policy")) headers.set("content-security-policy", NO_PAGE);
  };
}

/** CORS. An `OPTIONS` that is no preflight asks for methods, like anywhere else. */
function crossOrigin(origins: string[]): MiddlewareHandler<AppEnv> {
  const allow = cors({
    origin: origins.includes("*") ? "*" : origins,
    allowMethods: ["GET", "HEAD", "POST", "DELETE"],
    allowHeaders: allowedHeaders,
    exposeHeaders: exposedHeaders,
    maxAge: PREFLIGHT_SECONDS,
  });
  return async (c, next) => {
    const isPreflight = c.req.header("access-control-request-method") !== undefined;
    return c.req.method === "OPTIONS" && !isPreflight ? await next() : await allow(c, next);
  };
}

/** Browsers that go to an address want a page; programs do not ask for one. */
function isForPeople(c: Context): boolean {
  return accepts(c, {
    header: "Accept",
    supports: ["application/json", "text/html"],
    default: "application/json",
  }) === "text/html";
}

/** Answers with a problem as whoever asks for it reads it. */
function sendAnyProblem(c: Context, problem: Problem): Response | Promise<Response> {
  return isForPeople(c) ? sendProblemPage(c, problem) : sendProblem(c, problem);
}

const noRoute: Problem = { code: "route_not_found", detail: "There is nothing at this path" };

/** Answers `OPTIONS` with the methods of a path, and every other method with a problem. */
function sendMethods(c: Context, methods: string[]): Response | Promise<Response> {
  const allow = [...methods, "OPTIONS"].join(", ");
  // A response of its own: that of `c` says still that it is a problem.
  if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  return sendAnyProblem(c, {
    code: "method_not_allowed",
    detail: `This path answers to ${allow}`,
    headers: { allow },
  });
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
