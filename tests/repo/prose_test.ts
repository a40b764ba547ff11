/** The checks of wording find what they are made for. That the project passes them is `task check`. */
import { assertEquals } from "@std/assert";
import { apiTexts, lintText } from "../../docs/prose_linter.ts";
import plugin from "../../docs/words_plugin.ts";

const sentenceOf = (count: number) => "A" + " word".repeat(count - 1) + ".";

const documents: [name: string, text: string, findings: string[]][] = [
  ["a sentence of 30 words", sentenceOf(30), []],
  ["a sentence of 31 words", sentenceOf(31), ["1:1 A sentence of 31 words: write at most 30"]],
  [
    "a sentence over three lines",
    `Short.\n${sentenceOf(31).replaceAll("word word word ", "word word\nword ")}`,
    ["2:1 A sentence of 31 words: write at most 30"],
  ],
  [
    "a sentence that ends with a number",
    `${sentenceOf(20).replace(/.$/, " 404.")} ${sentenceOf(20)}`,
    [],
  ],
  ["two sentences on one line", `${sentenceOf(20)} ${sentenceOf(20)}`, []],
  ["code, which is one word", `Run \`${sentenceOf(40)}\` now.`, []],
  ["a list", `- ${sentenceOf(31)}`, ["1:3 A sentence of 31 words: write at most 30"]],
  ["a word of the list", "It helps whoever asks.", ["1:10 Incorrect term: “whoever”"]],
  ["a word of the list in code", "It says `whoever` there.", []],
  ["a fence", "```sh\necho nobody\n```", []],
];

for (const [name, text, findings] of documents) {
  Deno.test(`lintText() judges ${name}`, async () => {
    const found = await lintText(text, "x.md");
    assertEquals(found.length, findings.length, found.join("\n"));
    for (const [index, finding] of findings.entries()) {
      assertEquals(found[index]!.slice(0, `x.md:${finding}`.length), `x.md:${finding}`);
    }
  });
}

Deno.test("apiTexts() finds summaries, descriptions and titles at any depth, and no values", () => {
  const document = {
    info: { title: "A", version: "1" },
    paths: { "/x": { get: { summary: "B", responses: [{ description: "C" }] } } },
    example: { summary: "D" },
  };
  assertEquals([...apiTexts(document)], [
    ["openapi/info/title", "A"],
    ["openapi/paths//x/get/summary", "B"],
    ["openapi/paths//x/get/responses/0/description", "C"],
  ]);
});

const sources: [name: string, source: string, found: string[]][] = [
  ["a comment", "// For whoever asks.\n", ["whoever"]],
  ["a docstring", "/** Nobody\n * knows. */\nexport const a = 1;\n", ["Nobody"]],
  ["a text", 'console.log("tell somebody");\n', ["somebody"]],
  ["a template", "console.log(`for ${1} everybody`);\n", ["everybody"]],
  ["an element", "export const a = <p>for those who wait</p>;\n", ["those who"]],
  ["a name", "export const nobody = 1;\n", []],
  ["plain words", "// The caller waits.\n", []],
];

for (const [name, source, found] of sources) {
  Deno.test(`the plugin of deno lint looks at ${name}`, () => {
    const diagnostics = Deno.lint.runPlugin(plugin, "lib/x.tsx", source);
    assertEquals(diagnostics.map(({ range: [start, end] }) => source.slice(start, end)), found);
  });
}

const long = sentenceOf(31);
/** Half a sentence that is too long. */
const half = sentenceOf(20).slice(0, -1);

const texts: [name: string, source: string, findings: number][] = [
  ["a sentence of 30 words on a page", `export const a = <p>${sentenceOf(30)}</p>;\n`, 0],
  ["a sentence of 31 words on a page", `export const a = <p>${long}</p>;\n`, 1],
  ["a string", `console.log("${long}");\n`, 1],
  ["a template", `console.log(\`\${1} ${long}\`);\n`, 1],
  ["a template of several lines", `export const sql = \`\n${long}\n\`;\n`, 0],
  ["a comment", `/**\n * Short.\n *\n * ${long}\n */\n`, 1],
  ["paragraphs of a comment", `/**\n * ${half}\n *\n * ${half}\n * - ${half}\n */\n`, 0],
  ["code in a comment", `// The result of \`${long}\` is 2.\n`, 0],
];

for (const [name, source, findings] of texts) {
  Deno.test(`the plugin of deno lint measures the sentences of ${name}`, () => {
    const diagnostics = Deno.lint.runPlugin(plugin, "lib/x.tsx", source);
    assertEquals(diagnostics.map(({ id }) => id), Array(findings).fill("words/short-sentences"));
  });
}
