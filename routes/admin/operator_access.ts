/**
 * Lets operators in: by a session of the dashboard, or by `Authorization: Bearer <ADMIN_TOKEN>`.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import type { Actor } from "../../jobs/operator/audit.ts";
import { bearerToken } from "../http/caller.ts";
import { clientAddress } from "../http/client_address.ts";
import { refuseForeignReads, refuseForeignSites } from "../http/foreign_site.ts";
import { type Problem, ProblemError } from "../http/problem.ts";
import { foreignForm } from "../pages/page_problem.ts";
import type { TokenVerdict } from "../http/token_guard.ts";
import type { AdminEnv, AdminOptions } from "./admin_env.ts";
import { sendArrival } from "./pages/sign_in.tsx";

/** The name of an operator that gives none. */
const DEFAULT_NAME = "operator";

/** The name by which an operator is in the audit. */
export const OperatorName = z.string().trim()
  .regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,64}$/u, { error: "expected 1 to 64 visible characters" });

/** Returns the name in a form or a header; an empty one is the default. */
export function operatorName(text: string | undefined): string | null {
  if (!text?.trim()) return DEFAULT_NAME;
  return OperatorName.safeParse(text).data ?? null;
}

/** Tells whether a path is one of the JSON API. */
export function isApiPath(path: string): boolean {
  return path === "/admin/api" || path.startsWith("/admin/api/");
}

/**
 * Lets only operators through, and says who it is.
 *
 * @throws {ProblemError} from the handler, for the API 401 without a session and a token, and for all
 * paths 401 and 429 with a wrong token
 */
export function requireOperator(options: AdminOptions): MiddlewareHandler<AdminEnv> {
  const ownForms = refuseForms(options);
  return async (c, next) => {
    // Other schemes are for others: a proxy with a password of its own passes on `Basic`.
    const token = bearerToken(c);
    if (token !== "") {
      c.set("actor", await actorOfToken(c, token, options));
      return await next();
    }
    const session = await c.get("cookies").read(c, "session");
    const found = session === undefined ? null : await options.operator.sessions.find(session);
    if (found) {
      c.set("actor", { name: found.name, via: "dashboard" });
      // With a cookie the browser acts for the operator, so the request must be from an own page.
      return await ownForms(c, next);
    }
    if (!isApiPath(c.req.path)) return await sendToSignIn(c);
    throw new ProblemError(tokenRequired("Send Authorization: Bearer <ADMIN_TOKEN>"));
  };
}

/** Refuses forms of other sites. */
export function refuseForms({ trustedProxies }: Pick<AdminOptions, "trustedProxies">) {
  return refuseForeignSites({
    origins: [],
    trustedProxies,
    // All browsers since 2020 say where a form comes from.
    refusesUnknown: true,
    problem: foreignForm,
  });
}

/** Refuses that other sites load pages or data of operators into their own pages. */
export function refuseForeignLoads(): MiddlewareHandler {
  const detail = "A page of another site sent this request";
  return refuseForeignReads({ origins: [], problem: { code: "foreign_site", detail } });
}

/** Compares a token that a request has sent with `ADMIN_TOKEN`. */
export async function checkToken(
  c: Context,
  token: string,
  { guard, trustedProxies }: Pick<AdminOptions, "guard" | "trustedProxies">,
): Promise<TokenVerdict> {
  return await guard.check(token, clientAddress(c, trustedProxies));
}

async function actorOfToken(c: Context, token: string, options: AdminOptions): Promise<Actor> {
  const verdict = await checkToken(c, token, options);
  if (verdict === "busy") throw new ProblemError(tooManyWrongTokens);
  if (verdict === "wrong") throw new ProblemError(tokenRequired("The token is not valid"));
  const name = operatorName(c.req.header("operator"));
  if (name !== null) return { name, via: "api" };
  const detail = "Operator: expected 1 to 64 visible characters";
  throw new ProblemError({ code: "invalid_header", detail });
}

function tokenRequired(detail: string): Problem {
  return { code: "admin_token_required", detail, headers: { "www-authenticate": "Bearer" } };
}

/** The problem of an address that has sent several wrong tokens within a second. */
export const tooManyWrongTokens: Problem = {
  code: "too_many_wrong_tokens",
  detail: "This address has just sent several wrong tokens",
  headers: { "retry-after": "1" },
};

/**
 * Asks the browser to sign in. A browser does not send the cookie when it follows a link of another
 * site. So it first gets a page of this site that opens the same path again.
 */
function sendToSignIn(c: Context<AdminEnv>): Response | Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const reads = c.req.method === "GET" || c.req.method === "HEAD";
  const site = c.req.header("sec-fetch-site");
  if (reads && (site === "cross-site" || site === "same-site")) {
    return sendArrival(c, pathname + search);
  }
  const wanted = reads && pathname !== "/admin" ? pathname + search : undefined;
  return c.redirect(
    wanted ? `/admin/sign-in?${new URLSearchParams({ to: wanted })}` : "/admin/sign-in",
    303,
  );
}
