/** Changing plans: by the model, by hand, and the versions that result. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { browserTest } from "../../testing/browser.ts";
import {
  accessibilityViolations,
  bundles,
  bundlesReply,
  days,
  itineraryReply,
  openService,
  overflows,
  rome,
  shiftedOn,
  shiftsOn,
  takeScreenshot,
  visit,
  wishForBundles,
  wishForItinerary,
} from "../../testing/pages.ts";

/** Days that {@link days} do not have. */
const others = sampleItinerary({ destination: "Rome", durationDays: 8 }).days.slice(5);
const otherDay = { ...others[0]!, day: 2 };
const dayReply = { content: JSON.stringify({ days: [otherDay] }) };
const activityReply = {
  content: JSON.stringify({ activity: { ...others[1]!.activities[1]!, time: "13:00" } }),
};

type Service = Awaited<ReturnType<typeof openService>>;

/** Plans a trip with the first page, and waits until its plan is finished. */
async function plan(page: Page, service: Service): Promise<string> {
  await page.goto(service.url);
  await wishForItinerary(page);
  service.model.write(await service.model.begun(0));
  await service.program.untilLogged("completed");
  await page.reload();
  await page.getByText("ready after").waitFor();
  return page.url();
}

/** Opens the menu of a day, or of one of its activities. */
async function openMenu(page: Page, place: string): Promise<void> {
  await page.locator(`#menu-${place} > summary`).click();
}

const titlesOf = (page: Page, day: number) =>
  page.locator(`#day-${day} .timeline h3`).allInnerTexts();

const [one, two, three, ...rest] = days[0]!.activities.map(({ title }) => title) as [
  string,
  string,
  string,
  ...string[],
];

browserTest("a day is planned anew, live, and the versions can be compared", async (browser) => {
  await using service = await openService({
    script: [itineraryReply, dayReply, activityReply, dayReply],
  });
  const { page, faults } = await visit(browser);
  const first = await plan(page, service);
  await takeScreenshot(page, "shaping-plan", true);
  assertEquals(await accessibilityViolations(page), []);
  await openMenu(page, "2");
  await takeScreenshot(page, "shaping-menu");
  assertEquals(await accessibilityViolations(page), []);
  await page.keyboard.press("Escape");
  assertStrictEquals(await page.locator(".part-menu[open]").count(), 0);
  assertStrictEquals(await page.evaluate("document.activeElement.parentElement.id"), "menu-2");
  await openMenu(page, "2");
  await page.locator("h1").click();
  assertStrictEquals(await page.locator(".part-menu[open]").count(), 0);

  await openMenu(page, "2");
  await page.getByRole("button", { name: "Plan this day anew" }).click();
  await page.waitForURL((url) => url.href !== first);
  const second = page.url();
  await page.locator(".change-mark.writing").waitFor();
  await page.getByText("Version 2 of 2").waitFor();
  // What stays can be read at once.
  assertEquals(await page.locator(".days h2").allInnerTexts(), days.map(({ theme }) => theme));
  assertStrictEquals(await page.locator("#menu-1").count(), 0);
  const change = await service.model.begun(1);
  service.model.write(change, dayReply.content.slice(0, 40));
  await page.locator(".dock").getByText("Changing day 2").waitFor();
  await takeScreenshot(page, "shaping-live", true);
  assertEquals(await accessibilityViolations(page), []);
  service.model.write(change);
  await page.getByRole("heading", { name: otherDay.theme }).waitFor();
  await page.getByText("ready after").waitFor();
  assert(await shiftedOn(page) < 0.01, await shiftsOn(page));
  assertEquals(await page.locator(".change-mark").allInnerTexts(), ["New"]);
  await page.getByText("Compared with version 1: Day 2: new").waitFor();
  await takeScreenshot(page, "shaping-changed", true);

  await openMenu(page, "1-2");
  await page.locator("#menu-1-2").getByRole("button", { name: "Another idea for this" }).click();
  await page.waitForURL((url) => url.href !== second);
  service.model.write(await service.model.begun(2));
  await page.getByText("Version 3 of 3").waitFor();
  await page.getByText("Compared with version 2: Day 1: 1 new, 1 removed").waitFor();
  assertEquals(await page.locator("#day-1 .change-mark").allInnerTexts(), ["Changed", "New"]);
  await page.getByText("All versions").click();
  await page.getByRole("link", { name: "Compare with version 1" }).click();
  await page.getByRole("heading", { name: "Version 1 and version 3" }).waitFor();
  assertStrictEquals(await page.locator(".comparison > ol > li").count(), 3);
  await takeScreenshot(page, "shaping-compare", true);
  assertEquals(await accessibilityViolations(page), []);
  await page.setViewportSize({ width: 320, height: 640 });
  assertStrictEquals(await overflows(page), false);
  await takeScreenshot(page, "shaping-compare-phone", true);
  await page.getByRole("link", { name: "Close the comparison" }).click();
  await page.getByText("Version 3 of 3").waitFor();

  await page.getByRole("link", { name: "Change this plan" }).click();
  await page.getByLabel("What should be different?").fill("more food, less walking");
  // The menu of a day chooses where.
  await openMenu(page, "2");
  await page.getByRole("link", { name: "Say what should be different" }).click();
  assertStrictEquals(await page.evaluate("document.activeElement.id"), "change-text");
  assertStrictEquals(await page.getByLabel("Where").inputValue(), "2");
  await takeScreenshot(page, "shaping-form-phone", true);
  assertEquals(await accessibilityViolations(page), []);
  await page.getByRole("button", { name: "Change the plan" }).click();
  await page.getByText("Day 2: “more food, less walking”").first().waitFor();
  await service.model.begun(3);
  service.model.write(await service.model.begun(3));
  await page.getByText("Version 4 of 4").waitFor();
  await page.getByText("ready after").waitFor();
  assertEquals(faults(), []);
});

