/**
 * The services and settings that the pages of the web app use.
 * @module
 */
import type { JobService } from "../../jobs/engine/job_service.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import type { Clock } from "../../lib/clock.ts";
import type { AccessOptions } from "../http/caller.ts";
import type { PhotoBook } from "../photos/photo_book.ts";
import type { RateLimiters } from "../http/rate_limit.ts";

export interface WebOptions {
  jobs: JobService;
  kinds: readonly PublicKind[];
  clock: Clock;
  access: AccessOptions;
  rateLimiters: RateLimiters;
  /** The archive of vector tiles for detailed maps; `null`: there are none. */
  tilesUrl: string | null;
  /** Whether browsers keep copies of finished trips. */
  offlineCopies: boolean;
  /** The photographs of places; `null`: pages show none. */
  photos: PhotoBook | null;
}
