/** The map of a trip in a browser: zoom, move, choose places, hide days, grow with the plan. */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Locator, Page } from "playwright-core";
import { browserTest } from "../../testing/browser.ts";
import {
  accessibilityViolations,
  openService,
  overflows,
  shiftedOn,
  shiftsOn,
  takeScreenshot,
  upTo,
  visit,
  wishForItinerary,
} from "../../testing/pages.ts";
import { withWaitLimit } from "../../testing/wait_limit.ts";
import { serveTiles } from "../../testing/tile_archive.ts";
import { richWish, writtenRichItinerary } from "../../testing/rich_plans.ts";

const { days } = writtenRichItinerary();
const wish = { destination: richWish.destination, durationDays: richWish.durationDays };
const reply = { content: JSON.stringify({ days }) };

/** The color of land in the light style of Protomaps. */
const LAND_COLOR: [number, number, number] = [0xe2, 0xdf, 0xda];

/** Waits until a condition is true. `waitForFunction` needs an `eval`, which the page forbids. */
async function until(page: Page, condition: string): Promise<void> {
  const check = async () => {
    while (!await page.evaluate(condition)) {
      await page.evaluate("new Promise(requestAnimationFrame)");
    }
  };
  await withWaitLimit(check(), () => condition);
}

/** Returns how much of an element's picture has a color, from 0 to 1. */
async function shareOf(color: [red: number, green: number, blue: number], element: Locator) {
  const picture = Buffer.from(await element.screenshot()).toString("base64");
  const code = `(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${picture}";
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (${color.map((value, index) => `data[i + ${index}] === ${value}`).join(" && ")}) count++;
    }
    return count * 4 / data.length;
  })()`;
  return await element.page().evaluate(code) as number;
}

/** The part of the map that is shown: its left edge, its top and its width. */
async function viewOf(page: Page): Promise<{ x: number; y: number; width: number }> {
  const text = await page.locator(".map .ground").getAttribute("viewBox");
  const [x, y, width] = text!.split(" ").map(Number) as [number, number, number];
  return { x, y, width };
}

/** Waits until the map shows another part, and returns that part. */
async function changedView(page: Page, action: () => Promise<unknown>) {
  const ground = page.locator(".map .ground");
  const before = await ground.getAttribute("viewBox");
  await action();
  await until(
    page,
    `document.querySelector(".map .ground").getAttribute("viewBox") !== "${before}"`,
  );
  return await viewOf(page);
}

/** Opens a finished trip to Lisbon: its page shows the map. */
async function openMap(page: Page, service: Awaited<ReturnType<typeof openService>>) {
  await page.goto(service.url);
  await wishForItinerary(page, wish);
  const id = await service.model.begun(0);
  service.model.write(id);
  await page.getByRole("heading", { name: days[2]!.theme }).waitFor();
  await page.locator(".marker").first().waitFor();
}

browserTest("a map is zoomed and moved by buttons, keys, wheel and mouse", async (browser) => {
  await using service = await openService({ script: [reply] });
  const { page, faults } = await visit(browser);
  await openMap(page, service);
  const map = page.locator(".map-view");
  await map.scrollIntoViewIfNeeded();
  const whole = await viewOf(page);
  assertEquals(whole, { x: 0, y: 0, width: 1_000 });

  const button = (name: string) => page.getByRole("button", { name });
  const zoomed = await changedView(page, () => button("Zoom in").click());
  assertStrictEquals(zoomed.width, 500);
  assertEquals(await changedView(page, () => button("Zoom out").click()), whole);

  await map.focus();
  assert((await changedView(page, () => page.keyboard.press("+"))).width < 700);
  const before = await viewOf(page);
  const right = await changedView(page, () => page.keyboard.press("ArrowRight"));
  assert(right.x > before.x && right.y === before.y);
  assert((await changedView(page, () => page.keyboard.press("ArrowUp"))).y < before.y);
  assertEquals(await changedView(page, () => page.keyboard.press("0")), whole);

  // The wheel scrolls the page over a map that was not chosen; with Ctrl, it zooms.
  await button("Zoom in").blur().catch(() => {});
  const { x, y, width, height } = (await map.boundingBox())!;
  await page.mouse.move(x + width / 3, y + height / 2);
  await page.mouse.wheel(0, 100);
  await until(page, "scrollY > 0");
  assertEquals(await viewOf(page), whole);
  await page.keyboard.down("Control");
  const wheeled = await changedView(page, () => page.mouse.wheel(0, -200));
  await page.keyboard.up("Control");
  assert(wheeled.width < 1_000);

  await map.scrollIntoViewIfNeeded();
  const box = (await map.boundingBox())!;
  const start = { x: box.x + 30, y: box.y + box.height - 60 };
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  const dragged = await changedView(
    page,
    () => page.mouse.move(start.x - 20, start.y, { steps: 3 }),
  );
  await page.mouse.up();
  assert(dragged.x > wheeled.x, "the ground follows the mouse");
  const double = await changedView(page, () => page.mouse.dblclick(start.x, start.y));
  assert(double.width < dragged.width);
  await page.keyboard.press("Escape");
  assertEquals(faults(), []);
});

