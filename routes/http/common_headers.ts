/**
 * The headers of every answer: security headers, and CORS headers for the origin of the request.
 * @module
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { type AnswerHeaders, completeAnswer } from "./answer.ts";
import type { AppEnv } from "./caller.ts";

/** Browsers may cache the answer to a preflight for a day; most stop at two hours. */
const PREFLIGHT_SECONDS = 86_400;

/** Stands for the headers of closed paths, where the origin does not matter. No origin is this. */
const CLOSED = "closed";

export interface CorsOptions {
  /** The origins whose scripts may use the API; `*` for all. */
  origins: string[];
  /** The headers that these scripts may send. */
  allowedHeaders: string[];
  /** The headers of answers that they may read. */
  exposedHeaders: string[];
  /** Whether no other site may read the answers of a path. */
  isClosed: (path: string) => boolean;
}

/** An id that a client may give to its request. */
const REQUEST_ID = /^[\w\-=]{1,255}$/;

/**
 * Decides the headers of every answer, and gives each request an id. Hono's middlewares decide the
 * headers, once for each allowed origin. They would set them when the answer exists, and Hono would
 * then build each answer several times.
 */
export function commonHeaders(options: CorsOptions): MiddlewareHandler<AppEnv> {
  const { origins, isClosed } = options;
  const [secure, allow] = [setSecurityHeaders(), allowOrigins(options)];
  const template = new Hono().get("/closed", closedHeaders(), (c) => c.body(null))
    .use(secure, allow).get("/", (c) => c.body(null));
  /** The headers by allowed origin; the empty string stands for all other origins. */
  const decided = new Map<string, AnswerHeaders>();
  async function decide(origin: string): Promise<AnswerHeaders> {
    const { headers } = origin === CLOSED
      ? await template.request("/closed")
      : await template.request("/", { headers: { origin } });
    const record: AnswerHeaders = Object.fromEntries(headers);
    decided.set(origin, record);
    return record;
  }
  return async (c, next) => {
    const requestId = requestIdOf(c);
    c.set("requestId", requestId);
    const closed = isClosed(c.req.path);
    if (!closed && isPreflight(c.req.raw)) {
      c.set("headers", { "x-request-id": requestId });
      // The others are up to `answerPreflights()`.
      await secure(c, next);
    } else {
      const sent = c.req.header("origin") ?? "";
      const origin = closed ? CLOSED : origins.includes(sent) ? sent : "";
      const headers = decided.get(origin) ?? await decide(origin);
      c.set("headers", { ...headers, "x-request-id": requestId });
      await next();
    }
    completeAnswer(c);
  };
}

/** Returns the id of a request: the client's, or a new one if the client's is missing or not valid. */
function requestIdOf(c: Context): string {
  const id = c.req.header("x-request-id");
  return id !== undefined && REQUEST_ID.test(id) ? id : crypto.randomUUID();
}

/** Answers preflights, by which a browser asks whether a page may send a request. */
export function answerPreflights(options: CorsOptions): MiddlewareHandler {
  const allow = allowOrigins(options);
  return (c, next) =>
    isPreflight(c.req.raw) && !options.isClosed(c.req.path) ? allow(c, next) : next();
}

/** An `OPTIONS` request that is no preflight asks for the methods of a path. */
function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}

function allowOrigins({ origins, allowedHeaders, exposedHeaders }: CorsOptions): MiddlewareHandler {
  return cors({
    origin: origins.includes("*") ? "*" : origins,
    allowMethods: ["GET", "HEAD", "POST", "DELETE"],
    allowHeaders: allowedHeaders,
    exposeHeaders: exposedHeaders,
    maxAge: PREFLIGHT_SECONDS,
  });
}

/** Sets the headers of paths that no other site may read. */
function closedHeaders(): MiddlewareHandler {
  return setSecurityHeaders("same-origin");
}

/** @param readers which sites may load answers; which may read them is decided by CORS */
function setSecurityHeaders(readers: "cross-origin" | "same-origin" = "cross-origin") {
  return secureHeaders({
    // A browser must neither load nor run anything in answers. Pages have a policy of their own.
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    crossOriginResourcePolicy: readers,
    xFrameOptions: "DENY",
    // Other sites get no referrer. The app's own forms keep their `Origin`.
    referrerPolicy: "same-origin",
    // 180 days, for this host only: operators decide about its subdomains.
    strictTransportSecurity: "max-age=15552000",
    originAgentCluster: false,
    // Only old browsers read these.
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
}
