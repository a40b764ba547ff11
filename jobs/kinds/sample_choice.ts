/**
 * Deterministic choices that look random: the sample generator writes equal plans for equal
 * requests.
 * @module
 */
import { sha256Bytes } from "../../lib/hash.ts";

/** Picks one of `options`; the same `seed` and `label` pick the same one. */
export type Choose = <T>(options: readonly [T, ...T[]] | readonly T[], label: string) => T;

/**
 * Returns a function that makes the choices of one plan.
 *
 * @param seed any value that JSON can represent
 */
export function choicesFor(seed: unknown): Choose {
  return (options, label) => {
    if (options.length === 0) throw new RangeError(`Cannot choose ${label}: there are no options`);
    const hash = sha256Bytes(JSON.stringify([seed, label]));
    return options[new DataView(hash.buffer, hash.byteOffset).getUint32(0) % options.length]!;
  };
}
