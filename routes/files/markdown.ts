/**
 * Writes Markdown (CommonMark 0.31). Text from travellers and models stays plain text, even if it
 * looks like markup.
 * @module
 */
import { oneLine } from "./text.ts";

/**
 * Joins blocks into a document, with an empty line in between. Empty blocks are left out.
 *
 * @returns the document; it ends with a line end
 */
export function markdownDocument(blocks: (string | false | null | undefined)[]): string {
  return blocks.filter(Boolean).join("\n\n") + "\n";
}

/** Writes an entry of a list: each block is indented like the text after the `-`. */
export function listEntry(blocks: string[]): string {
  return blocks.filter(Boolean).map((block, index) => `${index === 0 ? "-" : " "} ${block}`)
    .join("\n\n");
}

/**
 * Escapes text so that Markdown shows it unchanged. Any ASCII punctuation may be escaped
 * (CommonMark, section 2.4). Characters with a meaning inside a line, in any dialect, are always
 * escaped. Common punctuation (`.,:;!?'"()/-+%`) is only escaped where it has a meaning: at the
 * start of a block (a list) and in bare addresses, which GitHub turns into links.
 */
export function escaped(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_~^=|$#@&<>[\]{}]/g, "\\$&")
    .replace(/^[-+]/, "\\$&")
    .replace(/^(\d+)([.)])/, "$1\\$2")
    .replace(/:(?=\/\/)|(?<=www)\./gi, "\\$&");
}
