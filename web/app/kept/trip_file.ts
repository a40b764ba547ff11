/**
 * Files with a whole trip, which this site saves and opens again.
 * @module
 */
import { contracts, type KindName } from "../../../jobs/kinds/contracts.ts";
import type { Job } from "../../client/client.ts";
import { isJob, kindOf } from "../../client/job.ts";
import type { Words } from "../../words/words.ts";
import { titleOfJob } from "../wish.ts";
import { type Land, readLand } from "../map/land.ts";
import type { Copy } from "./copies.ts";
import { fitted, type JsonSchema, UNFIT } from "./json_schema.ts";

/** The shapes of jobs by the names of their kinds. */
export type Shapes = Partial<Record<KindName, JsonSchema>>;

/** Where the service has the shapes. */
export const SHAPES_PATH = "/trip_shapes.json";

const FORMAT = "tripwright-trip";
const VERSION = 1;

/** The largest file: more than twice the largest plan that the service stores. */
export const MAX_FILE_BYTES = 2_000_000;

/** Why a file cannot be opened. */
export type FileFault = "tooLarge" | "notTrip" | "newer";

/** Returns the content of the file of a trip. */
export function tripFileOf(job: Job, land: Land | null): string {
  return JSON.stringify({ format: FORMAT, version: VERSION, job, ...(land !== null && { land }) });
}

/** Returns the name of the file of a trip. */
export function fileNameOf(job: Job, words: Words): string {
  // What no file system forbids, and what does not change the order of the letters.
  const name = titleOfJob(job, words).replaceAll(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60)
    .replaceAll(/^-+|-+$/g, "");
  return `${name || "trip"}.trip.json`;
}

/** What a file contains. */
export interface TripFile {
  /** With an id that belongs to the content, so that no file replaces another trip. */
  job: Job;
  land: Land | null;
}

/** Checks the text of a file. Returns its trip, or why it is none. */
export function readTripFile(text: string, shapes: Shapes): TripFile | FileFault {
  if (text.length > MAX_FILE_BYTES) return "tooLarge";
  const file = parsed(text);
  if (!isObject(file) || file.format !== FORMAT) return "notTrip";
  if (typeof file.version === "number" && file.version > VERSION) return "newer";
  if (file.version !== VERSION || !isObject(file.job) || !isJob(file.job)) return "notTrip";
  const kind = kindOf(file.job);
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  // The parts of an unfinished plan have no shape, and a finished plan has none of them.
  const job = fitted({ ...file.job, partial: null, progress: null }, shape ?? {});
  if (job === UNFIT || (job as Job).status !== "completed") return "notTrip";
  const known = { ...job as Job, [contracts[kind].idName]: "" };
  const id = idOfContent(JSON.stringify(known));
  return { job: { ...known, [contracts[kind].idName]: id }, land: readLand(file.land) };
}

/** Returns the copy of the trip of a file. */
export function copyOf({ job, land }: TripFile, savedAt: string): Copy {
  const id = (job as unknown as Record<string, string>)[contracts[kindOf(job)].idName]!;
  return { id, job, land, savedAt, origin: "file" };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Returns an id for a content: a UUID of version 8 (RFC 9562, section 5.8), which no job of the
 * service has. The hash is cyrb53 of bryc (public domain), twice. It is not for security: a file
 * with the id of another file only replaces that copy.
 */
function idOfContent(text: string): string {
  const hex = [0, 1, 2].map((seed) => hashOf(text, seed).toString(16).padStart(14, "0")).join("");
  const digits = `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17, 32)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function hashOf(text: string, seed: number): number {
  let [high, low] = [0xdeadbeef ^ seed, 0x41c6ce57 ^ seed];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
