/**
 * What the event streams of a job send, encoded once for each version of the job and shared by all
 * streams.
 * @module
 */
import { LRUCache } from "lru-cache";
import type { PublicKind } from "../../jobs/kind.ts";
import { hashJson } from "../../lib/hash.ts";
import { isEnded, type JobRecord } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import { presentJob } from "./presenter.ts";

/** The id of the last event. A client that has it has everything. */
export const END = "end";

/** The position of a client that has no parts. */
export const START = "0-";

/** Long enough to tell one plan from another one of the same job. */
const DIGEST_CHARACTERS = 16;

/** Some ten of the largest plans, or several hundred ordinary ones. */
const CACHE_BYTES = 32 * 1024 * 1024;

/** An estimate for what an entry of the cache takes beside its events. */
const OVERHEAD_BYTES = 4_096;

const encoder = new TextEncoder();

/** Encodes an event. JSON text has no line breaks, so the data is one line. */
export function encodeEvent(event: string, { id, data }: { id: string; data: string }): Uint8Array {
  return encoder.encode(`event: ${event}\nid: ${id}\ndata: ${data}\n\n`);
}

/** A part of the plan. */
interface Part {
  /** Its JSON; empty if no later version can have the same part. */
  text: string;
  /** A hash of this part and of all parts before it. */
  digest: string;
  /** Its event. */
  bytes: Uint8Array;
}

/** The events of one version of a job. */
export class JobContent {
  /** See {@link JobSnapshot}. */
  readonly version: string;
  /** Whether the events of parts belong to this version: not to a job that failed. */
  readonly hasParts: boolean;
  /** The data of the progress event; `null`: the job has ended. */
  readonly progress: string | null;
  readonly #parts: readonly Part[];
  /** The events of all parts in their order, then the last event if the job has ended. */
  readonly #bytes: Uint8Array;
  /** Where the event of each part begins, and where the last one ends. */
  readonly #offsets: number[] = [0];
  /** The encoded progress, by the position of the client. */
  readonly #progressEvents = new Map<string, Uint8Array>();

  /** @param before the content of an earlier version, whose parts need not be encoded again */
  constructor(kind: PublicKind, snapshot: JobSnapshot, before?: JobContent) {
    const { job, result } = snapshot;
    const hasEnded = isEnded(job);
    const { partial, ...rest } = presentJob(kind, snapshot);
    this.version = snapshot.version;
    this.hasParts = !hasEnded || job.state === "succeeded";
    this.progress = hasEnded ? null : JSON.stringify(rest);
    const running = hasEnded ? [] : partial ?? [];
    const items = job.state === "succeeded" ? kind.itemsOf(result) : running;
    const parts = partsOf(items, before);
    for (const { bytes } of parts) this.#offsets.push(this.#offsets.at(-1)! + bytes.length);
    const end = hasEnded
      ? encodeEvent("end", { id: END, data: JSON.stringify({ ...rest, partial }) })
      : new Uint8Array();
    this.#bytes = joined([...parts.map(({ bytes }) => bytes), end]);
    this.#parts = parts.map(({ digest, text }, index) => ({
      digest,
      text: hasEnded ? "" : text,
      bytes: this.#bytes.subarray(this.#offsets[index], this.#offsets[index + 1]),
    }));
  }

  /** The number of parts. */
  get count(): number {
    return this.#parts.length;
  }

  /** The size in memory, in bytes. */
  get size(): number {
    const texts = this.#parts.reduce((sum, { text }) => sum + text.length, 0);
    return OVERHEAD_BYTES + this.#bytes.length + texts + (this.progress?.length ?? 0);
  }

  /** Returns the part at an index. */
  partAt(index: number): Part | undefined {
    return this.#parts[index];
  }

  /** Returns the id of the event after which a client has the first `count` parts of the plan. */
  positionAt(count: number): string | undefined {
    return count === 0 ? START : positionOf(count, this.#parts[count - 1]?.digest);
  }

  /** Returns the events for a client that has the first `count` parts, without the progress. */
  after(count: number): Uint8Array {
    return this.#bytes.subarray(this.#offsets[count]);
  }

  /** Returns the progress event for a client at a position of this version. */
  progressFor(position: string): Uint8Array {
    let bytes = this.#progressEvents.get(position);
    if (!bytes) {
      bytes = encodeEvent("progress", { id: position, data: this.progress! });
      this.#progressEvents.set(position, bytes);
    }
    return bytes;
  }
}

function positionOf(count: number, digest: string | undefined): string | undefined {
  return digest && `${count}-${digest.slice(0, DIGEST_CHARACTERS)}`;
}

function partsOf(items: readonly unknown[], before: JobContent | undefined): Part[] {
  const parts: Part[] = [];
  let isSame = true;
  for (const [index, item] of items.entries()) {
    const text = JSON.stringify(item);
    const known: Part | undefined = isSame ? before?.partAt(index) : undefined;
    isSame = known?.text === text;
    parts.push(isSame ? known! : newPart(item, { index, text, before: parts.at(-1)?.digest }));
  }
  return parts;
}

function newPart(
  item: unknown,
  { index, text, before }: { index: number; text: string; before: string | undefined },
): Part {
  const digest = hashJson([before ?? START, item]);
  const data = `{"index":${index},"item":${text}}`;
  return { text, digest, bytes: encodeEvent("item", { id: positionOf(index + 1, digest)!, data }) };
}

function joined(pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The latest contents of jobs. */
export class JobContents {
  readonly #contents: LRUCache<string, JobContent>;

  /** @param maxSize the size of the cache, in bytes */
  constructor(maxSize = CACHE_BYTES) {
    this.#contents = new LRUCache({ maxSize, sizeCalculation: ({ size }) => size });
  }

  /** Returns the content of a version of a job, if it is known. */
  find({ id }: JobRecord, version: string): JobContent | undefined {
    const content = this.#contents.get(id);
    return content?.version === version ? content : undefined;
  }

  /**
   * Returns the content of a snapshot.
   *
   * @throws {z.ZodError} if this version of the service cannot present the job
   */
  of(kind: PublicKind, snapshot: JobSnapshot): JobContent {
    const { job, version } = snapshot;
    const known = this.find(job, version);
    if (known) return known;
    const content = new JobContent(kind, snapshot, this.#contents.get(job.id));
    this.#contents.set(job.id, content);
    return content;
  }
}
