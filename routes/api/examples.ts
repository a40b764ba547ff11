/**
 * The example jobs of the OpenAPI document. The presenter builds them, so they match real answers.
 * @module
 */
import { EXAMPLE_ID } from "../../jobs/job_answer.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { DAY_MS } from "../../lib/clock.ts";
import { claimJob, completeJob, newJob } from "../../lib/job/job_record.ts";
import { noProgress } from "../../lib/job/progress.ts";
import { JobContent } from "./job_content.ts";
import { presentJob, presentNewJob } from "./presenter.ts";

const NOON = Date.UTC(2026, 10, 24, 12);

export const EXAMPLE_ETAG = '"00000000000007f60000-00000000000007f50000-"';

/** Builds an example job as accepted and as completed, and the events at its end. */
export function exampleJobs(kind: PublicKind) {
  const request = kind.request.parse(kind.example);
  const queued = newJob({
    id: EXAMPLE_ID,
    kind: kind.name,
    request,
    promptVersion: kind.promptVersion,
    now: NOON,
    ttlMs: DAY_MS,
  });
  const running = claimJob(queued, { holder: "", now: NOON });
  const job = completeJob(running, {
    now: NOON + kind.expectedMs,
    usage: null,
    result: { parts: 1, bytes: 1 },
    source: "sample",
    promptVersion: kind.promptVersion,
  });
  const result = kind.sample(request);
  const finished = { job, version: EXAMPLE_ETAG, progress: noProgress, result };
  const sent = new TextDecoder().decode(new JobContent(kind, finished).after(0));
  const events = sent.split(/(?<=\n\n)/);
  return {
    accepted: presentNewJob(kind, queued),
    completed: presentJob(kind, finished),
    events: events.slice(0, 1).concat(events.slice(-1)).join(""),
  };
}
