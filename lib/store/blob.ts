/**
 * Values of any realistic size in a store whose values stop at 64 KiB: JSON, gzipped, in parts.
 * @module
 */
import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import type { BlobRef } from "../job/blob_ref.ts";
import { MAX_KEYS_PER_READ } from "./kv_limits.ts";

/** KV values stop at 65,536 bytes after V8 serialisation, which wraps a byte array in a few more. */
const PART_BYTES = 65_000;

/**
 * An atomic commit stops at 819,200 bytes; the record that goes with the blob takes up to 50 KB of
 * them (its request is at most 11,500 characters of up to four bytes).
 */
export const MAX_BLOB_BYTES = 750_000;

/** A value that stays too large when compressed. */
export class BlobTooLargeError extends Error {
  override name = "BlobTooLargeError";
  constructor(readonly bytes: number) {
    super(`Cannot store value: ${bytes} bytes compressed, the limit is ${MAX_BLOB_BYTES}`);
  }
}

/** A stored value of which something is missing or damaged. */
export class BlobUnreadableError extends Error {
  override name = "BlobUnreadableError";
}

/**
 * Compresses and splits a JSON value.
 *
 * @returns the parts, in order, and the reference to keep in the record
 * @throws {BlobTooLargeError} if it does not fit into one commit
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
  // A copy: the buffer behind the compressor's output is larger than what it holds.
  return Uint8Array.from(gzipSync(JSON.stringify(value)));
}

/**
 * Reads a blob whose parts lie below `key`.
 *
 * @param options `first`: the first part, if it has been read already
 * @throws {BlobUnreadableError} if a part is missing, or it is not what was stored
 */
export async function readBlob(
  kv: Deno.Kv,
  { key, ref, first }: { key: Deno.KvKey; ref: BlobRef; first?: Uint8Array | null },
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
 * Joins and decompresses what {@link encodeBlob} or {@link gzipJson} made.
 *
 * @throws {BlobUnreadableError} if it is not what was stored
 */
export function decodeBlob(parts: Uint8Array[]): unknown {
  try {
    return JSON.parse(gunzipSync(parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString());
  } catch (cause) {
    throw new BlobUnreadableError("Cannot read value: it is damaged", { cause });
  }
}
