/**
 * Lints the documents and the texts of the API's description (`deno task prose`): the words of
 * `docs/words.ts`, and long sentences. `docs/words_plugin.ts` checks the same in comments and in the
 * texts of the program, as part of `deno lint`.
 * @module
 */
import { TextlintKernel, type TextlintRuleModule } from "@textlint/kernel";
import markdownPlugin from "@textlint/textlint-plugin-markdown";
import { join } from "node:path";
import terminologyRule from "textlint-rule-terminology";
import { StringSource } from "textlint-util-to-string";
import { createKinds } from "../jobs/registry.ts";
import { parseConfig } from "../lib/config.ts";
import { createOpenApi } from "../routes/api/openapi/document.ts";
import { longSentences } from "./sentences.ts";
import { words } from "./words.ts";

/** Reports sentences that are too long. Soft line breaks are spaces; code counts as one word. */
const sentenceLength: TextlintRuleModule = ({ Syntax, RuleError, report, locator }) => ({
  [Syntax.Paragraph](node) {
    const source = new StringSource(node as ConstructorParameters<typeof StringSource>[0], {
      replacer: ({ node, maskValue }) => node.type === Syntax.Code ? maskValue("X") : undefined,
    });
    for (const { index, message } of longSentences(source.toString())) {
      const at = source.originalIndexFromIndex(index) ?? 0;
      report(node, new RuleError(message, { padding: locator.at(at) }));
    }
  },
});

const rules = [
  {
    ruleId: "words",
    rule: terminologyRule as TextlintRuleModule,
    options: { defaultTerms: false, terms: words },
  },
  { ruleId: "sentence-length", rule: sentenceLength },
];

const plugins = [{ pluginId: "markdown", plugin: markdownPlugin.default }];

const root = join(import.meta.dirname!, "..");
const kernel = new TextlintKernel();

/** Lints Markdown. @returns one line for each finding, in the form `path:line:column message` */
export async function lintText(text: string, name: string): Promise<string[]> {
  const { messages } = await kernel.lintText(text, { filePath: name, ext: ".md", plugins, rules });
  return messages.map(({ loc: { start }, message }) =>
    `${name}:${start.line}:${start.column} ${message}`
  );
}

/** The paths of all documents, from the top level: those there, and below `docs/` and `examples/`. */
export async function* documentPaths(folder = "."): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = folder === "." ? name : `${folder}/${name}`;
    if (name.endsWith(".md")) yield path;
    else if (isDirectory && (folder !== "." || /^(?:docs|examples)$/.test(name))) {
      yield* documentPaths(path);
    }
  }
}

/** The texts in the description of the API, without examples, each with its place. */
export function* apiTexts(
  value: unknown,
  path = "openapi",
): Generator<[path: string, text: string]> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    const place = `${path}/${name}`;
    if (typeof member === "string" && /^(summary|description|title)$/.test(name)) {
      yield [place, member];
    } else if (!/^examples?$/.test(name)) yield* apiTexts(member, place);
  }
}

/** Lints all documents and the description of the API. */
async function lintAll(): Promise<string[]> {
  const findings: string[] = [];
  for await (const path of documentPaths()) {
    findings.push(...await lintText(await Deno.readTextFile(join(root, path)), path));
  }
  const kinds = createKinds(parseConfig({ GENERATOR: "sample" }));
  const seen = new Set<string>();
  for (const [path, text] of apiTexts(createOpenApi(kinds))) {
    if (seen.has(text)) continue;
    seen.add(text);
    findings.push(...await lintText(text, path));
  }
  return findings;
}

if (import.meta.main) {
  const findings = await lintAll();
  for (const finding of findings) console.error(finding);
  console.log(`${findings.length} findings in the documents and the description of the API`);
  if (findings.length > 0) Deno.exit(1);
}