browserTest("plans are changed without JavaScript", async (browser) => {
  await using service = await openService({ script: [itineraryReply, dayReply] });
  const { page, faults } = await visit(browser, { javaScriptEnabled: false });
  const first = await plan(page, service);
  await openMenu(page, "2-1");
  await page.getByRole("button", { name: "Another idea for this" }).waitFor();
  assertStrictEquals(await page.getByRole("button", { name: "Remove" }).count(), 0);
  await openMenu(page, "2");
  assertEquals(
    await page.locator("#menu-2 .choices > *").allInnerTexts(),
    ["Plan this day anew", "Say what should be different"],
  );
  await page.getByRole("button", { name: "Plan this day anew" }).click();
  await page.waitForURL((url) => url.href !== first);
  await page.locator(".change-mark.writing").waitFor();
  service.model.write(await service.model.begun(1));
  await service.program.untilLogged("completed");
  await page.reload();
  await page.getByText("Compared with version 1: Day 2: new").waitFor();
  await page.getByText("All versions").click();
  await page.getByRole("link", { name: "Compare with version 1" }).click();
  await page.getByRole("heading", { name: "Version 1 and version 2" }).waitFor();
  await page.getByRole("button", { name: "Change the plan" }).waitFor();
  assertEquals(faults(), []);
});

browserTest("a plan is edited by hand, with keys, mouse and touch", async (browser) => {
  await using service = await openService({ script: [itineraryReply, dayReply] });
  const { page, context, faults } = await visit(browser, { hasTouch: true });
  const first = await plan(page, service);
  const times = await page.locator("#day-1 time").allInnerTexts();

  // By keys: the focus stays on the button of the moved activity.
  await page.locator("#menu-1-1 > summary").focus();
  await page.keyboard.press("Enter");
  await page.locator("#menu-1-1").getByRole("button", { name: "Move down" }).focus();
  await page.keyboard.press("Enter");
  assertEquals(await titlesOf(page, 1), [two, one, three, ...rest]);
  await page.keyboard.press("Enter");
  assertEquals(await titlesOf(page, 1), [two, three, one, ...rest]);
  assertStrictEquals(
    await page.evaluate("document.activeElement.closest('details').id"),
    "menu-1-3",
  );
  assertStrictEquals(await page.evaluate("document.activeElement.innerText"), "Move down");
  await page.getByRole("status").getByText(`${one}: moved to place 3 of`).waitFor();
  assertEquals(await page.locator("#day-1 time").allInnerTexts(), times);
  await page.keyboard.press("Escape");
  await takeScreenshot(page, "shaping-moved");
  await page.keyboard.press("Control+z");
  assertEquals(await titlesOf(page, 1), [two, one, three, ...rest]);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  assertEquals(await titlesOf(page, 1), [one, two, three, ...rest]);

  // By mouse.
  const centerOf = async (place: number) => {
    const handle = page.locator("#day-1 .timeline > li").nth(place - 1).locator(".handle");
    await handle.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await handle.boundingBox())!;
    return { x: x + width / 2, y: y + height / 2 };
  };
  const heightOf = async (place: number) =>
    (await page.locator("#day-1 .timeline > li").nth(place - 1).boundingBox())!.height;
  let from = await centerOf(1);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, from.y + await heightOf(1) + 20, { steps: 4 });
  await takeScreenshot(page, "shaping-drag");
  await page.mouse.up();
  assertEquals(await titlesOf(page, 1), [two, one, three, ...rest]);
  // Escape ends a drag without a change.
  from = await centerOf(1);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, from.y + 300, { steps: 3 });
  await page.keyboard.press("Escape");
  await page.mouse.up();
  assertEquals(await titlesOf(page, 1), [two, one, three, ...rest]);

  // By touch.
  const session = await context.newCDPSession(page);
  from = await centerOf(2);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", y = 0) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: from.x, y: from.y + y }],
    });
  const height = await heightOf(1);
  await touch("touchStart");
  await touch("touchMove", -20);
  await touch("touchMove", -height - 20);
  await touch("touchEnd");
  assertEquals(await titlesOf(page, 1), [one, two, three, ...rest]);

  await openMenu(page, "1-2");
  await page.locator("#menu-1-2").getByRole("button", { name: "Remove" }).click();
  assertEquals(await titlesOf(page, 1), [one, three, ...rest]);
  assertStrictEquals(await page.evaluate("document.activeElement.parentElement.id"), "menu-1-2");
  await takeScreenshot(page, "shaping-removed");
  await page.getByText("You changed this plan by hand.").waitFor();
  assertEquals(await accessibilityViolations(page), []);

  // Files have what the traveler sees.
  await page.locator(".menu > summary", { hasText: "Save" }).click();
  for (const name of ["Text", "Trip file"]) {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator(".menu").getByRole("button", { name }).click(),
    ]);
    const file = await Deno.readTextFile(await download.path());
    assertEquals([file.includes(one), file.includes(two)], [true, false], name);
  }
  await page.locator(".menu > summary", { hasText: "Add to calendar" }).click();
  await page.getByLabel("First day").fill("2027-05-01");
  const [calendar] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  const unfolded = (await Deno.readTextFile(await calendar.path())).replaceAll("\r\n ", "");
  const inCalendar = (title: string) => unfolded.includes(title.replaceAll(",", "\\,"));
  assertEquals([inCalendar(one), inCalendar(two)], [true, false]);
  await page.keyboard.press("Escape");

  // Another tab follows, and a reload keeps the edits.
  const tab = await context.newPage();
  await tab.goto(first);
  await tab.getByText("You changed this plan by hand.").waitFor();
  assertEquals(await titlesOf(tab, 1), [one, three, ...rest]);
  await tab.getByRole("button", { name: "Back to the original" }).click();
  await page.getByText("You changed this plan by hand.").waitFor({ state: "detached" });
  assertEquals(await titlesOf(page, 1), [one, two, three, ...rest]);
  await tab.getByRole("button", { name: "Undo" }).first().click();
  await page.getByText("You changed this plan by hand.").waitFor();
  await tab.close();
  await page.reload();
  await page.getByText("You changed this plan by hand.").waitFor();
  assertEquals(await titlesOf(page, 1), [one, three, ...rest]);

  // A new version keeps the edits of the days that stay.
  await openMenu(page, "2");
  await page.getByRole("button", { name: "Plan this day anew" }).click();
  await page.waitForURL((url) => url.href !== first);
  service.model.write(await service.model.begun(1));
  await page.getByText("ready after").waitFor();
  assertEquals(await titlesOf(page, 1), [one, three, ...rest]);
  assertEquals(faults(), []);
});

