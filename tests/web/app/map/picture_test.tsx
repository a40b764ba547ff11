/** The picture of a map: the places of its markers, its scale, and its HTML from the server. */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { landOf } from "../../../../routes/atlas/atlas.ts";
import { boxOf, frameOf } from "../../../../web/app/map/land.ts";
import { arrange } from "../../../../web/app/map/layout.ts";
import { gridOf, metersText, roundBelow, scaleBarOf } from "../../../../web/app/map/scale.ts";
import type { Stop } from "../../../../web/app/map/stop.ts";
import { TripMap } from "../../../../web/app/map/trip_map.tsx";
import { limitView, MIN_VIEW, zoomView } from "../../../../web/app/map/use_view.ts";
import { de } from "../../../../web/words/de.ts";
import { en } from "../../../../web/words/en.ts";
import { type Words, WordsProvider } from "../../../../web/words/words.ts";

function stop(part: number, index: number, latitude: number, longitude: number): Stop {
  const title = `<b>Place</b> ${part}-${index}`;
  return { part, index, title, category: "sight", latitude, longitude, isLookedUp: index > 0 };
}

const lisbon = [
  stop(0, 0, 38.7139, -9.1335),
  stop(0, 1, 38.7163, -9.1357),
  stop(0, 3, 38.7111, -9.1276),
  stop(1, 0, 38.6979, -9.2066),
  stop(1, 1, 38.6957, -9.193),
];

/** Many places at one spot, and one far away. */
const crowd = [
  ...Array.from({ length: 6 }, (_, index) => stop(0, index, 35.68, 139.76)),
  stop(1, 0, 34.69, 135.5),
];

function arranged(stops: Stop[], { width = 360, isClosest = false } = {}) {
  return arrange(stops, { view: boxOf(frameOf(stops)!), width, isClosest });
}

Deno.test("arrange() keeps markers apart, in the order of the plan, near their places", () => {
  const markers = arranged(lisbon);
  assertEquals(markers.flatMap(({ stops }) => stops), lisbon);
  for (const [index, a] of markers.entries()) {
    assert(Math.hypot(a.x - a.home.x, a.y - a.home.y) < 60);
    for (const b of markers.slice(index + 1)) {
      assert(Math.hypot(a.x - b.x, a.y - b.y) >= 24, "two targets overlap");
    }
  }
});

Deno.test("arrange() shows a crowd as one marker, and takes it apart in the closest view", () => {
  assertEquals(arranged(crowd).map(({ stops }) => stops.length), [6, 1]);
  const apart = arranged(crowd, { isClosest: true });
  assertStrictEquals(apart.length, 7);
  const places = new Set(apart.map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`));
  assertStrictEquals(places.size, 7);
});

Deno.test("the scale bar has a round length that is true at its latitude", () => {
  const box = boxOf(frameOf([{ latitude: 60, longitude: 10 }, { latitude: 60, longitude: 11 }])!);
  const { meters, part } = scaleBarOf(box);
  assertEquals(meters, 20_000);
  // One degree of longitude at 60° north is 55.8 km.
  assert(Math.abs(part * box.width * 360 * 55.66 - 20) < 0.5);
  assertEquals([0.9, 1, 4.9, 7, 23, 999].map(roundBelow), [0.5, 1, 2, 5, 20, 500]);
  assertEquals([metersText(500, "en"), metersText(2_000, "de")], ["500 m", "2 km"]);
  const lines = gridOf(box, box).split("M").length - 1;
  assert(lines >= 4 && lines <= 14, `${lines} lines`);
});

Deno.test("a view stays in its frame, and a zoom keeps the point below the pointer", () => {
  const frame = { x: 0.5, y: 0.3, width: 0.1, height: 0.08 };
  assertEquals(limitView({ x: 0, y: 0, width: 1, height: 0.8 }, frame), frame);
  const view = limitView(zoomView(frame, 2, { x: 0.9, y: 0.4 }), frame);
  const before = frame.x + 0.9 * frame.width;
  assert(Math.abs(view.x + 0.9 * view.width - before) < 1e-9);
  assertStrictEquals(limitView({ ...frame, width: 1e-9 }, frame).width, MIN_VIEW);
});

function render(words: Words, stops: Stop[], land: Awaited<ReturnType<typeof landOf>> | null) {
  return renderToString(
    <WordsProvider value={words}>
      <TripMap
        stops={stops}
        parts={[{ label: words.map.legend }, { label: "Part 2" }]}
        land={land}
        focus={null}
        onFocus={() => {}}
      />
    </WordsProvider>,
  );
}

Deno.test("the server draws a complete map with links, in both languages", async () => {
  const land = await landOf(frameOf(lisbon)!);
  for (const words of [en, de]) {
    const html = render(words, lisbon, land);
    const links = [...html.matchAll(/class="marker" href="#([^"]+)"/g)].map(([, id]) => id);
    assertEquals(links, ["stop-1-1", "stop-1-2", "stop-1-4", "stop-2-1", "stop-2-2"]);
    assert(html.includes(words.map.summary(5, [words.map.legend, "Part 2"])));
    assertMatch(html, /class="land" d="M/);
    assertMatch(html, /class="pin about part-1"/);
    assert(html.includes(words.map.about));
    // No attribute that the policy of pages blocks, and no tag from a title.
    assert(!/ style=|<b>/.test(html));
  }
});

Deno.test("a plan without positions has no map, and a map without land still has its places", () => {
  assertStrictEquals(render(en, [], null), "");
  const html = render(en, lisbon, null);
  assertStrictEquals(html.match(/class="marker"/g)?.length, 5);
  assert(!html.includes('class="land"'));
  // Confirmed positions need no explanation.
  assert(!render(en, [stop(0, 1, 50, 14)], null).includes(en.map.about));
});
