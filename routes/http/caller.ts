/**
 * Identifies the caller of a request and decides which jobs it may see. Keys, client tokens and
 * addresses do not leave this module.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Context, MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import type { KeyScope } from "../../lib/api_key.ts";
import type { ApiKeys } from "../../lib/api_keys.ts";
import { addressCaller, type Caller, clientCaller, isKey } from "../../lib/caller.ts";
import type { JobRecord } from "../../lib/job/job_record.ts";
import type { AnswerVariables } from "./answer.ts";
import { ProblemError } from "./problem.ts";
import { clientAddress, UNKNOWN_ADDRESS } from "./client_address.ts";
import { singleQuery } from "./query.ts";
import { ClientToken } from "./request_headers.ts";
import type { ConnectionInfo } from "../../lib/platform/contract.ts";

/** What the server passes with a request, and what middleware adds. */
export interface AppEnv {
  Bindings: Partial<ConnectionInfo>;
  Variables: AnswerVariables & {
    requestId: string;
    caller: Caller;
    /** Who reads a job, see {@link readerOf}. Unset: the call does not read one. */
    reader: Caller | undefined;
    /**
     * The id that rate limits count for: an API key, else a network address. Client tokens do not
     * count, because a client can create any number of them.
     */
    countedAs: string;
    /** The `id` of the address of a caller without an API key; unset: not known. */
    sender: string | undefined;
    /** The archive for detailed maps of a page; unset: there is none. */
    tilesUrl: string | undefined;
    /** Whether browsers keep copies of finished trips; unset: no page of a trip is sent. */
    offlineCopies: boolean | undefined;
  };
}

export interface AccessOptions {
  /** The keys that the service accepts. If it requires none, any caller may do everything. */
  apiKeys: ApiKeys;
  /** A caller that knows a job's id may read the job, with or without a key. */
  publicReads: boolean;
  /** The number of proxies in front of the service that add to `X-Forwarded-For`. */
  trustedProxies: number;
}

const log = getLogger(["tripwright", "http"]);

/** The query parameter with a read token, for clients that cannot set headers. */
const READ_TOKEN = "token";

/**
 * Identifies the caller. {@link authorize} rejects callers later, because their requests count,
 * too.
 *
 * @param browserTokenOf returns the client token of a browser that sends no `Client-Token`. Unset:
 * only the header counts.
 * @throws {ProblemError} 400 from the handler for a `Client-Token` that is not valid
 */
export function identify(
  { apiKeys, trustedProxies }: AccessOptions,
  browserTokenOf: (c: Context) => string | undefined = () => undefined,
): MiddlewareHandler<AppEnv> {
  let isWarned = trustedProxies > 0;
  return (c, next) => {
    if (!isWarned && c.req.header("x-forwarded-for") !== undefined) {
      isWarned = true;
      log.warning("X-Forwarded-For is not trusted: behind a proxy, set TRUSTED_PROXIES");
    }
    // The answer shows nothing of a job, and browsers send preflights without a key.
    if (c.req.method === "OPTIONS") return next();
    const network = clientAddress(c, trustedProxies);
    const address = addressCaller(network);
    const key = apiKeys.isRequired ? apiKeys.find(bearerToken(c)) : null;
    c.set("countedAs", (key ?? address).id);
    c.set("sender", key || network === UNKNOWN_ADDRESS ? undefined : address.id);
    c.set(
      "caller",
      key ?? (apiKeys.isRequired ? address : tokenCaller(c, browserTokenOf) ?? address),
    );
    return next();
  };
}

/**
 * Rejects callers without a key if the service requires one. A read with a token gets through: only
 * {@link readerOf} can check the token, because a token is for one job.
 *
 * @throws {HTTPException} 401 from the handler
 */
export function authorize({ apiKeys, publicReads }: AccessOptions): MiddlewareHandler<AppEnv> {
  const checkKey: MiddlewareHandler<AppEnv> = bearerAuth({
    // `identify()` has looked up the key already.
    verifyToken: (_key, c: Context<AppEnv>) => isKey(c.get("caller").owner),
  });
  return (c, next) => {
    const isRead = c.req.method === "GET" || c.req.method === "HEAD";
    const mayLackKey = isRead && c.req.header("authorization") === undefined;
    const isOpen = mayLackKey && (publicReads || c.req.query(READ_TOKEN) !== undefined);
    const isChecked = apiKeys.isRequired && !isOpen && c.req.method !== "OPTIONS";
    return isChecked ? checkKey(c, next) : next();
  };
}

