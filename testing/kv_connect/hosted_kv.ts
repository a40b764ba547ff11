/**
 * A database of a host, in memory: programs reach it over KV Connect, as on Deno Deploy. It counts
 * their requests, which a host bills. It has a second copy of the data that is always a little old.
 * @module
 */
import { randomUUID } from "node:crypto";
import {
  type Bytes,
  encodings,
  type Mutation,
  mutations,
  type Range,
  readRanges,
  readWatch,
  readWrite,
  type StoredEntry,
  type StoredValue,
  type Write,
  writeCommit,
  writeRanges,
  writeWatched,
} from "./messages.ts";

/** How many requests the clients of one address sent. */
export interface KvRequests {
  reads: number;
  commits: number;
  /** Commits of which a check failed. */
  conflicts: number;
  watches: number;
  /** Reads of the copy that may be old. */
  eventual: number;
}

export interface HostedKvOptions {
  /** How old the second copy is, in milliseconds. */
  lagMs?: number;
  /** How long each request takes, in milliseconds. */
  latencyMs?: number;
}

type Value = StoredValue & { expiresAt: number };

/** The keys of one copy of the data, sorted. */
class Table {
  readonly #values = new Map<string, Value>();
  /** All keys, sorted by their bytes, of which each is one character. */
  readonly #keys: string[] = [];

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    return value && (value.expiresAt === 0 || value.expiresAt > Date.now()) ? value : undefined;
  }

  set(key: string, value: Value | undefined): void {
    const isKnown = this.#values.has(key);
    if (value) this.#values.set(key, value);
    else this.#values.delete(key);
    if (isKnown !== (value !== undefined)) {
      this.#keys.splice(this.#placeOf(key), isKnown ? 1 : 0, ...(isKnown ? [] : [key]));
    }
  }

  read({ start, end, limit, reverse }: Range): StoredEntry[] {
    const keys = this.#keys.slice(this.#placeOf(textOf(start)), this.#placeOf(textOf(end)));
    if (reverse) keys.reverse();
    const entries: StoredEntry[] = [];
    for (const key of keys) {
      if (entries.length >= limit) break;
      const value = this.get(key);
      if (value) entries.push({ key: bytesOf(key), ...value });
    }
    return entries;
  }

  /** Returns where a key is among the keys, or where it belongs. */
  #placeOf(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function textOf(bytes: Bytes): string {
  return String.fromCharCode(...bytes);
}

