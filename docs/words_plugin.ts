/**
 * A plugin of `deno lint` that reports the words of `docs/words.ts` in comments, in texts and in the
 * names of tests.
 * @module
 */
import { words } from "./words.ts";

const patterns = words.map(([pattern, instead]) => ({
  expression: new RegExp(`\\b(?:${pattern})\\b`, "gi"),
  instead,
}));

/** Files that quote the words. */
const quoting = /\/(?:tests\/repo\/prose_test|docs\/words)\.ts$/;

const plugin: Deno.lint.Plugin = {
  name: "words",
  rules: {
    "plain-words": {
      create(context) {
        if (quoting.test(context.filename)) return {};
        function check(text: string, start: number): void {
          for (const { expression, instead } of patterns) {
            for (const { index, 0: found } of text.matchAll(expression)) {
              const range: [number, number] = [start + index, start + index + found.length];
              context.report({ range, message: `Write ${instead} in place of "${found}"` });
            }
          }
        }
        return {
          Program() {
            for (const { value, range } of context.sourceCode.getAllComments()) {
              check(value, range[0] + 2);
            }
          },
          Literal({ value, raw, range }) {
            if (typeof value === "string") check(raw.slice(1, -1), range[0] + 1);
          },
          TemplateElement: ({ raw, range }) => check(raw, range[0]),
          JSXText: ({ raw, range }) => check(raw, range[0]),
        };
      },
    },
  },
};

export default plugin;