/**
 * Returns the caller that reads a job: the key whose read token the URL contains, else the caller of
 * the request. With an `Authorization` header, or where reads need no key, the token does not count.
 *
 * @param read `jobId`: the id in the path; `now`: epoch milliseconds
 * @throws {ProblemError} 401 for a token that is not valid for this job
 */
export async function readerOf(
  c: Context<AppEnv>,
  { apiKeys, publicReads }: AccessOptions,
  { jobId, now }: { jobId: string; now: number },
): Promise<Caller> {
  const needsKey = apiKeys.isRequired && !publicReads;
  if (!needsKey || c.req.header("authorization") !== undefined) return c.get("caller");
  const token = singleQuery(c, READ_TOKEN);
  if (token === undefined) return c.get("caller");
  const wanted = { purpose: "read", jobId: jobId.toLowerCase(), now } as const;
  const reader = await apiKeys.findByReadToken(token, wanted);
  if (reader) return reader;
  throw new ProblemError({
    code: "unauthorized",
    detail: "The read token is not valid for this job, or it has expired",
    headers: { "www-authenticate": "Bearer" },
    page: "expired_link",
  });
}

/** Returns what a request sends in `Authorization: Bearer`; empty if it sends nothing. */
export function bearerToken(c: Context): string {
  return c.req.header("authorization")?.match(/^Bearer +(\S+)$/i)?.[1] ?? "";
}

function tokenCaller(
  c: Context,
  browserTokenOf: (c: Context) => string | undefined,
): Caller | null {
  const token = c.req.header("client-token") ?? browserTokenOf(c);
  if (token === undefined) return null;
  if (ClientToken.safeParse(token).success) return clientCaller(token);
  throw new ProblemError({
    code: "invalid_header",
    detail: "Client-Token: expected 16 to 128 letters, digits and -._~+/=",
  });
}

/**
 * Tells whether the caller has made the job. Only its maker may cancel or change a job.
 *
 * - With API keys, only a key can be the maker. A job from the time before the keys belongs to every
 *   key, because tokens no longer count.
 * - Without API keys, the maker is the client token that created the job. A job of a client without
 *   a token belongs to every caller that knows its id.
 */
export function isMaker(
  { owner: asker }: Caller,
  { owner }: JobRecord,
  { apiKeys }: AccessOptions,
): boolean {
  if (!apiKeys.isRequired) return owner === null || owner === asker;
  return isKey(asker) && (!isKey(owner) || owner === asker);
}

/**
 * Tells whether the caller may know that the job exists: all callers if reads need no key, else the
 * key that has made it, and keys with the scope `read_all`.
 */
export function maySee(caller: Caller, job: JobRecord, access: AccessOptions): boolean {
  if (access.publicReads || !access.apiKeys.isRequired || hasScope(caller, "read_all")) return true;
  return hasScope(caller, "read") && isMaker(caller, job, access);
}

/** Tells whether the caller may cancel the job: its maker, unless it is a key without `make`. */
export function mayCancel(caller: Caller, job: JobRecord, access: AccessOptions): boolean {
  return isMaker(caller, job, access) && (!caller.rights || hasScope(caller, "make"));
}

/** Tells whether the caller has a key with this scope. `read_all` includes `read`. */
export function hasScope({ rights }: Caller, scope: KeyScope): boolean {
  const scopes = rights?.scopes ?? [];
  return scopes.includes(scope) || (scope === "read" && scopes.includes("read_all"));
}

/** Answers a request, after {@link identify} has found its caller. */
type Handler = (c: Context<AppEnv>) => Promise<Response>;

/**
 * Returns a handler that rejects keys without a scope. Callers without a key are the concern of
 * {@link authorize}. It is no middleware, because each one costs a poll a microsecond.
 *
 * @throws {ProblemError} 403 from the handler
 */
export function withScope(scope: KeyScope, handle: Handler): Handler {
  return (c) => {
    const caller = c.get("caller");
    if (caller?.rights && !hasScope(caller, scope)) throw scopeMissing(scope);
    return handle(c);
  };
}

/** Returns the problem of a key that lacks a scope (RFC 6750, section 3.1). */
export function scopeMissing(scope: KeyScope): ProblemError {
  return new ProblemError({
    code: "insufficient_scope",
    detail: `This call requires an API key with the scope ${scope}`,
    headers: { "www-authenticate": `Bearer error="insufficient_scope", scope="${scope}"` },
  });
}
