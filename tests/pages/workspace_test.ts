/**
 * The page of a trip as a workspace: its index, its days that close, its totals, and paper.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../../testing/browser.ts";
import {
  accessibilityViolations,
  days,
  itineraryReply,
  openService,
  overflows,
  seeFirstDay,
  shiftedOn,
  shiftsOn,
  takeScreenshot,
  upTo,
  visit,
} from "../../testing/pages.ts";

type Service = Awaited<ReturnType<typeof openService>>;

const phone = { width: 390, height: 844 };

const month = { destination: "Tokyo, Japan", durationDays: 30 };
const weekend = { preferences: { interests: ["fado", "food"], city: "Lisbon" } };

/**
 * Creates a trip and waits until it is finished.
 *
 * @returns the address of its page
 */
async function planned({ program, url }: Service, path: string, wish: object): Promise<string> {
  const { body } = await program.post(path, wish);
  const id = body.jobId ?? body.generationId;
  while ((await (await fetch(`${url}${path}/${id}`)).json()).status === "processing");
  return `${url}/trips/${id}`;
}

/** Waits until a value of the page is the expected one. */
async function becomes(page: Page, expression: string, expected: unknown): Promise<void> {
  while (await page.evaluate(expression) !== expected);
}

/** The distance of an element from the top of the window. */
function topOf(id: string): string {
  return `Math.round(document.getElementById("${id}").getBoundingClientRect().top)`;
}

const OPEN = "document.querySelectorAll('.day > details[open]').length";

browserTest(
  "any day of a long trip is two taps from any other day, on a phone",
  async (browser) => {
    await using service = await openService();
    const { page, faults } = await visit(browser, { viewport: phone, hasTouch: true });
    await page.goto(await planned(service, "/api/itineraries", month));
    const menu = page.locator(".all-parts > summary");
    await page.getByText("ready after").waitFor();
    // An overview at first: all days open are more than 30,000 pixels.
    assertStrictEquals(await page.evaluate(OPEN), 0);
    assert(Number(await page.evaluate("document.body.scrollHeight")) < 8_000);
    for (const day of [30, 3, 17]) {
      await menu.tap();
      await page.locator(`.all-parts a[href="#day-${day}"]`).tap();
      await page.locator(`.part-strip [aria-current][href="#day-${day}"]`).waitFor();
      const top = Number(await page.evaluate(topOf(`day-${day}`)));
      // The last day cannot be at the top.
      assert(top >= 52 && top < (day === 30 ? 844 : 90), `day ${day} is at ${top}`);
      assertStrictEquals(await page.locator(`#day-${day} > details`).getAttribute("open"), "");
      assertStrictEquals(await page.locator(".all-parts[open]").count(), 0);
    }
    await takeScreenshot(page, "workspace-month");
    await menu.tap();
    await page.getByRole("button", { name: "Expand all" }).tap();
    assertStrictEquals(await page.evaluate(OPEN), 30);
    assertStrictEquals(await overflows(page), false);
    await menu.press("Enter");
    await page.getByRole("button", { name: "Collapse all" }).waitFor();
    assertEquals(await accessibilityViolations(page), []);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    assertStrictEquals(await page.locator(".all-parts[open]").count(), 0);
    assertStrictEquals(
      await page.evaluate(
        "document.activeElement === document.querySelector('.all-parts summary')",
      ),
      true,
    );
    // A link to an activity opens its day.
    await menu.press("Enter");
    await page.getByRole("button", { name: "Collapse all" }).tap();
    assertStrictEquals(await page.evaluate(OPEN), 0);
    await page.evaluate("location.hash = 'stop-9-2'");
    await becomes(page, OPEN, 1);
    assertStrictEquals(await page.locator("#stop-9-2").isVisible(), true);
    assertEquals(faults(), []);
  },
);

browserTest("the index and the days work without a script", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser, { viewport: phone, javaScriptEnabled: false });
  await page.goto(await planned(service, "/api/itineraries", { ...month, durationDays: 12 }));
  await page.locator(".all-parts > summary").click();
  await page.locator('.all-parts a[href="#day-11"]').click();
  assert(Number(await page.evaluate(topOf("day-11"))) < 844);
  const day = page.locator("#day-11");
  assertStrictEquals(await day.locator(".timeline").isVisible(), false);
  await page.locator(".all-parts > summary").click();
  await day.locator("> details > summary").click();
  assertStrictEquals(await day.locator(".timeline").isVisible(), true);
  const place = day.locator(".place").first();
  await place.locator("summary").click();
  assertEquals(await place.locator("a").allInnerTexts(), [
    "Google Maps",
    "Apple Maps",
    "OpenStreetMap",
  ]);
  assertStrictEquals(await overflows(page), false);
  assertEquals(faults(), []);
});

