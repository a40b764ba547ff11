/**
 * The HTTP application: a function from a request to a response.
 * @module
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import type { Health } from "../jobs/engine/health.ts";
import type { JobService } from "../jobs/engine/job_service.ts";
import type { Operator } from "../jobs/operator/operator.ts";
import type { PublicKind } from "../jobs/kind.ts";
import type { Clock } from "../lib/clock.ts";
import type { Metrics } from "../lib/metrics/metrics.ts";
import type { WebhookReader } from "../lib/job/response_ended.ts";
import { type Problem, ProblemError } from "./http/problem.ts";
import { atlasRoutes } from "./pages/atlas.ts";
import { assetRoutes } from "./pages/assets.ts";
import { type AccessOptions, type AppEnv, authorize, identify } from "./http/caller.ts";
import { adminCheck } from "./http/admin_token.ts";
import type { AdminEnv } from "./admin/admin_env.ts";
import { adminRoutes, isAdminPath } from "./admin/admin.ts";
import { recordRefusals } from "./admin/refused_tokens.ts";
import { TokenGuard } from "./http/token_guard.ts";
import { answerPreflights, commonHeaders } from "./http/common_headers.ts";
import { refuseForeignReads, refuseForeignSites } from "./http/foreign_site.ts";
import { requireHost } from "./http/host.ts";
import { healthRoutes } from "./api/health.ts";
import { sendProblemPage } from "./pages/html.tsx";
import { JobContents } from "./api/job_content.ts";
import { JobViews } from "./api/job_views.ts";
import { jobRoutes } from "./api/jobs.ts";
import { allowedHeaders, exposedHeaders } from "./api/openapi/headers.ts";
import { OpenStreams } from "./http/open_streams.ts";
import { problemRoutes } from "./pages/problems.tsx";
import { measureRequests } from "./http/request_metrics.ts";
import { metricsRoutes } from "./api/metrics.ts";
import { limitRate, type RateLimiters } from "./http/rate_limit.ts";
import { referenceRoutes } from "./pages/reference.tsx";
import { robotsRoutes } from "./pages/robots.ts";
import type { PhotoBook } from "./photos/photo_book.ts";
import { internalProblem, sendProblem } from "./http/send_problem.ts";
import { webRoutes } from "./pages/web.tsx";
import { webhookRoutes } from "./api/webhooks.ts";
import type { Handler } from "../lib/platform/contract.ts";

export interface AppOptions {
  jobs: JobService;
  kinds: readonly PublicKind[];
  clock: Clock;
  /** Origins whose scripts may use the API; `*` for all. */
  corsOrigins: string[];
  /** The host names that requests may name; empty: all names. */
  allowedHosts: readonly string[];
  access: AccessOptions;
  rateLimiters: RateLimiters;
  /** Whether browsers keep copies of finished trips. */
  offlineCopies: boolean;
  /** How many event streams and long polls a caller may have open; 0: no limit. */
  maxStreamsPerCaller: number;
  /** Private hosts that callbacks may go to. */
  privateHosts: readonly string[];
  /** Reads OpenAI's webhooks. Unset: the route for them does not exist. */
  readWebhook?: WebhookReader | undefined;
  health: Health;
  metrics: Metrics;
  /** What operators see and do. */
  operator: Operator;
  /** `ADMIN_TOKEN`. Unset: nothing is there for operators. */
  adminToken?: string | undefined;
  /** The photographs of places. Unset: pages show none. */
  photos?: PhotoBook | null;
  /** Returns what the operator should do soon, for `/readyz`. Unset: nothing. */
  warnings?: (() => readonly string[]) | undefined;
  /** The archive of vector tiles for detailed maps. Unset: there are none. */
  tilesUrl?: string | null;
}

/** Answers with these statuses never have a body (RFC 9110, section 15). */
const NO_BODY: ReadonlySet<number> = new Set([204, 304]);

/** Creates the HTTP application. */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const { corsOrigins, metrics } = options;
  const guard = guardOf(options);
  const app = new Hono<AppEnv>({ strict: false });
  app.use(measureRequests(metrics, options.clock));
  const isClosed = guard ? isAdminPath : () => false;
  const cors = { origins: corsOrigins, allowedHeaders, exposedHeaders, isClosed };
  app.use(commonHeaders(cors), requireHost(options.allowedHosts), answerPreflights(cors));
  app.use(describeServer);
  app.use(methodNotAllowed({ app, onMethodNotAllowed: sendMethods }));

  // With `*` no site is foreign, and each middleware would cost a poll half a microsecond.
  if (!corsOrigins.includes("*")) refuseForeign(app, options);
  addRoutes(app, options, guard);

  return app.notFound((c) => sendAnyProblem(c, noRoute)).onError(sendError);
}

/** Refuses requests of sites that `CORS_ORIGINS` does not list. */
function refuseForeign(app: Hono<AppEnv>, { corsOrigins: origins, access }: AppOptions): void {
  const { trustedProxies } = access;
  app.use("/api/*", refuseForeignSites({ origins, trustedProxies, problem: foreignSite }));
  const ownReads = refuseForeignReads({ origins, problem: foreignSite });
  app.use("/api/*", ownReads).use("/trips/*", ownReads);
}

