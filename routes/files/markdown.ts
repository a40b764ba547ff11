/**
 * Writes Markdown (CommonMark 0.31). Text from travellers and models stays plain text, even if it
 * looks like markup.
 * @module
 */
import { catalogues } from "../../web/words/catalogues.ts";
import type { ServerWords } from "../../web/words/words.ts";
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

/** Writes what a reader should check in a plan; nothing without warnings. */
export function warningBlocks(
  warnings: readonly { message: string }[],
  { files }: ServerWords = catalogues.en,
): string[] {
  if (warnings.length === 0) return [];
  return [
    `**${files.check}**`,
    ...warnings.map(({ message }) => listEntry([escaped(message)])),
  ];
}

/** Invisible, and without a meaning in Markdown (WORD JOINER). */
const JOINER = "\u2060";

/**
 * What GitHub turns into mentions, references, links and emoji after it has read the escapes: the
 * joiner goes between the two groups.
 */
const LIVE: readonly RegExp[] = [
  // @octocat, me@example.com
  /(@)(?=[\w-])/g,
  // #181, owner/repository#181
  /(#)(?=\w)/g,
  // GH-181
  /\b(GH-)(?=\d)/gi,
  // :beer:, :+1:, :100:, but not 09:30:00. A colon may follow the text. The longest
  // name of an emoji has fewer than 60 characters.
  /(:)(?=(?:(?=[\d_+-]{0,60}[a-z])[\w+-]{1,60}|[+-]1|100|1234)(?::|$))/gi,
  // https://example.com
  /(:)(?=\/\/)/g,
  // www.example.com
  /(www)(?=\.)/gi,
];

/**
 * Escapes text so that Markdown shows it unchanged. Any ASCII punctuation may be escaped
 * (CommonMark, section 2.4). Characters with a meaning inside a line, in any dialect, are always
 * escaped. Common punctuation (`.,:;!?'"()/-+%`) is only escaped where it has a meaning: at the
 * start of a block (a list) and in bare addresses, which GitHub turns into links.
 */
export function escaped(text: string): string {
  return LIVE.reduce((line, live) => line.replace(live, `$1${JOINER}`), oneLine(text))
    .replace(/[\\`*_~^=|$#@&<>[\]{}]/g, "\\$&")
    .replace(/^[-+]/, "\\$&")
    .replace(/^(\d+)([.)])/, "$1\\$2")
    .replace(/:(?=\u2060\/\/)|(?<=www\u2060)\./gi, "\\$&");
}