browserTest("one finger scrolls the page over a map, two fingers zoom it", async (browser) => {
  await using service = await openService({ script: [reply] });
  const { page, context, faults } = await visit(browser, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await openMap(page, service);
  const map = page.locator(".map-view");
  await map.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await map.boundingBox())!;
  const [middleX, middleY] = [x + width / 2, y + height / 2];
  const session = await context.newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: [number, number][]) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  const pair = (spread: number): [number, number][] => [
    [middleX - spread, middleY],
    [middleX + spread, middleY],
  ];
  await touch("touchStart", pair(30));
  const pinched = await changedView(page, async () => {
    await touch("touchMove", pair(45));
    await touch("touchMove", pair(60));
  });
  await touch("touchEnd", []);
  assert(pinched.width < 900, `${pinched.width}`);
  const after = await viewOf(page);
  const scrolled = await page.evaluate("scrollY");
  await touch("touchStart", [[middleX, middleY]]);
  for (const step of [20, 60, 120, 200]) {
    await touch("touchMove", [[middleX, middleY - step]]);
  }
  await touch("touchEnd", []);
  await until(page, `scrollY > ${scrolled}`);
  assertEquals(await viewOf(page), after);
  assert(!await overflows(page));
  assertEquals(faults(), []);
});

browserTest("markers and list belong together, and days can be hidden", async (browser) => {
  await using service = await openService({ script: [reply] });
  const { page, faults } = await visit(browser, { viewport: { width: 390, height: 844 } });
  await openMap(page, service);
  const marker = (name: string | RegExp) => page.getByRole("link", { name });
  const places = days.flatMap(({ activities }) => activities).length;
  await page.getByRole("figure", { name: new RegExp(`^Map with ${places} places`) }).waitFor();

  // A crowd is taken apart by a click.
  const crowd = marker(/places close together/).first();
  if (await crowd.count() > 0) {
    assert((await changedView(page, () => crowd.click())).width < 1_000);
    await changedView(page, () => page.getByRole("button", { name: "whole trip" }).click());
  }
  const { title } = days[1]!.activities[0]!;
  await page.getByRole("button", { name: "Day 1", exact: true }).click();
  await page.getByRole("button", { name: "Day 3", exact: true }).click();
  assertStrictEquals(await marker(/^Day 3, /).count(), 0);
  // Alone on the map, the day needs no number of its own.
  const link = marker(`Day 2, 1: ${title}`);
  assertStrictEquals(await link.textContent(), "1");
  await link.click();
  const row = page.locator("#stop-2-1");
  await until(
    page,
    `(() => {
    const { top, bottom } = document.getElementById("stop-2-1").getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  })()`,
  );
  assertMatch(await row.innerText(), new RegExp(title));
  assertStrictEquals(await page.locator(".map-caption").textContent(), ` ${title}`);
  assertStrictEquals(await page.locator(".focused .pin").count(), 1);
  assertStrictEquals(new URL(page.url()).hash, "");
  await page.getByRole("button", { name: "Show all" }).click();
  await marker(/^Day 3, |close together/).first().waitFor();

  assertEquals(await accessibilityViolations(page), []);
  for (const [index, target] of (await page.locator(".marker .pin").all()).entries()) {
    const { width, height } = (await target.boundingBox())!;
    assert(width >= 24 && height >= 24, `marker ${index}: ${width} by ${height}`);
  }
  assert(!await overflows(page));
  await takeScreenshot(page, "map, phone");
  await page.emulateMedia({ forcedColors: "active" });
  assertEquals(await accessibilityViolations(page), []);
  await page.emulateMedia({ forcedColors: "none", colorScheme: "dark" });
  assertEquals(await accessibilityViolations(page), []);
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  for (const hidden of [".map-buttons", ".map-parts .all"]) {
    assertStrictEquals(await page.locator(hidden).isVisible(), false, hidden);
  }
  // The buttons of days are a legend on paper.
  const frame =
    "getComputedStyle(document.querySelector('.map-parts [aria-pressed]')).borderTopStyle";
  assertStrictEquals(await page.evaluate(frame), "none");
  assertEquals(faults(), []);
});

