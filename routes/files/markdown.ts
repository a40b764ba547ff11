/**
 * Markdown (CommonMark 0.31), for people and for other programs. What travellers and models wrote stays
 * text there, whatever it looks like.
 * @module
 */
import { oneLine } from "./text.ts";

/**
 * A document: blocks, with an empty line in between. Blocks that say nothing are left out.
 *
 * @returns the document; it ends with a line end
 */
export function markdownDocument(blocks: (string | false | null | undefined)[]): string {
  return blocks.filter(Boolean).join("\n\n") + "\n";
}

/** An entry of a list: each block is as far to the right as the text behind the `-`. */
export function listEntry(blocks: string[]): string {
  return blocks.filter(Boolean).map((block, index) => `${index === 0 ? "-" : " "} ${block}`)
    .join("\n\n");
}

/**
 * Text as Markdown that shows it. Any ASCII punctuation may be escaped (CommonMark, section 2.4), so
 * everything is that some dialect gives a meaning within a line, but not what sentences are full of
 * (`.,:;!?'"()/-+%`): there it is enough to take the meaning away where it has one, which is at the
 * start of a block (a list) and in bare addresses, which GitHub makes links of.
 */
export function escaped(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_~^=|$#@&<>[\]{}]/g, "\\$&")
    .replace(/^[-+]/, "\\$&")
    .replace(/^(\d+)([.)])/, "$1\\$2")
    .replace(/:(?=\/\/)|(?<=www)\./gi, "\\$&");
}
