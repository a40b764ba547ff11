/**
 * The messages of KV Connect, the protocol of Deno KV over HTTP, as its server reads and writes them.
 * Source: https://github.com/denoland/denokv/blob/main/proto/schema/datapath.proto
 * @module
 */
import { PbfReader, PbfWriter } from "pbf";

/** Bytes on the heap of JavaScript alone, as `Response` takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** How the bytes of a value are meant. */
export const encodings = { v8: 1, u64: 2, bytes: 3 } as const;

/** A value as it is stored. */
export interface StoredValue {
  bytes: Bytes;
  /** One of {@link encodings}. */
  encoding: number;
  /** Ten bytes. */
  versionstamp: Bytes;
}

/** A value with its key. */
export interface StoredEntry extends StoredValue {
  key: Bytes;
}

/** Keys from `start` up to, but not including, `end`. */
export interface Range {
  start: Bytes;
  end: Bytes;
  limit: number;
  reverse: boolean;
}

/** A key, and the version that it must have. No bytes: it must have no value. */
export interface Check {
  key: Bytes;
  versionstamp: Bytes;
}

/** The sorts of mutations, by their numbers. */
export const mutations = { set: 1, delete: 2, sum: 3, max: 4, min: 5 } as const;

/** One write. */
export interface Mutation {
  key: Bytes;
  value: Pick<StoredValue, "bytes" | "encoding">;
  /** One of {@link mutations}. */
  sort: number;
  /** In epoch milliseconds; 0: never. */
  expiresAt: number;
}

/** A transaction. */
export interface Write {
  checks: Check[];
  mutations: Mutation[];
  /** How many messages of the queue it has. */
  messages: number;
}

/** What a key has now. */
export type Seen = { key: Bytes; value: StoredValue | undefined };

/** The statuses of all answers. */
const SUCCESS = 1;
const CHECK_FAILURE = 2;

/** Reads a message: each field by its number. */
function read<T>(
  source: Bytes | PbfReader,
  message: T,
  fields: Record<number, (message: T, reader: PbfReader) => void>,
): T {
  const readField = (field: number, into: T, reader: PbfReader) => fields[field]?.(into, reader);
  return source instanceof PbfReader
    ? source.readMessage(readField, message)
    : new PbfReader(source).readFields(readField, message);
}

/** Reads bytes as a copy, which does not keep the whole message in memory. */
function copyBytes(reader: PbfReader): Bytes {
  return new Uint8Array(reader.readBytes());
}

const none: Bytes = new Uint8Array();

/** Reads a request of `snapshot_read`. */
export function readRanges(body: Bytes): Range[] {
  return read<Range[]>(body, [], {
    1: (ranges, reader) =>
      ranges.push(read<Range>(reader, { start: none, end: none, limit: 0, reverse: false }, {
        1: (range, part) => range.start = copyBytes(part),
        2: (range, part) => range.end = copyBytes(part),
        3: (range, part) => range.limit = part.readVarint(),
        4: (range, part) => range.reverse = part.readBoolean(),
      })),
  });
}

/** Reads a request of `atomic_write`. */
export function readWrite(body: Bytes): Write {
  return read<Write>(body, { checks: [], mutations: [], messages: 0 }, {
    1: ({ checks }, reader) =>
      checks.push(read(reader, { key: none, versionstamp: none }, {
        1: (check, part) => check.key = copyBytes(part),
        2: (check, part) => check.versionstamp = copyBytes(part),
      })),
    2: ({ mutations }, reader) => mutations.push(readMutation(reader)),
    3: (write, reader) => {
      reader.readBytes();
      write.messages++;
    },
  });
}

function readMutation(reader: PbfReader): Mutation {
  const empty = { key: none, value: { bytes: none, encoding: 0 }, sort: 0, expiresAt: 0 };
  return read<Mutation>(reader, empty, {
    1: (mutation, part) => mutation.key = copyBytes(part),
    2: (mutation, part) =>
      read(part, mutation.value, {
        1: (value, inner) => value.bytes = copyBytes(inner),
        2: (value, inner) => value.encoding = inner.readVarint(),
      }),
    3: (mutation, part) => mutation.sort = part.readVarint(),
    4: (mutation, part) => mutation.expiresAt = part.readVarint(true),
  });
}

/** Reads a request of `watch`: its keys. */
export function readWatch(body: Bytes): Bytes[] {
  return read<Bytes[]>(body, [], {
    1: (keys, reader) => read(reader, keys, { 1: (list, part) => list.push(copyBytes(part)) }),
  });
}

function writeEntry({ key, bytes, encoding, versionstamp }: StoredEntry, writer: PbfWriter): void {
  writer.writeBytesField(1, key);
  writer.writeBytesField(2, bytes);
  writer.writeVarintField(3, encoding);
  writer.writeBytesField(4, versionstamp);
}

function finish(writer: PbfWriter): Bytes {
  return new Uint8Array(writer.finish());
}

/**
 * Writes an answer of `snapshot_read`.
 *
 * @param ranges the entries of each range
 */
export function writeRanges(ranges: StoredEntry[][], { isStrong }: { isStrong: boolean }): Bytes {
  const writer = new PbfWriter();
  for (const entries of ranges) {
    writer.writeMessage(1, (list: StoredEntry[], part) => {
      for (const entry of list) part.writeMessage(1, writeEntry, entry);
    }, entries);
  }
  writer.writeBooleanField(4, isStrong);
  writer.writeVarintField(8, SUCCESS);
  return finish(writer);
}

/**
 * Writes an answer of `atomic_write`.
 *
 * @param versionstamp that of the commit; `null`: a check has failed
 */
export function writeCommit(versionstamp: Bytes | null): Bytes {
  const writer = new PbfWriter();
  writer.writeVarintField(1, versionstamp ? SUCCESS : CHECK_FAILURE);
  if (versionstamp) writer.writeBytesField(2, versionstamp);
  return finish(writer);
}

/** Writes one message of `watch`, with its length before it: what all keys have now. */
export function writeWatched(seen: Seen[]): Bytes {
  const writer = new PbfWriter();
  writer.writeVarintField(1, SUCCESS);
  for (const one of seen) {
    writer.writeMessage(2, ({ key, value }: Seen, part) => {
      part.writeBooleanField(1, true);
      if (value) part.writeMessage(2, writeEntry, { key, ...value });
    }, one);
  }
  const message = finish(writer);
  const framed = new Uint8Array(4 + message.length);
  new DataView(framed.buffer).setUint32(0, message.length, true);
  framed.set(message, 4);
  return framed;
}
