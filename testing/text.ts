/**
 * Texts for property tests.
 * @module
 */
import fc from "fast-check";

/** Surrogates lie between these code points; they are not characters. */
const SURROGATES = 0xd800;
const SURROGATE_COUNT = 0x800;
const LAST = 0x10ffff;

/**
 * Any character of Unicode, for `fc.string({ unit })`. fast-check's own unit "binary" means the same.
 * But it first puts all 1.1 million characters into a map, which takes a second or more in each file.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.nat(LAST - SURROGATE_COUNT).map(
  (n) => String.fromCodePoint(n < SURROGATES ? n : n + SURROGATE_COUNT),
  numberOf,
);

function numberOf(character: unknown): number {
  if (typeof character !== "string" || [...character].length !== 1) {
    throw new TypeError("not a character");
  }
  const code = character.codePointAt(0)!;
  if (code < SURROGATES) return code;
  if (code < SURROGATES + SURROGATE_COUNT) throw new TypeError("a lone surrogate");
  return code - SURROGATE_COUNT;
}
