/**
 * The header that names a file which is to be saved.
 * @module
 */

/** Longest name in characters, extension included: common file systems end at 255 bytes. */
const MAX_NAME_CHARACTERS = 80;

/** For titles without a letter or digit. */
const FALLBACK = "trip";

/**
 * The value of `Content-Disposition` (RFC 6266): the name in ASCII for those who know no other, then in
 * UTF-8 (RFC 8187). Only letters, digits and marks of the title are used, in lower case, the rest
 * becomes hyphens; so there is nothing in it that ends a header, leads to another directory or turns
 * the direction of writing.
 *
 * @param title any text: `Tokyo, Japan` becomes `tokyo-japan`
 * @param extension without a dot, of ours: letters and digits
 */
export function attachmentOf(title: string, extension: string): string {
  const name = fileName(title.normalize("NFKC").match(/[\p{L}\p{N}\p{M}]+/gu), extension);
  // Without their marks, letters such as é are ASCII.
  const letters = title.normalize("NFKD").replace(/\p{M}/gu, "");
  const asciiName = fileName(letters.match(/[a-z0-9]+/gi), extension);
  return `attachment; filename="${asciiName}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

function fileName(words: string[] | null, extension: string): string {
  const characters = [...(words ?? [FALLBACK]).join("-").toLowerCase()];
  const stem = characters.slice(0, MAX_NAME_CHARACTERS - extension.length - 1).join("");
  return `${stem.replace(/-$/, "")}.${extension}`;
}