browserTest("a day that was closed stays closed while the plan grows", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  const id = await seeFirstDay(page, service);
  // All days are in the index from the start.
  assertEquals(await page.locator(".part-strip li").allInnerTexts(), ["Day 1", "Day 2", "Day 3"]);
  assertStrictEquals(await page.locator(".part-strip a").count(), 1);
  await page.locator("#day-1 > details > summary").click();
  await takeScreenshot(page, "workspace-growing");
  service.model.write(id, upTo(days, 2));
  await page.getByRole("heading", { name: days[1]!.theme }).waitFor();
  service.model.write(id);
  await page.getByText("ready after").waitFor();
  assertStrictEquals(await page.locator("#day-1 > details").getAttribute("open"), null);
  assertStrictEquals(await page.locator("#day-3 > details").getAttribute("open"), "");
  assertStrictEquals(await page.locator(".part-strip a").count(), 3);
  await page.locator('.part-strip a[href="#day-1"]').click();
  assertStrictEquals(await page.locator("#day-1 > details").getAttribute("open"), "");
  assert(await shiftedOn(page) < 0.01, await shiftsOn(page));
  assertEquals(faults(), []);
});

browserTest("the entry that the reader looks at is marked", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  await page.goto(await planned(service, "/api/generations", weekend));
  await page.getByText("ready after").waitFor();
  const marked = () => page.locator(".in-focus").getAttribute("id");
  await page.locator("#stop-2-1 h3").hover();
  await page.locator("#stop-2-1.in-focus").waitFor();
  await page.locator("#stop-1-3 .place summary").focus();
  await page.locator("#stop-1-3.in-focus").waitFor();
  assertStrictEquals(await marked(), "stop-1-3");
  // The links to maps have the city.
  await page.keyboard.press("Enter");
  for (const link of await page.locator("#stop-1-3 .place a").all()) {
    assertMatch(decodeURIComponent((await link.getAttribute("href"))!), /Lisb/);
  }
  assertEquals(faults(), []);
});

const viewers = {
  desktop: { viewport: { width: 1280, height: 900 } },
  dark: { viewport: { width: 320, height: 640 }, colorScheme: "dark" },
  forced: { viewport: { width: 1280, height: 900 }, forcedColors: "active" },
  // 1280 pixels at 400 %.
  zoomed: { viewport: { width: 320, height: 225 } },
  german: { viewport: phone, locale: "de-DE" },
} as const;

browserTest("the workspace is accessible and fits for all readers", async (browser) => {
  await using service = await openService();
  const pages = {
    itinerary: await planned(service, "/api/itineraries", {
      destination: "Lisbon",
      durationDays: 4,
      budget: { amount: 90_000, currency: "JPY" },
      travellers: { adults: 2, children: 1 },
    }),
    bundles: await planned(service, "/api/generations", weekend),
  };
  for (const [viewer, options] of Object.entries(viewers)) {
    const { page, context, faults } = await visit(browser, options);
    for (const [kind, url] of Object.entries(pages)) {
      await page.goto(url);
      await page.locator(".all-parts > summary").click();
      // The open list covers it.
      await page.locator(".place summary").first().press("Enter");
      assertEquals(await accessibilityViolations(page), [], `${viewer} ${kind}`);
      assertStrictEquals(await overflows(page), false, `${viewer} ${kind}`);
      await takeScreenshot(page, `workspace-${viewer}-${kind}`, true);
    }
    if (viewer === "german") {
      const text = await page.locator("main .workspace").innerText();
      assertMatch(text, /Programm 1/);
      assertMatch(await page.locator(".state").innerText(), /^Wir speichern .*\s*Fertig nach/);
    }
    assertEquals(faults(), []);
    await context.close();
  }
});

browserTest("paper has the whole plan and the way back to its page", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  const url = await planned(service, "/api/itineraries", { ...month, durationDays: 14 });
  await page.goto(url);
  await page.getByText("ready after").waitFor();
  assertStrictEquals(await page.evaluate(OPEN), 0);
  await page.emulateMedia({ media: "print" });
  const screenOnly = [".state time", ".state-words", ".kept", ".index", ".actions", ".place ul"];
  for (const hidden of [...screenOnly, ".map-panel > summary"]) {
    assertStrictEquals(await page.locator(hidden).first().isVisible(), false, hidden);
  }
  // Closed days are open on paper.
  assertStrictEquals(await page.locator("#day-14 .timeline").isVisible(), true);
  assertMatch(await page.locator(".printed-link").innerText(), new RegExp(`${url}$`));
  const pdf = await page.pdf({ format: "A4" });
  const directory = Deno.env.get("SCREENSHOTS");
  if (directory) await Deno.writeFile(`${directory}/workspace.pdf`, pdf);
  const count = new TextDecoder("latin1").decode(pdf).match(/\/Type\s*\/Page\b/g)!.length;
  assert(count >= 4 && count <= 6, `${count} pages`);
  await page.emulateMedia({ media: "screen" });
  assertStrictEquals(await page.evaluate(OPEN), 0);
  assertEquals(faults(), []);
});