browserTest("without storage, edits last until the page closes", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, context, faults } = await visit(browser, {
    viewport: { width: 320, height: 640 },
    colorScheme: "dark",
  });
  await context.addInitScript(
    "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked'); } })",
  );
  await plan(page, service);
  await openMenu(page, "1-1");
  await takeScreenshot(page, "shaping-phone");
  assertStrictEquals(await overflows(page), false);
  assertEquals(await accessibilityViolations(page), []);
  await page.locator("#menu-1-1").getByRole("button", { name: "Remove" }).click();
  assertEquals(await titlesOf(page, 1), [two, three, ...rest]);
  await page.getByText("You changed this plan by hand.").waitFor();
  await page.emulateMedia({ media: "print" });
  assertStrictEquals(await page.locator(".part-menu").first().isVisible(), false);
  assertEquals(faults(), []);
});

browserTest("another bundle, which a limit refuses at first", async (browser) => {
  const another = { ...bundles[1]!, bundle: 1, title: "A bundle that is new" };
  await using service = await openService({
    script: [bundlesReply, { content: JSON.stringify({ bundles: [another] }) }],
    env: { RATE_LIMIT_JOBS: "1" },
  });
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForBundles(page);
  service.model.write(await service.model.begun(0));
  await service.program.untilLogged("completed");
  await page.reload();
  await openMenu(page, "1");
  await page.getByRole("button", { name: "Another bundle" }).click();
  await page.locator(".toast").getByText("That was too many tries in a short time.").waitFor();
  await takeScreenshot(page, "shaping-refused");
  assertEquals(await accessibilityViolations(page), []);
  await page.locator(".toast").getByRole("button", { name: "Close" }).click();
  assertStrictEquals(await page.locator(".toast").count(), 0);
  assertEquals(faults(/429/), []);
});

browserTest("with an API key, the script of a page changes the plan", async (browser) => {
  const key = "key-0123456789abcdef";
  await using service = await openService({
    script: [itineraryReply, dayReply],
    env: { API_KEYS: key },
  });
  const { page, faults } = await visit(browser);
  const { body } = await service.program.post("/api/itineraries", rome, {
    authorization: `Bearer ${key}`,
  });
  service.model.write(await service.model.begun(0));
  await service.program.untilLogged("completed");
  const first = `${service.url}/trips/${body.jobId}`;
  await page.goto(first);
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open the trip" }).click();
  await openMenu(page, "2");
  await page.getByRole("button", { name: "Plan this day anew" }).click();
  await page.waitForURL((url) => url.href !== first);
  service.model.write(await service.model.begun(1));
  await page.getByText("Compared with version 1: Day 2: new").waitFor();
  await page.getByText("Version 2 of 2").waitFor();
  assertEquals(faults(/status of 401/), []);
});
