/**
 * Who sends a request, and what they may see. Keys, tokens and addresses go no further than this.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Context, MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { z } from "zod";
import type { ApiKeys } from "../../lib/api_keys.ts";
import { addressCaller, type Caller, clientCaller, isKey } from "../../lib/caller.ts";
import type { JobRecord } from "../../lib/job/job_record.ts";
import { ProblemError } from "./problem.ts";
import { clientAddress } from "./client_address.ts";

/** What Deno's server tells of a connection, and what middleware finds out. */
export interface AppEnv {
  Bindings: Partial<Deno.ServeHandlerInfo>;
  Variables: {
    requestId: string;
    caller: Caller;
    /** Whose requests are counted: an API key, else a network address. Tokens cost nothing to make. */
    countedAs: string;
  };
}

export interface AccessOptions {
  /** The keys that open the service; none: everybody may do everything. */
  apiKeys: ApiKeys;
  /** Whoever knows a job's id may look at it, with or without a key. */
  publicReads: boolean;
  /** Proxies in front of the service that add to `X-Forwarded-For`. */
  trustedProxies: number;
}

const log = getLogger(["tripwright", "http"]);

/** A random string that a client keeps; UUIDs and anything like it. */
const ClientToken = z.string().regex(/^[\w.~+/=-]{16,128}$/);

/**
 * Finds out who the caller is. Whether they may go on is {@link authorize}'s business: those who may
 * not are counted, too.
 *
 * @throws {ProblemError} 400 from the handler for a `Client-Token` that is none
 */
export function identify({ apiKeys, trustedProxies }: AccessOptions): MiddlewareHandler<AppEnv> {
  let isWarned = trustedProxies > 0;
  return async (c, next) => {
    if (!isWarned && c.req.header("x-forwarded-for") !== undefined) {
      isWarned = true;
      log.warning("X-Forwarded-For is not trusted: behind a proxy, set TRUSTED_PROXIES");
    }
    // It tells nothing of any job, and browsers send it without a key.
    if (c.req.method === "OPTIONS") return await next();
    const stranger = addressCaller(clientAddress(c, trustedProxies));
    const key = apiKeys.size > 0 ? apiKeys.find(bearerToken(c)) : null;
    c.set("countedAs", (key ?? stranger).id);
    c.set("caller", key ?? (apiKeys.size > 0 ? stranger : tokenCaller(c) ?? stranger));
    await next();
  };
}

/**
 * Lets those pass who have a key, where one is needed.
 *
 * @throws {HTTPException} 401 from the handler
 */
export function authorize({ apiKeys, publicReads }: AccessOptions): MiddlewareHandler<AppEnv> {
  const checkKey: MiddlewareHandler<AppEnv> = bearerAuth({
    // Who it belongs to has been found out already.
    verifyToken: (_key, c: Context<AppEnv>) => isKey(c.get("caller").owner),
  });
  return async (c, next) => {
    const isRead = c.req.method === "GET" || c.req.method === "HEAD";
    const isOpen = publicReads && isRead && c.req.header("authorization") === undefined;
    const isChecked = apiKeys.size > 0 && !isOpen && c.req.method !== "OPTIONS";
    return isChecked ? await checkKey(c, next) : await next();
  };
}

function bearerToken(c: Context): string {
  return c.req.header("authorization")?.match(/^Bearer +(\S+)$/i)?.[1] ?? "";
}

function tokenCaller(c: Context): Caller | null {
  const token = c.req.header("client-token");
  if (token === undefined) return null;
  if (ClientToken.safeParse(token).success) return clientCaller(token);
  throw new ProblemError({
    code: "invalid_header",
    detail: "Client-Token: expected 16 to 128 letters, digits and -._~+/=",
  });
}

/** Whether a job is the caller's. One that was made without a key is everybody's who knows its id. */
export function isOwnJob(
  caller: Caller,
  { owner }: JobRecord,
  { apiKeys }: AccessOptions,
): boolean {
  return apiKeys.size === 0 || !isKey(owner) || owner === caller.owner;
}

/** Whether the caller may know that the job exists. */
export function maySee(caller: Caller, job: JobRecord, options: AccessOptions): boolean {
  return options.publicReads || isOwnJob(caller, job, options);
}
