/**
 * What the pages of the app stand on.
 * @module
 */
import type { Engine } from "../../jobs/engine/engine.ts";
import type { Clock } from "../../lib/clock.ts";
import type { AccessOptions } from "../http/caller.ts";
import type { RateLimiters } from "../http/rate_limit.ts";

export interface WebOptions {
  engine: Engine;
  clock: Clock;
  access: AccessOptions;
  rateLimiters: RateLimiters;
}
