/**
 * A plugin of `deno lint` for comments, texts and the names of tests. It reports the words of
 * `docs/words.ts`, and long sentences.
 * @module
 */
import { longSentences } from "./sentences.ts";
import { words } from "./words.ts";

const patterns = words.map(([pattern, instead]) => ({
  expression: new RegExp(`\\b(?:${pattern})\\b`, "gi"),
  instead,
}));

/** Files that quote the words. */
const quoting = /\/(?:tests\/repo\/prose_test|docs\/words)\.ts$/;

/** Text up to an empty line, a list item, a tag or the end. */
const paragraphs = /(?:(?!\n[\s*]*(?:\n|[-@<|─]|\d+\.))[\s\S])+/g;
/** Code, which counts as one word. */
const code = /`[^`]*`/g;
/** The description of a parameter or an error: a list, not a sentence. */
const tag = /^[\s*]*@/;

/** Calls `check` with all comments, strings and texts of elements, and where each begins. */
function visitTexts(
  { sourceCode }: Deno.lint.RuleContext,
  check: (text: string, start: number) => void,
): Deno.lint.LintVisitor {
  return {
    Program() {
      for (const { value, range } of sourceCode.getAllComments()) check(value, range[0] + 2);
    },
    Literal({ value, raw, range }) {
      if (typeof value === "string") check(raw.slice(1, -1), range[0] + 1);
    },
    JSXText: ({ raw, range }) => check(raw, range[0]),
  };
}

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
          ...visitTexts(context, check),
          TemplateElement: ({ raw, range }) => check(raw, range[0]),
        };
      },
    },
    "short-sentences": {
      create(context) {
        function check(text: string, start: number): void {
          const prose = text.replaceAll(code, ({ length }) => "X".repeat(length));
          for (const { 0: paragraph, index } of prose.matchAll(paragraphs)) {
            if (tag.test(paragraph)) continue;
            for (const { index: at, message } of longSentences(paragraph)) {
              const from = start + index + at;
              context.report({ range: [from, from + paragraph.length - at], message });
            }
          }
        }
        return {
          ...visitTexts(context, check),
          TemplateLiteral({ quasis, range }) {
            const text = quasis.map(({ raw }) => raw).join("X");
            // Several lines are a document, a prompt or a script.
            if (!text.includes("\n")) check(text, range[0] + 1);
          },
        };
      },
    },
  },
};

export default plugin;
