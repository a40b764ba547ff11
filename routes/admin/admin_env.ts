/**
 * What the routes of operators share: who sends a request, and what the routes need.
 * @module
 */
import type { Actor } from "../../jobs/operator/audit.ts";
import type { Operator } from "../../jobs/operator/operator.ts";
import type { Clock } from "../../lib/clock.ts";
import type { AppEnv } from "../http/caller.ts";
import type { TokenGuard } from "../http/token_guard.ts";
import type { AdminCookies } from "./admin_cookies.ts";

/** What middleware adds to each request of an operator. */
export interface AdminEnv extends AppEnv {
  Variables: AppEnv["Variables"] & {
    /** Who sends the request. */
    actor: Actor;
    cookies: AdminCookies;
  };
}

/** What the routes of operators need. */
export interface AdminOptions {
  /** Guards `ADMIN_TOKEN`. */
  guard: TokenGuard;
  operator: Operator;
  /** Returns what the operator should do soon, one sentence each. */
  warnings: () => readonly string[];
  clock: Clock;
  /** The number of proxies in front of the service. */
  trustedProxies: number;
}
