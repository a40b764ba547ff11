/**
 * The cookies of the dashboard. The service signs them with keys that it derives from `ADMIN_TOKEN`,
 * so they are worthless once the token has changed.
 * @module
 */
import type { Context } from "hono";
import { deleteCookie, getSignedCookie, setSignedCookie } from "hono/cookie";
import type { CookieOptions } from "hono/utils/cookie";
import type { TokenGuard } from "../http/token_guard.ts";
import { hasTls } from "../pages/browser_token.ts";

/** The `session` has the id of the session, the `notice` what the next page says once. */
export type AdminCookie = "session" | "notice";

export interface AdminCookieOptions {
  guard: TokenGuard;
  /** The number of proxies in front of the service. */
  trustedProxies: number;
}

/** Reads and sets the cookies of the dashboard. */
export class AdminCookies {
  readonly #trustedProxies: number;
  readonly #secrets: Record<AdminCookie, string>;

  constructor({ guard, trustedProxies }: AdminCookieOptions) {
    this.#trustedProxies = trustedProxies;
    this.#secrets = {
      session: guard.secretFor("admin session"),
      notice: guard.secretFor("admin notice"),
    };
  }

  /** Returns the value of a cookie; `undefined` if there is none with a valid signature. */
  async read(c: Context, cookie: AdminCookie): Promise<string | undefined> {
    const secret = this.#secrets[cookie];
    return await getSignedCookie(c, secret, nameOf(cookie), this.#prefix(c)) || undefined;
  }

  /** Sets a cookie that no script can read, and that no page of another site makes a browser send. */
  async set(
    c: Context,
    cookie: AdminCookie,
    { value, maxAgeMs }: { value: string; maxAgeMs: number },
  ): Promise<void> {
    const options = { ...this.#options(c), maxAge: Math.floor(maxAgeMs / 1_000) };
    await setSignedCookie(c, nameOf(cookie), value, this.#secrets[cookie], options);
  }

  /** Removes a cookie from the browser. */
  clear(c: Context, cookie: AdminCookie): void {
    deleteCookie(c, nameOf(cookie), this.#options(c));
  }

  #options(c: Context): CookieOptions {
    const secure = hasTls(c, { trustedProxies: this.#trustedProxies });
    const prefix = this.#prefix(c);
    const common = { path: "/", httpOnly: true, sameSite: "Strict", secure } as const;
    return prefix ? { ...common, secure: true, prefix } : common;
  }

  /** With TLS, no other host of the same domain can set the cookie (RFC 6265bis, 4.1.3.2). */
  #prefix(c: Context): "host" | undefined {
    return hasTls(c, { trustedProxies: this.#trustedProxies }) ? "host" : undefined;
  }
}

function nameOf(cookie: AdminCookie): string {
  return `tripwright_admin_${cookie}`;
}
