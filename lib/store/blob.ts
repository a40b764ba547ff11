/**
 * Stores JSON values larger than the 64 KiB limit of KV values: gzipped, in parts.
 * @module
 */
import { Buffer } from "node:buffer";
import type { BlobRef } from "../job/blob_ref.ts";
import { MAX_KEYS_PER_READ } from "./kv_limits.ts";
import type { Kv, KvKey } from "../platform/kv.ts";

/**
 * The limit of KV values is 65,536 bytes after V8 serialization, which adds a few bytes.
 */
const PART_BYTES = 65_000;

/**
 * The limit of an atomic commit is 819,200 bytes. The record in the same commit takes up to 50 KB
 * (its request has at most 11,500 characters of up to four bytes).
 */
export const MAX_BLOB_BYTES = 750_000;

/** Returns the module at its first use: at the start it would take 10 ms and 2 MiB. */
function zlib() {
  return process.getBuiltinModule("node:zlib");
}

/** Thrown when the compressed value is too large. */
export class BlobTooLargeError extends Error {
  override name = "BlobTooLargeError";
  constructor(readonly bytes: number) {
    super(`Cannot store value: ${bytes} bytes compressed, the limit is ${MAX_BLOB_BYTES}`);
  }
}

/** Thrown when a part of a stored value is missing or damaged. */
export class BlobUnreadableError extends Error {
  override name = "BlobUnreadableError";
}

/**
 * Compresses and splits a JSON value.
 *
 * @returns the parts in order, and the reference for the record
 * @throws {BlobTooLargeError} if the parts do not fit into one commit
 */
export function encodeBlob(value: unknown): { ref: BlobRef; parts: Uint8Array<ArrayBuffer>[] } {
  const bytes = gzipJson(value);
  if (bytes.length > MAX_BLOB_BYTES) throw new BlobTooLargeError(bytes.length);
  const parts = [];
  for (let start = 0; start < bytes.length; start += PART_BYTES) {
    parts.push(bytes.slice(start, start + PART_BYTES));
  }
  return { ref: { parts: parts.length, bytes: bytes.length }, parts };
}

/** Compresses a JSON value. */
export function gzipJson(value: unknown): Uint8Array<ArrayBuffer> {
  // Copied, because the buffer of the compressor is larger than its output.
  return Uint8Array.from(zlib().gzipSync(JSON.stringify(value)));
}

/**
 * Reads a blob from its parts below `key`.
 *
 * @param options `first`: the first part, if the caller has already read it
 * @throws {BlobUnreadableError} if a part is missing or damaged
 */
export async function readBlob(
  kv: Kv,
  { key, ref, first }: { key: KvKey; ref: BlobRef; first?: Uint8Array | null },
): Promise<unknown> {
  const parts = first ? [first] : [];
  while (parts.length < ref.parts) {
    const count = Math.min(ref.parts - parts.length, MAX_KEYS_PER_READ);
    const wanted = Array.from({ length: count }, (_, n) => [...key, parts.length + n]);
    for (const { key, value } of await kv.getMany<Uint8Array[]>(wanted)) {
      if (value === null) {
        throw new BlobUnreadableError(`Cannot read ${key.join("/")}: the part is missing`);
      }
      parts.push(value);
    }
  }
  return decodeBlob(parts);
}

/**
 * Joins and decompresses the output of {@link encodeBlob} or {@link gzipJson}.
 *
 * @throws {BlobUnreadableError} if a part is damaged
 */
export function decodeBlob(parts: Uint8Array[]): unknown {
  try {
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    return JSON.parse(zlib().gunzipSync(bytes).toString());
  } catch (cause) {
    throw new BlobUnreadableError("Cannot read value: it is damaged", { cause });
  }
}
