import { assertEquals, assertStrictEquals } from "@std/assert";
import { findJson, isComplete } from "../../../lib/model/json_document.ts";

const plan = { days: [{ day: 1, theme: 'Old {town} "square" \\', list: [[], {}] }] };
const json = JSON.stringify(plan);
const pretty = JSON.stringify(plan, null, 2);

const found: [name: string, text: string][] = [
  ["the document alone", json],
  ["white space around it", `\n\n  ${pretty}\r\n`],
  ["a byte order mark", `\uFEFF${json}`],
  ["a fence with a language", "```json\n" + pretty + "\n```"],
  ["a fence without a language", "```\n" + json + "\n```\n"],
  ["a fence that does not end", "```json\n" + json],
  ["thoughts", `<think>\nThe user wants {one} day. {"days": 1}\n</think>\n\n${json}`],
  ["thoughts without their beginning", `The user wants {"days": 2}.\n</think>${json}`],
  ["several thoughts", `<think>a</think><think>{"b":1}</think>${json}`],
  ["a sentence before and after it", `Here is your plan:\n${json}\nEnjoy {it}!`],
  ["a word before a fence", "ny\n```json\n" + json + "\n```"],
  ["the document as a text", JSON.stringify(json)],
  ["thoughts in brackets", `[THINK]{"days": 1}[/THINK]${json}`],
  ["the document twice", `${json}\n${pretty}`],
  ["the document and a part of it again", `${json}\n${json.slice(0, 20)}`],
  ["channels", `<|channel|>final<|message|>${json}<|end|>`],
  [
    "channels and a format",
    `<|channel|>analysis<|message|>Not {"days": 1}.<|end|><|start|>assistant<|channel|>final ` +
    `<|constrain|>json<|message|>${json}`,
  ],
  ["braces of a template before it", `Use {name} as in { this }: ${json}`],
];

for (const [name, text] of found) {
  Deno.test(`findJson() finds a document with ${name}`, () => {
    assertEquals(findJson(text), { value: plan });
    assertStrictEquals(isComplete(text), true);
  });
}

const missing: [text: string, problem: "none" | "cut" | "several"][] = [
  ["", "none"],
  ["Here is your plan:", "none"],
  ["{one} day", "none"],
  ["<think>The user wants", "none"],
  ["{", "cut"],
  [json.slice(0, -1), "cut"],
  ["```json\n" + json.slice(0, 30), "cut"],
  ['{"days": "an open text }}}', "cut"],
  [`${json} {"days":[]}`, "several"],
];

for (const [text, problem] of missing) {
  Deno.test(`findJson() reports "${problem}" for ${JSON.stringify(text.slice(0, 40))}`, () => {
    assertEquals(findJson(text), { problem });
    assertStrictEquals(isComplete(text), false);
  });
}

Deno.test("findJson() takes linear time for any text", () => {
  const size = 200_000;
  const deep = '{"a":'.repeat(size) + "1" + "}".repeat(size);
  const texts = [
    "{".repeat(size),
    '{"'.repeat(size),
    '{"a":'.repeat(size),
    "<think>".repeat(size),
    "<think>{</think>".repeat(size),
    '{"x" '.repeat(size) + "}".repeat(size),
    deep + deep,
  ];
  // A quadratic scan of these texts takes minutes.
  for (const text of texts) assertStrictEquals("problem" in findJson(text), true);
});
