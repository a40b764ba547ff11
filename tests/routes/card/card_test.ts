import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { type Card, CARD_HEIGHT, CARD_WIDTH, drawCard } from "../../../routes/card/card.tsx";
import { type Dot, projectOnto, projectRoutes } from "../../../routes/card/card_map.ts";
import {
  cutToWidth,
  fitTitle,
  linesOf,
  shownText,
  widthOf,
} from "../../../routes/card/card_text.ts";
import { CardRenderer } from "../../../routes/card/renderer.ts";

const lisbon: Card = {
  title: "Lisbon",
  fallbackTitle: "A trip",
  label: "2 days",
  parts: [
    {
      title: "Alfama",
      fallbackTitle: "Day 1",
      route: [{ latitude: 38.71, longitude: -9.13 }, { latitude: 38.72, longitude: -9.14 }],
    },
    { title: "東京", fallbackTitle: "Day 2", route: [] },
  ],
  more: (count) => `and ${count} more`,
};

/** The texts of a picture, in order. */
function textsOf(card: Partial<Card>): string[] {
  const svg = drawCard({ ...lisbon, ...card });
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!);
}

/** The size in the header of a PNG (https://www.w3.org/TR/png-3/#11IHDR). */
function sizeOf(png: Uint8Array): number[] {
  assertEquals([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

Deno.test("a picture becomes a PNG of the size that sites ask for, once", async () => {
  const renderer = new CardRenderer();
  const svg = drawCard(lisbon);
  const [first, same] = await Promise.all([renderer.png("a", svg), renderer.png("a", svg)]);
  assertEquals(sizeOf(first!), [CARD_WIDTH, CARD_HEIGHT]);
  assert(first!.length < 300_000, String(first!.length));
  assertStrictEquals(same, first);
  assertStrictEquals(await renderer.png("a", svg), first);
  // Letters of all groups: each needs files of its own.
  const other = drawCard({ ...lisbon, title: "Łódź, Huế, Αθήνα, Москва" });
  assertEquals(sizeOf((await renderer.png("b", other))!), [CARD_WIDTH, CARD_HEIGHT]);
});

Deno.test("a worker that fails is replaced, and its picture is drawn again", async () => {
  const renderer = new CardRenderer();
  let message = "";
  await renderer.png("a", "<svg").catch((error) => message = error.message);
  assertMatch(message, /^Cannot draw the picture/);
  assertEquals(sizeOf((await renderer.png("a", drawCard(lisbon)))!), [CARD_WIDTH, CARD_HEIGHT]);
});

Deno.test("after a worker that did not start, another one is started", async () => {
  let opened = 0;
  const renderer = new CardRenderer(() =>
    ++opened === 1 ? Promise.reject(new Error("no memory")) : Promise.resolve({
      draw: () => Promise.resolve(new Uint8Array(10)),
      close() {},
    })
  );
  let message = "";
  await renderer.png("a", "<svg/>").catch((error) => message = error.message);
  assertStrictEquals(message, "no memory");
  assertStrictEquals((await renderer.png("a", "<svg/>"))?.length, 10);
});

Deno.test("pictures are drawn one at a time, the rest waits, and too many are refused", async () => {
  let [drawing, most, opened, closed] = [0, 0, 0, 0];
  const gate = Promise.withResolvers<void>();
  const renderer = new CardRenderer(() => {
    opened++;
    return Promise.resolve({
      async draw() {
        most = Math.max(most, ++drawing);
        await gate.promise;
        drawing--;
        return new Uint8Array(10);
      },
      close: () => void closed++,
    });
  });
  const pictures = Array.from({ length: 30 }, (_, n) => renderer.png(String(n), "<svg/>"));
  // The picture that replaces the refused ones is not refused.
  const fallback = renderer.png("home", "<svg/>", { isFallback: true });
  gate.resolve();
  const drawn = await Promise.all(pictures);
  assert(await fallback);
  const refused = drawn.filter((png) => png === null).length;
  assert(refused > 0 && refused < 15, String(refused));
  assertEquals([most, opened, closed], [1, 1, 1]);
});

const shown: [text: string, result: string | null][] = [
  ["Tokyo, Japan", "Tokyo, Japan"],
  ["Lisbon 🇵🇹 ☀️", "Lisbon"],
  ["e\u0301te\u0301\u200b  2027", "été 2027"],
  ["São Paulo – Łódź – Αθήνα – Москва – Đà Nẵng", "São Paulo – Łódź – Αθήνα – Москва – Đà Nẵng"],
  ["東京", null],
  ["Tokyo 東京", null],
  ["مراكش", null],
  ["🗼", null],
  ["\u200b", null],
];

for (const [text, result] of shown) {
  Deno.test(`${JSON.stringify(text)} is ${result === null ? "not shown" : `shown as ${result}`}`, () => {
    assertStrictEquals(shownText(text), result);
  });
}

Deno.test("texts that the font lacks have others in their places", () => {
  assertEquals(textsOf({ title: "東京", label: "5 days" }), [
    "5 days",
    "A trip",
    "Alfama",
    "Day 2",
    "Tripwright",
  ]);
  assertStrictEquals(textsOf({ title: "東京", fallbackTitle: "東京" })[1], "Tripwright");
});

Deno.test("a long title gets smaller, then two lines, then an end", () => {
  const room = { sizes: [80, 40], width: 400, lines: 2 };
  assertEquals(fitTitle("Rome", room), { size: 80, lines: ["Rome"] });
  assertEquals(fitTitle("Santiago de Compostela", room).size, 40);
  const { lines } = fitTitle("A very long title ".repeat(9).trim(), room);
  assertStrictEquals(lines.length, 2);
  assertMatch(lines[1]!, /…$/);
  for (const line of lines) assert(widthOf(line) <= 10, line);
  assertStrictEquals(linesOf("Donaudampfschifffahrt", { width: 5, lines: 2 }), null);
  assert(widthOf(cutToWidth("x".repeat(500), 12)) <= 12);
  assertStrictEquals(cutToWidth("Alfama, the castle", 5), "Alfama…");
});

Deno.test("a plan of many parts shows the first ones, and how many follow", () => {
  const parts = Array.from({ length: 30 }, (_, n) => ({
    title: `Part ${n + 1}`,
    fallbackTitle: "",
    route: [],
  }));
  const texts = textsOf({ parts });
  assertEquals(texts.slice(2, -1), ["Part 1", "Part 2", "Part 3", "Part 4", "and 26 more"]);
});

Deno.test("texts of a trip add no element to its picture", () => {
  const hostile = `</text><image href="https://evil.example/x"/><script>`;
  const svg = drawCard({ ...lisbon, title: hostile, label: hostile });
  assertNotMatch(svg, /<image|<script/);
});

const panel = { x: 100, y: 50, width: 300, height: 200 };
const routes: [what: string, positions: [latitude: number, longitude: number][]][] = [
  ["a city", [[38.71, -9.2], [38.77, -9.09]]],
  ["one place", [[38.71, -9.2]]],
  ["the date line", [[-17.7, 178.4], [-13.8, -171.8]]],
  ["the whole world", [[89.9, -180], [-89.9, 180], [0, 0]]],
];

for (const [what, positions] of routes) {
  Deno.test(`the route of ${what} is inside of its panel`, () => {
    const route = positions.map(([latitude, longitude]) => ({ latitude, longitude }));
    const [dots] = projectRoutes([route, []], panel);
    for (const { x, y } of dots!) {
      assert(x >= 100 && x <= 400 && y >= 50 && y <= 250, `${x}, ${y}`);
    }
    if (positions.length > 1) {
      const [xs, ys] = [dots!.map(({ x }) => x), dots!.map(({ y }) => y)];
      const [width, height] = [xs, ys].map((all) => Math.max(...all) - Math.min(...all));
      assert(width! > 299 || height! > 199, `${width} × ${height}`);
    }
  });
}

Deno.test("on land, places lie where the frame has them", () => {
  const frame = { west: 10, south: 40, east: 20, north: 50 };
  const land = { frame, paths: { rivers: "", land: "M0 0H1000V900Z", lakes: "", borders: "" } };
  const route = [{ latitude: 50, longitude: 10 }, { latitude: 45, longitude: 15 }];
  const [[corner, middle]] = projectOnto(land, [route], panel) as [[Dot, Dot]];
  assertEquals(corner, { x: 100, y: 50 });
  assertStrictEquals(middle.x, 250);
  const svg = drawCard({ ...lisbon, land });
  assertMatch(svg, /<path d="M0 0H1000V900Z"/);
  // An attribute without a value is no XML.
  assertNotMatch(svg, /<path d /);
});

Deno.test("north is up, and east is right", () => {
  const [route] = projectRoutes([[
    { latitude: 50, longitude: 10 },
    { latitude: 51, longitude: 11 },
  ]], panel);
  const [south, north] = route!;
  assert(north!.y < south!.y && north!.x > south!.x);
});
