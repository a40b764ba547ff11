/**
 * Copies of finished trips in the browser, in IndexedDB. Each use opens the database and closes it:
 * an open connection would keep a page out of the back/forward cache, and would block a later
 * version of the app. So nothing breaks when the traveler deletes the data of the site meanwhile.
 * @module
 */
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import { capitalNoun } from "../../../jobs/contract.ts";
import { contracts } from "../../../jobs/kinds/contracts.ts";
import type { Job } from "../../client/client.ts";
import { kindOf } from "../../client/job.ts";
import type { Land } from "../map/land.ts";
import { type Wish, wishOfJob } from "../wish.ts";

/** Where a copy comes from: a page of this site, or a file that the traveler has opened. */
export type Origin = "site" | "file";

export interface Copy {
  /** The id of the trip in its address. That of a file names its content. */
  id: string;
  /** The job as `GET` shows it. */
  job: Job;
  /** When the copy was saved, ISO 8601, by the clock of the device. */
  savedAt: string;
  land: Land | null;
  origin: Origin;
}

/** What a list of copies shows. */
export interface CopySummary extends Pick<Copy, "id" | "savedAt" | "origin"> {
  /** The noun of its kind, for a trip without a wish. That of a wish is in the words of a page. */
  title: string;
  /** `null`: the kind of the job has no form. */
  wish: Wish | null;
  /** ISO 8601. */
  createdAt: string;
  expiresAt: string;
  bytes: number;
}

/** How a save ended: `full`: the browser has no space; `blocked`: it forbids storage. */
export type Saved = "saved" | "full" | "blocked";

/** Copies beyond these are deleted, the oldest first. */
export const LIMITS = { trips: 100, bytes: 20_000_000 };

const NAME = "tripwright";
const VERSION = 1;

interface Schema extends DBSchema {
  /** Small, so that a list need not read the plans. */
  summaries: { key: string; value: CopySummary };
  copies: { key: string; value: Copy };
}

type Database = IDBPDatabase<Schema>;

/** The copies of this browser. A browser without storage has none. */
export class Copies {
  readonly #limits: typeof LIMITS;

  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  /**
   * Saves a copy, and deletes the oldest ones beyond the limits. A copy with the same content keeps
   * its time.
   */
  async put(copy: Copy): Promise<Saved> {
    try {
      await this.#use((database) => save(database, copy, this.#limits));
      return "saved";
    } catch (error) {
      return (error as Error)?.name === "QuotaExceededError" ? "full" : "blocked";
    }
  }

  /** Reads a copy; `null`: there is none. */
  async get(id: string): Promise<Copy | null> {
    return await this.#read(async (database) => await database.get("copies", id) ?? null, null);
  }

  /** Lists the copies, those of the newest trips first. */
  async list(): Promise<CopySummary[]> {
    const all = await this.#read((database) => database.getAll("summaries"), []);
    return all.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  async forget(id: string): Promise<void> {
    await this.#read(async (database) => {
      const change = database.transaction(["summaries", "copies"], "readwrite");
      await Promise.all([
        change.objectStore("summaries").delete(id),
        change.objectStore("copies").delete(id),
        change.done,
      ]);
    }, undefined);
  }

  /** Deletes all copies, and their database. */
  async forgetAll(): Promise<void> {
    await this.#read(async (database) => {
      const change = database.transaction(["summaries", "copies"], "readwrite");
      await Promise.all([
        change.objectStore("summaries").clear(),
        change.objectStore("copies").clear(),
        change.done,
      ]);
    }, undefined);
    // Another tab may use it at this moment. It is empty then.
    await deleteDB(NAME).catch(() => {});
  }

  /** Runs a use of the database. Returns the other value if the browser has none. */
  async #read<T>(use: (database: Database) => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await this.#use(use);
    } catch {
      return otherwise;
    }
  }

  async #use<T>(use: (database: Database) => Promise<T>): Promise<T> {
    const database = await openDB<Schema>(NAME, VERSION, {
      upgrade(database) {
        database.createObjectStore("summaries", { keyPath: "id" });
        database.createObjectStore("copies", { keyPath: "id" });
      },
    });
    try {
      return await use(database);
    } finally {
      database.close();
    }
  }
}

/** Opens the copies of this browser. Nothing is read yet, and nothing can fail. */
export function openCopies(): Promise<Copies> {
  return Promise.resolve(new Copies());
}

async function save(database: Database, copy: Copy, limits: typeof LIMITS): Promise<void> {
  const content = contentOf(copy);
  const change = database.transaction(["summaries", "copies"], "readwrite");
  const [summaries, copies] = [change.objectStore("summaries"), change.objectStore("copies")];
  const known = await copies.get(copy.id);
  if (!known || contentOf(known) !== content) {
    const bytes = new TextEncoder().encode(content).length;
    const others = (await summaries.getAll()).filter(({ id }) => id !== copy.id);
    const left = { trips: limits.trips - 1, bytes: limits.bytes - bytes };
    const surplus = beyond(others, left);
    // The first failure ends the transaction, and `done` tells about it.
    const ignore = () => {};
    for (const { id } of surplus) {
      summaries.delete(id).catch(ignore);
      copies.delete(id).catch(ignore);
    }
    copies.put(copy).catch(ignore);
    summaries.put(summaryOf(copy, bytes)).catch(ignore);
  }
  await change.done;
}

function contentOf({ job, land }: Copy): string {
  return JSON.stringify([job, land]);
}

/** Returns the copies that do not fit, the oldest ones. */
function beyond(copies: CopySummary[], left: typeof LIMITS): CopySummary[] {
  let bytes = 0;
  return copies.sort((a, b) => b.savedAt.localeCompare(a.savedAt)).filter((copy, index) => {
    bytes += copy.bytes;
    return index >= left.trips || bytes > left.bytes;
  });
}

function summaryOf({ id, job, savedAt, origin }: Copy, bytes: number): CopySummary {
  const { createdAt, expiresAt } = job;
  const title = capitalNoun(contracts[kindOf(job)]);
  const wish = wishOfJob(job);
  return { id, title, wish, createdAt, expiresAt, savedAt, origin, bytes };
}
