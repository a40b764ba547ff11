/**
 * Tastings as files: Markdown, and no calendar.
 * @module
 */
import type { KindFiles } from "./kind_files.ts";
import { escaped, listEntry, markdownDocument } from "./markdown.ts";

export const tastingFiles: KindFiles<"tasting"> = {
  markdown: ({ dish, town, places }, { note }) =>
    markdownDocument([
      `# ${escaped(dish)} in ${escaped(town)}`,
      note && escaped(note),
      ...(places ?? []).map(({ name, why }) => listEntry([`**${escaped(name)}**`, escaped(why)])),
    ]),
};
