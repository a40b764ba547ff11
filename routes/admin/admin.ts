/**
 * The dashboard for operators at `/admin`, and their API below `/admin/api`. The application mounts
 * these routes only with `ADMIN_TOKEN`.
 * @module
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { answerJson, setHeaders } from "../http/answer.ts";
import { type Problem, ProblemError } from "../http/problem.ts";
import { internalProblem, sendProblem } from "../http/send_problem.ts";
import { adminAssetRoutes } from "../pages/assets.ts";
import { isApiPath, refuseForeignLoads, requireOperator } from "./operator_access.ts";
import { AdminCookies } from "./admin_cookies.ts";
import type { AdminEnv, AdminOptions } from "./admin_env.ts";
import { adminOperations } from "./api/operations.ts";
import { operationRoutes } from "./operation.ts";
import { sendAdminProblem } from "./pages/layout.tsx";
import { addAuditPage } from "./pages/audit.tsx";
import { addBulkPages } from "./pages/bulk.tsx";
import { addJobPages } from "./pages/jobs.tsx";
import { addKeyPages } from "./pages/keys.tsx";
import { addOverviewPage } from "./pages/overview.tsx";
import { addSignInPages } from "./pages/sign_in.tsx";

/** Creates all routes of operators, with their paths from the root. */
export function adminRoutes(options: AdminOptions): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>({ strict: false });
  // Only files that every operator gets, and the same for all.
  routes.route("/", adminAssetRoutes());
  routes.use("/admin/*", commonParts(options), refuseForeignLoads());
  addSignInPages(routes, options);
  routes.use("/admin/*", requireOperator(options));
  addApi(routes, options);
  addOverviewPage(routes, options);
  addJobPages(routes, options);
  addBulkPages(routes, options);
  addAuditPage(routes, options);
  addKeyPages(routes, options);
  // Nothing outside may answer a path below `/admin`.
  routes.all("/admin/*", (c) => sendError(c, noRoute));
  routes.onError((error, c) => {
    return sendError(c, error instanceof ProblemError ? error.problem : internalProblem(c, error));
  });
  return routes;
}

function addApi(routes: Hono<AdminEnv>, options: AdminOptions): void {
  const operations = adminOperations(options);
  routes.route("/admin/api", operationRoutes(operations, options));
  routes.get("/admin/api/openapi.json", async (c) => {
    const { createAdminOpenApi } = await import("./api/openapi.ts");
    return answerJson(c, createAdminOpenApi(operations));
  });
}

/** Tells whether a path belongs to the operators. */
export function isAdminPath(path: string): boolean {
  return path === "/admin" || path.startsWith("/admin/");
}

const noRoute: Problem = { code: "route_not_found", detail: "This path does not exist" };

/** Sets the headers of all answers, and adds what the handlers share. */
function commonParts({ guard, trustedProxies }: AdminOptions): MiddlewareHandler<AdminEnv> {
  const cookies = new AdminCookies({ guard, trustedProxies });
  return async (c, next) => {
    setHeaders(c, { "cache-control": "no-store", "x-robots-tag": "noindex, nofollow" });
    c.set("cookies", cookies);
    await next();
  };
}

/** Answers with a problem: as JSON in the API, else as a page. */
function sendError(c: Context<AdminEnv>, problem: Problem): Response | Promise<Response> {
  return isApiPath(c.req.path) ? sendProblem(c, problem) : sendAdminProblem(c, problem);
}