function bytesOf(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A write that the second copy does not have yet. */
interface Delayed {
  at: number;
  key: string;
  value: Value | undefined;
}

interface Watcher {
  keys: Set<string>;
  send: () => void;
}

/** The database; `await using` stops its server. */
export class HostedKv implements AsyncDisposable {
  /** What clients must send: `DENO_KV_ACCESS_TOKEN`. */
  readonly token: string = randomUUID();
  readonly #id: string = randomUUID();
  readonly #options: Required<HostedKvOptions>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #newest = new Table();
  readonly #old = new Table();
  readonly #delayed: Delayed[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #requests = new Map<string, KvRequests>();
  #commits = 0n;

  constructor({ lagMs = 0, latencyMs = 0 }: HostedKvOptions = {}) {
    this.#options = { lagMs, latencyMs };
    const listen = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(listen, (request) => this.#answer(request));
  }

  /**
   * Returns an address of the database: what `Deno.openKv()` takes. The address with `/replica` at
   * its end is that of the copy that is a little old.
   *
   * @param client a word that names who uses it, for {@link HostedKv.requests}
   */
  url(client: string): string {
    return `http://127.0.0.1:${this.#server.addr.port}/${client}`;
  }

  /** How many requests a client has sent so far. */
  requests(client: string): KvRequests {
    const none = { reads: 0, commits: 0, conflicts: 0, watches: 0, eventual: 0 };
    const counts = this.#requests.get(client) ?? none;
    this.#requests.set(client, counts);
    return counts;
  }

  async #answer(request: Request): Promise<Response> {
    if (request.headers.get("authorization") !== `Bearer ${this.token}`) {
      return new Response("The token is wrong", { status: 401 });
    }
    const [client = "", ...path] = new URL(request.url).pathname.slice(1).split("/");
    const isReplica = path[0] === "replica";
    const method = path.at(-1);
    const counts = this.requests(client);
    const body = await readBody(request);
    // The process has ended meanwhile.
    if (!body) return new Response(null, { status: 400 });
    const { latencyMs } = this.#options;
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
    if (method === "snapshot_read") {
      counts[isReplica ? "eventual" : "reads"]++;
      return new Response(this.#read(readRanges(body), isReplica));
    }
    if (isReplica && method !== "replica") return new Response("It is read-only", { status: 400 });
    if (method === "atomic_write") return this.#commit(readWrite(body), counts);
    if (method === "watch") {
      counts.watches++;
      return new Response(this.#watch(readWatch(body)));
    }
    return this.#describe(client, isReplica);
  }

  /** Answers where the data is, and for how long the token is valid. */
  #describe(client: string, isReplica: boolean): Response {
    return Response.json({
      version: 3,
      databaseId: this.#id,
      endpoints: [{ url: `/${client}/${isReplica ? "replica/" : ""}v3`, consistency: "strong" }],
      token: this.token,
      expiresAt: new Date(Date.now() + 24 * 60 * 60 * 1_000).toISOString(),
    });
  }

  #read(ranges: Range[], isReplica: boolean): Bytes {
    if (isReplica) this.#catchUp();
    const table = isReplica ? this.#old : this.#newest;
    return writeRanges(ranges.map((range) => table.read(range)), { isStrong: !isReplica });
  }

  /** Applies the writes to the second copy that are old enough. */
  #catchUp(): void {
    const until = Date.now() - this.#options.lagMs;
    while (this.#delayed[0] && this.#delayed[0].at <= until) {
      const { key, value } = this.#delayed.shift()!;
      this.#old.set(key, value);
    }
  }

  #commit({ checks, mutations, messages }: Write, counts: KvRequests): Response {
    if (messages > 0) return new Response("There is no queue", { status: 400 });
    const isCurrent = checks.every(({ key, versionstamp }) =>
      textOf(this.#newest.get(textOf(key))?.versionstamp ?? new Uint8Array()) ===
        textOf(versionstamp)
    );
    counts.commits++;
    if (!isCurrent) {
      counts.conflicts++;
      return new Response(writeCommit(null));
    }
    const versionstamp: Bytes = new Uint8Array(10);
    new DataView(versionstamp.buffer).setBigUint64(0, ++this.#commits);
    const changed = new Set<string>();
    for (const mutation of mutations) {
      const key = textOf(mutation.key);
      const value = changedValue(this.#newest.get(key), mutation, versionstamp);
      this.#newest.set(key, value);
      this.#delayed.push({ at: Date.now(), key, value });
      changed.add(key);
    }
    for (const { keys, send } of this.#watchers) if (!keys.isDisjointFrom(changed)) send();
    return new Response(writeCommit(versionstamp));
  }

  #watch(keys: Bytes[]): ReadableStream<Bytes> {
    let watcher: Watcher;
    return new ReadableStream({
      start: (controller) => {
        const send = () =>
          controller.enqueue(
            writeWatched(keys.map((key) => ({ key, value: this.#newest.get(textOf(key)) }))),
          );
        watcher = { keys: new Set(keys.map(textOf)), send };
        this.#watchers.add(watcher);
        send();
      },
      cancel: () => void this.#watchers.delete(watcher),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watchers.clear();
    await this.#server.shutdown();
  }
}

/** Reads the body of a request; `null`: its client has left before the end of it. */
async function readBody(request: Request): Promise<Bytes | null> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch {
    return null;
  }
}

/** Returns what a key has after a mutation; `undefined`: no value. */
function changedValue(
  old: Value | undefined,
  { sort, value, expiresAt }: Mutation,
  versionstamp: Bytes,
): Value | undefined {
  if (sort === mutations.delete) return undefined;
  if (sort === mutations.set || !old) return { ...value, versionstamp, expiresAt };
  const [before, given] = [numberOf(old), numberOf(value)];
  const bytes: Bytes = new Uint8Array(8);
  const result = sort === mutations.sum
    ? BigInt.asUintN(64, before + given)
    : (sort === mutations.max) === (before > given)
    ? before
    : given;
  new DataView(bytes.buffer).setBigUint64(0, result, true);
  return { bytes, encoding: encodings.u64, versionstamp, expiresAt };
}

function numberOf({ bytes, encoding }: Pick<StoredValue, "bytes" | "encoding">): bigint {
  if (encoding !== encodings.u64) throw new TypeError("The value is not a KvU64");
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
}
