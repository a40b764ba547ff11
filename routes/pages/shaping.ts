/**
 * What the page of a trip needs to show its versions, and what its form of changes has sent.
 * @module
 */
import type { Context } from "hono";
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import { isoTime } from "../../lib/clock.ts";
import type { JobRecord } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import { wishViewOf } from "../../web/app/kinds/registry.ts";
import type { Refusal } from "../../web/app/refusal.ts";
import { diffPlans } from "../../web/app/shaping/diff.ts";
import type { Asked, Part, PlanShape } from "../../web/app/shaping/plan_shape.ts";
import type { ShapingState, Version } from "../../web/app/shaping/state.ts";
import { isJob, type Job } from "../../web/client/job.ts";
import { presentJob, statusOf } from "../api/presenter.ts";
import { type AppEnv, maySee } from "../http/caller.ts";
import type { ProblemStatus } from "../http/problem.ts";
import type { WebOptions } from "./web_options.ts";

/** A form of changes that the service has refused. */
export interface RefusedChange {
  refusal: Refusal;
  status: ProblemStatus;
  text: string;
  part: string;
}

/** The page lists at most so many versions, and reads a record for each. */
const MAX_VERSIONS = 30;

/** The facts of a request that change the place: no part of the plan stays. */
const PLACES = ["destination", "city"];

interface ShownTrip {
  kind: PublicKind;
  snapshot: JobSnapshot;
  job: Job;
  /** Whether the reader has made the trip. */
  isOwn: boolean;
  refused: RefusedChange | null;
}

/** Returns the state of the versions of a trip; `null`: plans of its kind cannot be changed. */
export async function shapingOf(
  c: Context<AppEnv>,
  options: WebOptions,
  { kind, snapshot, job, isOwn, refused }: ShownTrip,
): Promise<ShapingState | null> {
  const shape = wishViewOf(job)?.shape;
  if (!shape || !kind.refinement) return null;
  const reading: Reading = { c, options, kind, shape };
  const versions = await versionsOf(snapshot.job, { ...reading, isOwn });
  const { refinement } = snapshot.job;
  const asked = askedIn(snapshot.job, shape);
  const needsBase = refinement !== null && ["processing", "completed"].includes(job.status);
  const base = needsBase ? await partsOf(refinement.refines, reading) : null;
  const isElsewhere = asked.members?.some((name) => PLACES.includes(name)) ?? false;
  const isGrowing = job.status === "processing";
  return {
    formId: crypto.randomUUID(),
    versions,
    base: isGrowing && !isElsewhere ? base : null,
    diff: base && !isGrowing ? diffPlans({ before: base, after: shape.partsOf(job) }, shape) : null,
    compared: await comparedOf(versions, { ...reading, job }),
    refused: refused && { refusal: refused.refusal, text: refused.text, part: refused.part },
  };
}

/** What reads other versions. */
interface Reading {
  c: Context<AppEnv>;
  options: WebOptions;
  kind: PublicKind;
  shape: PlanShape;
}

/**
 * Returns the versions that the reader may know. Everyone with the link may know the plans that led
 * to this one, as the API shows them. Only the maker sees what became of them, because a link to a
 * trip must not give access to later trips.
 */
async function versionsOf(
  shown: JobRecord,
  { isOwn, ...reading }: Reading & { isOwn: boolean },
): Promise<Version[]> {
  const { options: { jobs }, kind, shape } = reading;
  const known = new Map([[shown.id, shown]]);
  const before = shown.refinement?.lineage ?? [];
  for (const id of before.slice(1 - MAX_VERSIONS)) {
    const snapshot = await readOther(id, reading);
    if (snapshot) known.set(id, snapshot.job);
  }
  const { owner } = shown;
  const open = isOwn && owner !== null ? [...known.keys()] : [];
  for (let id = open.shift(); id !== undefined && known.size < MAX_VERSIONS; id = open.shift()) {
    const limit = MAX_VERSIONS - known.size;
    const page = await jobs.list(kind, { owner: owner!, refines: id, limit, after: null });
    for (const job of page.jobs) {
      if (!known.has(job.id)) open.push(job.id);
      known.set(job.id, job);
    }
  }
  const sorted = [...known.values()].toSorted((one, other) =>
    one.createdAt - other.createdAt || generationOf(one) - generationOf(other)
  );
  const numbers = new Map(sorted.map(({ id }, index) => [id, index + 1]));
  return sorted.map((job, index) => ({
    id: job.id,
    number: index + 1,
    createdAt: isoTime(job.createdAt),
    status: statusOf(job),
    from: job.refinement ? numbers.get(job.refinement.refines) ?? null : null,
    asked: isOwn ? askedIn(job, shape) : withoutWords(askedIn(job, shape)),
  }));
}

/** Returns how many plans led to a plan: it is younger than they are. */
function generationOf({ refinement }: JobRecord): number {
  return refinement?.lineage.length ?? 0;
}

function askedIn({ refinement }: JobRecord, shape: PlanShape): Asked {
  return refinement ? shape.askedOf(refinement.change) : {};
}

/** The words of the maker are for the maker: the API does not show them to other readers either. */
function withoutWords(asked: Asked): Asked {
  return asked.text === undefined ? asked : { ...asked, text: "" };
}

/** Reads another version; `null`: it has expired, or the reader may not see it. */
async function readOther(
  id: string,
  { c, options: { jobs, access }, kind }: Reading,
): Promise<JobSnapshot | null> {
  const snapshot = await jobs.read(kind, id);
  return snapshot && maySee(c.get("caller"), snapshot.job, access) ? snapshot : null;
}

/** Returns the parts of another version; `null`: it has no plan any more. */
async function partsOf(id: string, reading: Reading): Promise<Part[] | null> {
  const snapshot = await readOther(id, reading);
  if (snapshot?.job.state !== "succeeded") return null;
  const job = presentJob(reading.kind, snapshot);
  return isJob(job) ? [...reading.shape.partsOf(job)] : null;
}

/** Returns the version that the query names, if both versions have a plan. */
async function comparedOf(
  versions: readonly Version[],
  { job, ...reading }: Reading & { job: Job },
): Promise<ShapingState["compared"]> {
  const id = z.uuid().safeParse(reading.c.req.query("compare")).data?.toLowerCase();
  const version = versions.find((one) => one.id === id);
  if (!version || job.status !== "completed") return null;
  const parts = await partsOf(version.id, reading);
  return parts && { id: version.id, number: version.number, parts };
}