/** Adds all routes. */
function addRoutes(app: Hono<AppEnv>, options: AppOptions, guard: TokenGuard | undefined): void {
  const { jobs, kinds, clock, access, rateLimiters, privateHosts, readWebhook, metrics } = options;
  const { offlineCopies } = options;
  const views = new JobViews(jobs, clock);
  const openStreams = new OpenStreams(options.maxStreamsPerCaller);
  metrics.observe("tripwright.streams.open", () => [{ value: openStreams.size, attributes: {} }]);
  const contents = new JobContents();
  const { health, photos = null, warnings = () => [] } = options;
  const isAdmin = adminCheck(guard, access);
  app.route("/", healthRoutes(jobs, { clock, health, warnings, isAdmin }));
  if (options.adminToken !== undefined) app.route("/", metricsRoutes(metrics, isAdmin));
  app.route("/", assetRoutes());
  app.route("/", robotsRoutes());
  app.route("/", problemRoutes());
  app.route("/", referenceRoutes(() => describeApi(kinds, privateHosts), access));
  for (const kind of kinds) {
    const path = `${kind.http.path}/*`;
    app.use(path, identify(access), limitRate(rateLimiters.requests), authorize(access));
    app.route(
      kind.http.path,
      jobRoutes(kind, {
        jobs,
        views,
        contents,
        clock,
        access,
        rateLimiters,
        openStreams,
        privateHosts,
      }),
    );
  }
  const { tilesUrl = null } = options;
  const web = { jobs, kinds, clock, access, rateLimiters, tilesUrl, offlineCopies, photos };
  app.route("/", atlasRoutes(web));
  app.route("/", webRoutes(web));
  if (guard) app.route("/", adminRoutesOf(options, guard));
  if (readWebhook) app.route("/api/webhooks", webhookRoutes(jobs, { read: readWebhook, clock }));
}

/** Answers with the problem that an error stands for. */
function sendError(error: Error, c: Context): Response | Promise<Response> {
  if (error instanceof ProblemError) return sendProblem(c, error.problem);
  if (error instanceof HTTPException) return sendProblem(c, unauthorized(error));
  return sendProblem(c, internalProblem(c, error));
}

/**
 * Returns the application as a handler for a server. Without a body, a server would answer
 * `HEAD` with `Content-Length: 0`, which must match the answer to `GET` (RFC 9110, section 8.6). So
 * such an answer gets an empty stream.
 */
export function handlerOf(app: Hono<AppEnv>): Handler {
  return async (request, info) => {
    const response = await app.fetch(request, info);
    const isUnchanged = request.method !== "HEAD" || NO_BODY.has(response.status);
    return isUnchanged ? response : new Response(new Blob().stream(), response);
  };
}

/** Guards `ADMIN_TOKEN`, if there is one. */
function guardOf({ adminToken, operator, clock }: AppOptions): TokenGuard | undefined {
  if (adminToken === undefined) return undefined;
  const onWrong = recordRefusals(operator.audit, { clock });
  return new TokenGuard({ token: adminToken, clock, onWrong });
}

function adminRoutesOf(
  { operator, access, clock, warnings = () => [] }: AppOptions,
  guard: TokenGuard,
): Hono<AdminEnv> {
  const { trustedProxies } = access;
  return adminRoutes({ guard, operator, clock, trustedProxies, warnings });
}

/** Creates the OpenAPI document. Its modules are loaded on first use. */
async function describeApi(
  kinds: readonly PublicKind[],
  privateHosts: readonly string[],
): Promise<object> {
  const { createOpenApi } = await import("./api/openapi/document.ts");
  return createOpenApi(kinds, { privateHosts });
}

/** Tells whether the client prefers a page: browsers do when they open a URL, programs do not. */
function prefersPage(c: Context): boolean {
  return accepts(c, {
    header: "Accept",
    supports: ["application/json", "text/html"],
    default: "application/json",
  }) === "text/html";
}

/** Answers with a problem: as a page for browsers, as JSON for programs. */
function sendAnyProblem(c: Context, problem: Problem): Response | Promise<Response> {
  return prefersPage(c) ? sendProblemPage(c, problem) : sendProblem(c, problem);
}

const foreignSite: Problem = {
  code: "foreign_site",
  detail: "A page of another site sent this request, and CORS_ORIGINS does not list that site",
};

const noRoute: Problem = { code: "route_not_found", detail: "This path does not exist" };

/** Answers `OPTIONS *`, which is about the whole server (RFC 9110, section 9.3.7). */
const describeServer: MiddlewareHandler = async (c, next) => {
  if (c.req.method !== "OPTIONS" || c.req.path !== "/*") return await next();
  return new Response(null, {
    status: 204,
    headers: { allow: "GET, HEAD, POST, DELETE, OPTIONS" },
  });
};

/** Answers `OPTIONS` with the methods of a path, and every other method with a problem. */
function sendMethods(c: Context, methods: string[]): Response | Promise<Response> {
  const allow = [...methods, "OPTIONS"].join(", ");
  // A new response, because the one of `c` still has the type of a problem.
  if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  return sendAnyProblem(c, {
    code: "method_not_allowed",
    detail: `This path supports ${allow}`,
    headers: { allow },
  });
}

/** Only `bearerAuth` throws these errors. Their response has the challenge (RFC 6750, 3). */
function unauthorized(error: HTTPException): Problem {
  const challenge = error.getResponse().headers.get("www-authenticate");
  return {
    code: "unauthorized",
    detail: "This request requires a valid API key: send Authorization: Bearer <key>",
    headers: { "www-authenticate": challenge ?? "Bearer" },
  };
}
