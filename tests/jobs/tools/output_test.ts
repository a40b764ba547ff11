import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { linksIn, MAX_OUTPUT_CHARACTERS, writeOutput } from "../../../jobs/tools/output.ts";

/** An affiliate link with a long query, as shops return them. */
const link = (n: number) => `https://tickets.example.com/c/${n}?u=${"https%3A%2F%2F".repeat(32)}`;

const events = Array.from({ length: 40 }, (_, n) => ({ name: `Concert ${n}`, url: link(n) }));

Deno.test("writeOutput() returns an output of the maximum length in full", () => {
  const text = "x".repeat(MAX_OUTPUT_CHARACTERS - 2);

  assertStrictEquals(writeOutput(text), `"${text}"`);
});

Deno.test("writeOutput() writes nothing as null", () => {
  assertStrictEquals(writeOutput(undefined), "null");
});

const tooLong: [what: string, result: unknown, list: string, inAll: number][] = [
  ["a list in an object", { page: 1, events }, "events", 40],
  ["a list alone", events, "entries", 40],
  ["a list of large entries", [{ text: "x".repeat(17_000) }, { text: "y" }], "entries", 2],
];

for (const [what, result, list, inAll] of tooLong) {
  Deno.test(`writeOutput() leaves out whole entries of ${what}, and says how many`, () => {
    const text = writeOutput(result);

    assert(text.length <= MAX_OUTPUT_CHARACTERS, `${text.length}`);
    const output = JSON.parse(text);
    const kept = output[list];
    assertEquals(kept, (Array.isArray(result) ? result : events).slice(0, kept.length));
    assertEquals(output.leftOut, { [list]: inAll - kept.length });
  });
}

Deno.test("writeOutput() keeps as many entries as fit", () => {
  const text = writeOutput({ events });

  const next = JSON.stringify(events[0]).length;
  assert(text.length + next > MAX_OUTPUT_CHARACTERS, `${text.length} + ${next}`);
});

Deno.test("writeOutput() shortens the longest lists first, and keeps what was left out before", () => {
  const result = { notes: Array(2_500).fill("note"), events, leftOut: { canceled: 2 }, page: 1 };

  const { leftOut, ...output } = JSON.parse(writeOutput(result));

  assertEquals(output.events, []);
  assertEquals([output.page, leftOut.canceled, leftOut.events], [1, 2, 40]);
  assert(leftOut.notes > 0);
  assertStrictEquals(output.notes.length + leftOut.notes, 2_500);
});

for (const result of [{ text: "x".repeat(17_000) }, { text: "x".repeat(17_000), days: [1, 2] }]) {
  Deno.test(`writeOutput() asks for less when ${Object.keys(result)} cannot be shortened`, () => {
    assertEquals(JSON.parse(writeOutput(result)), {
      error: "The output is too long. Ask for less",
    });
  });
}

const texts: [what: string, text: string, beginning: RegExp][] = [
  ["a text", "x".repeat(17_000), /^x{15000,} \[cut off\]$/],
  [
    "a text with a link at the cut",
    `${"x ".repeat(7_800)}${link(1)} more`,
    /^(x ){7800} \[cut off\]$/,
  ],
  ["one long link", `https://example.com/${"a".repeat(17_000)}`, /^ \[cut off\]$/],
  ["a surrogate pair at the cut", `x${"😀".repeat(9_000)}`, /^x😀+.? \[cut off\]$/u],
  ["the other half of a pair", `xx${"😀".repeat(9_000)}`, /^xx😀+.? \[cut off\]$/u],
];

for (const [what, text, beginning] of texts) {
  Deno.test(`writeOutput() cuts ${what}, and the result is JSON`, () => {
    const output = writeOutput(text);

    assert(output.length <= MAX_OUTPUT_CHARACTERS, `${output.length}`);
    const cut: string = JSON.parse(output);
    assert(beginning.test(cut), cut.slice(-60));
    assert(cut.isWellFormed());
    assertEquals(linksIn(output), []);
  });
}

const outputs: [output: string, links: string[]][] = [
  ['{"at":[{"url":"https://example.com"}]}', ["https://example.com/"]],
  ['"see https://EXAMPLE.com/a?b=1&c=2 and http://b.example/"', [
    "https://example.com/a?b=1&c=2",
    "http://b.example/",
  ]],
  ['{"html":"<a href=\\"https://example.com/a\\">"}', ["https://example.com/a"]],
  ['{"link":"https:\\/\\/example.com\\/a"}', ["https://example.com/a"]],
  ['"See [it](https://a.example/b), or (https://a.example/c?d)!"', [
    "https://a.example/b",
    "https://a.example/c?d",
  ]],
  ...["),", "]}", ".", ";", ":", "?!"].map((end): [string, string[]] => [
    JSON.stringify(`See https://a.example/b${end}`),
    ["https://a.example/b"],
  ]),
  ['"See https://a.example/Dune_(film)."', ["https://a.example/Dune_(film)"]],
  ['{"url":"https://a.example/what?!"}', ["https://a.example/what?!"]],
  ['{"link":"no link"}', []],
  ['{"url":"https://example.com/half', []],
  ["null", []],
];

for (const [output, links] of outputs) {
  Deno.test(`linksIn() finds ${links.length} links in ${output}`, () => {
    assertEquals(linksIn(output), links);
  });
}