browserTest("without a script, a map is a picture with links", async (browser) => {
  await using service = await openService({ script: [reply] });
  const { page, faults } = await visit(browser, { javaScriptEnabled: false });
  await openMap(page, service);
  assert(!await page.getByRole("button", { name: "Zoom in" }).isVisible());
  const link = page.locator(".marker").last();
  const href = await link.getAttribute("href");
  await link.click();
  assertStrictEquals(new URL(page.url()).hash, href);
  assert(await page.locator(href!).isVisible());
  assertMatch((await page.locator(".ground .land").getAttribute("d"))!, /^M/);
  assertEquals(faults(), []);
});

browserTest("a map grows while the model writes, and asks for land only then", async (browser) => {
  // The second day is in Porto, 270 km away.
  const porto = structuredClone(days);
  for (const { coordinates } of porto[1]!.activities) {
    if (coordinates) Object.assign(coordinates, { latitude: 41.1496, longitude: -8.611 });
  }
  const content = JSON.stringify({ days: porto });
  await using service = await openService({ script: [{ content }] });
  const { page, faults } = await visit(browser);
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname === "/atlas") asked.push(search);
  });
  await page.goto(service.url);
  await wishForItinerary(page, wish);
  const id = await service.model.begun(0);
  service.model.write(id, upTo(porto, 1));
  await page.locator(".marker").first().waitFor();
  await page.locator(".ground .land").waitFor({ state: "attached" });
  const first = asked.length;
  const scale = await page.locator(".scale text").textContent();
  assertMatch(scale!, /^(\d{3} m|\d km)$/);
  service.model.write(id, upTo(porto, 2));
  await page.locator(".scale text").filter({ hasText: /^\d{2,3} km$/ }).waitFor();
  await until(
    page,
    `!document.querySelector(".ground .land").closest("g").hasAttribute("transform")`,
  );
  assertStrictEquals(asked.length, first + 1);
  const grown = await page.locator(".scale text").textContent();
  service.model.write(id);
  await page.getByRole("heading", { name: porto[2]!.theme }).waitFor();
  assertStrictEquals(await page.locator(".scale text").textContent(), grown);
  assertStrictEquals(asked.length, first + 1);
  assert(await shiftedOn(page) < 0.001, await shiftsOn(page));
  assertEquals(faults(), []);
});

browserTest(
  "with TILES_URL, a map is drawn from the operator's archive when it is opened",
  async (browser) => {
    await using tiles = serveTiles();
    const env = { TILES_URL: `${tiles.url}/world.pmtiles`, GENERATOR: "sample" };
    await using service = await openService({ env });
    const { page, faults } = await visit(browser);
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    await page.goto(service.url);
    await wishForItinerary(page, wish);
    const open = page.getByRole("button", { name: "Detailed map" });
    await open.waitFor();
    assertEquals(loaded.filter((path) => /tiles/.test(path)), []);
    assertStrictEquals(tiles.requests.length, 0);

    await open.click();
    await page.locator(".tile-map canvas").waitFor();
    const place = page.locator(".tile-marker").first();
    await place.waitFor();
    // The tile was drawn: most of the map has the color of land in the style.
    while (await shareOf(LAND_COLOR, page.locator(".tile-map")) < 0.5);
    assert(loaded.includes("/tiles/tiles.js") && loaded.includes("/tiles/worker.js"));
    assertEquals([...new Set(tiles.requests.map(({ pathname }) => pathname))], ["/world.pmtiles"]);
    await place.click();
    await page.locator(".tile-marker.chosen").waitFor();
    await page.getByText("© OpenStreetMap").waitFor();
    assertEquals(await accessibilityViolations(page), []);
    await takeScreenshot(page, "map, detailed");
    await page.getByRole("button", { name: "Simple map" }).click();
    await page.locator(".marker").first().waitFor();
    assertEquals(faults(/^asked 127\.0\.0\.1/), []);
  },
);

browserTest("a detailed map that cannot be shown gives way to the simple one", async (browser) => {
  const env = { TILES_URL: "/tiles/world.pmtiles", GENERATOR: "sample" };
  await using service = await openService({ env });
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForItinerary(page, wish);
  await page.getByRole("button", { name: "Detailed map" }).click();
  await page.getByText("The detailed map cannot be shown here.").waitFor();
  await page.locator(".marker").first().waitFor();
  assertEquals(faults(/404/), []);
});
