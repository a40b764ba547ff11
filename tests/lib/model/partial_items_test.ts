import { assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { PartialItems } from "../../../lib/model/partial_items.ts";
import { assertLinearTime } from "../../../testing/processor_time.ts";

const Item = z.object({ n: z.int(), text: z.string() });
const format = {
  member: "items",
  schemaAt: (index: number) => Item.extend({ n: z.literal(index) }),
};

const item = (n: number, text = `Größe 東京 😀 "]}" \\ ${n}`) => ({ n, text });
const documentOf = (items: unknown[]) => JSON.stringify({ before: [1, { items: [0] }], items });

/** The number of items after each piece. */
function counts(pieces: Iterable<string>): { items: PartialItems; counts: number[] } {
  const items = new PartialItems(format);
  const counts = [];
  for (const piece of pieces) {
    const before = items.items.length;
    assertStrictEquals(items.write(piece), items.items.length > before);
    counts.push(items.items.length);
  }
  return { items, counts };
}

Deno.test("PartialItems returns an item as soon as it is complete, wherever the text is split", () => {
  const wanted = [item(0), item(1), item(2)];
  const text = documentOf(wanted);
  for (const size of [1, 2, 3, 7, 50, text.length]) {
    const pieces = Array.from(
      { length: Math.ceil(text.length / size) },
      (_, n) => text.slice(n * size, (n + 1) * size),
    );
    const { items } = counts(pieces);
    assertEquals(items.items, wanted, `pieces of ${size}`);
  }
  const end = text.indexOf(JSON.stringify(item(0))) + JSON.stringify(item(0)).length;
  const { counts: shown } = counts([text.slice(0, end - 1), text[end - 1]!, text[end]!]);
  assertEquals(shown, [0, 1, 1]);
});

Deno.test("PartialItems returns the output of the schema", () => {
  const items = new PartialItems({ member: "items", schemaAt: () => z.string().toUpperCase() });
  items.write('{"items":["a"');
  assertEquals(items.items, ["A"]);
});

Deno.test("PartialItems returns no item after a wrong item in the same piece", () => {
  const items = new PartialItems({ member: "items", schemaAt: () => z.string() });
  assertStrictEquals(items.write('{"items":["a",5,"b"]}'), true);
  assertEquals(items.items, ["a"]);
});

const ends: [name: string, text: string, given: number][] = [
  ["an item of the wrong shape", documentOf([item(0), { n: 1 }, item(2)]), 1],
  ["an item that is in the wrong place", documentOf([item(0), item(2), item(1)]), 1],
  ["invalid JSON", '{"items":[{"n":0,"text":"a"}} {"n":1,"text":"b"}]}', 1],
  ["the end of the document", `${documentOf([item(0)])}${documentOf([item(1)])}`, 1],
  ["a document without the list", '{"others":[{"n":0,"text":"a"}]}', 0],
  ["text before the document", `Here you are: ${documentOf([item(0)])}`, 0],
  ["nothing", "", 0],
];

for (const [name, text, given] of ends) {
  Deno.test(`PartialItems returns no more items after ${name}`, () => {
    assertStrictEquals(counts(text).items.items.length, given);
  });
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

Deno.test("PartialItems stops in an item that is nested too deeply, or in a text without end", () => {
  const any = { member: "items", schemaAt: () => z.unknown() };
  const texts = [
    `{"items":[${nested(20)},${nested(40)},1]}`,
    `{"items":[[],"${"x".repeat(1_000_000)}",1]}`,
  ];
  for (const text of texts) {
    const items = new PartialItems(any);
    for (const piece of text.match(/[^]{1,1000}/g)!) items.write(piece);
    assertStrictEquals(items.items.length, 1);
  }
});

Deno.test("PartialItems takes linear time for any text", async () => {
  const texts = ["[", '{"a":', "[[],", '"', "\\", "{ ", "<think>", "</think>{", " "];
  const read = (text: string) => {
    const items = new PartialItems(format);
    for (const piece of `{"items":[${text}`.match(/[^]{1,4}/g)!) items.write(piece);
    for (const piece of text.match(/[^]{1,4}/g)!) items.write(piece);
  };
  for (const text of texts) {
    await assertLinearTime(50_000, (length) => read(text.repeat(length / text.length)));
  }
});

Deno.test("PartialItems skips the thoughts before the document", () => {
  const wanted = [item(0)];
  const thoughts = JSON.stringify({ items: [{ n: 0, text: "draft" }] });
  const texts = [
    `<think>${thoughts}${"x".repeat(500)}</think>${documentOf(wanted)}`,
    `Hm.\n<thinking>\n${thoughts}\n</thinking>\n${documentOf(wanted)}`,
    `[THINK]${thoughts}[/THINK]${documentOf(wanted)}`,
  ];
  for (const text of texts) {
    for (const size of [1, 7, text.length]) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g"))!;
      assertEquals(counts(pieces).items.items, wanted, `${text}, pieces of ${size}`);
    }
  }
});
