/**
 * The header that makes browsers save an answer as a file.
 * @module
 */

/** The longest name, with its extension. Common file systems allow 255 bytes. */
const MAX_NAME_CHARACTERS = 80;

/** For titles without a letter or digit. */
const FALLBACK = "trip";

/**
 * Returns the value of `Content-Disposition` (RFC 6266): the name in ASCII for old clients, then in
 * UTF-8 (RFC 8187). The name keeps the letters, digits and marks of the title, in lower case, with
 * hyphens in between. So it cannot end the header, lead to another directory or change the
 * direction of writing.
 *
 * @param title any text: `Tokyo, Japan` becomes `tokyo-japan`
 * @param extension without a dot; not from a user: letters and digits
 */
export function attachmentOf(title: string, extension: string): string {
  const name = fileName(title.normalize("NFKC").match(/[\p{L}\p{N}\p{M}]+/gu), extension);
  // Letters such as é become ASCII when their marks are removed.
  const letters = title.normalize("NFKD").replace(/\p{M}/gu, "");
  const asciiName = fileName(letters.match(/[a-z0-9]+/gi), extension);
  return `attachment; filename="${asciiName}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

function fileName(words: string[] | null, extension: string): string {
  const characters = [...(words ?? [FALLBACK]).join("-").toLowerCase()];
  const stem = characters.slice(0, MAX_NAME_CHARACTERS - extension.length - 1).join("");
  return `${stem.replace(/-$/, "")}.${extension}`;
}
