/** Sharing a trip, and what a person with its link can do. */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../../testing/browser.ts";
import {
  accessibilityViolations,
  bundlesReply,
  itineraryReply,
  openMenu,
  openService,
  overflows,
  shiftedOn,
  shiftsOn,
  takeScreenshot,
  visit,
} from "../../testing/pages.ts";

/** A trip in a city whose places have positions, and a time zone. */
const lisbon = { destination: "Lisbon", durationDays: 2, startDate: "2027-05-01" };
const weekend = { preferences: { interests: ["fado"], city: "Lisbon" } };

const sample = { GENERATOR: "sample", SAMPLE_DELAY_MS: "0" };

/** Opens the page of a finished trip. */
async function openTrip(
  page: Page,
  { url, program }: Awaited<ReturnType<typeof openService>>,
  [path, body]: [string, object],
): Promise<void> {
  const made = await program.post(path, body);
  await page.goto(`${url}/trips/${made.headers.get("location")!.split("/").at(-1)}`);
  await page.getByText("ready after").waitFor();
  // The script has started.
  await page.waitForFunction("document.getElementById('trip-link').value");
}

/** Whether each menu of the page is open. */
function openMenus(page: Page): Promise<boolean[]> {
  return page.evaluate("[...document.querySelectorAll('.menu')].map(({ open }) => open)");
}

browserTest("a phone opens its share sheet, with what the reader sees", async (browser) => {
  await using service = await openService({ env: sample });
  const { page, context, faults } = await visit(browser, {
    hasTouch: true,
    isMobile: true,
    viewport: { width: 390, height: 844 },
  });
  await context.addInitScript(`navigator.share = (data) => {
    (window.shared ??= []).push(data);
    return Promise.reject(new DOMException("The traveler closed it", "AbortError"));
  };`);
  await openTrip(page, service, ["/api/itineraries", lisbon]);
  await page.locator(".menu > summary", { hasText: "Share" }).tap();
  const [shared, ...others] = await page.evaluate("window.shared") as Record<string, string>[];
  assertEquals(others, []);
  assertStrictEquals(shared!.title, "Lisbon");
  assertMatch(shared!.text!, /^2 days in Lisbon: /);
  assertStrictEquals(shared!.url, page.url());
  assertEquals(await openMenus(page), [false, false]);
  assertEquals(faults(), []);
});

browserTest("a desktop copies the link, and shows a code for a phone", async (browser) => {
  await using service = await openService({ env: sample });
  const { page, faults } = await visit(browser, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await openTrip(page, service, ["/api/itineraries", lisbon]);
  await page.goto(`${page.url()}#day-2`);
  await openMenu(page, "Share");
  const url = page.url().replace("#day-2", "");
  assertStrictEquals(await page.getByLabel("Link to this trip").inputValue(), url);
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByRole("button", { name: "Link copied" }).waitFor();
  assertStrictEquals(await page.evaluate("navigator.clipboard.readText()"), url);
  const code = page.getByRole("img", { name: "QR code of the link to this trip" });
  await page.waitForFunction("document.querySelector('.code img').naturalWidth > 0");
  // The field and the buttons are below each other.
  const bottomOf = async (name: string) => {
    const { y, height } = (await page.locator(`.menu .stack > ${name}`).boundingBox())!;
    return y + height;
  };
  assert(await bottomOf("label") < await bottomOf("input"));
  assert(await bottomOf("input") < await bottomOf("p"));
  await code.waitFor();
  await takeScreenshot(page, "sharing-menu");
  assertEquals(await accessibilityViolations(page), []);
  assertEquals(faults(), []);
});

browserTest("menus work by keyboard, and close by themselves", async (browser) => {
  await using service = await openService({ env: sample });
  const { page, faults } = await visit(browser, { viewport: { width: 320, height: 640 } });
  await openTrip(page, service, ["/api/generations", weekend]);
  const summary = (name: string) => page.locator(".menu > summary", { hasText: name });
  await summary("Save").focus();
  await page.keyboard.press("Enter");
  assertEquals(await openMenus(page), [false, false, true]);
  await page.keyboard.press("Tab");
  assertMatch(String(await page.evaluate("document.activeElement.textContent")), /^Text/);
  await page.keyboard.press("Escape");
  assertEquals(await openMenus(page), [false, false, false]);
  assertMatch(String(await page.evaluate("document.activeElement.textContent")), /^Save/);
  // A click elsewhere, another menu, and focus that moves on.
  await summary("Save").click();
  await takeScreenshot(page, "sharing-save-phone");
  assertStrictEquals(await overflows(page), false);
  await page.locator("h1").click();
  assertEquals(await openMenus(page), [false, false, false]);
  await summary("Save").click();
  await summary("Add to calendar").click();
  assertEquals(await openMenus(page), [false, true, false]);
  await takeScreenshot(page, "sharing-calendar-phone");
  for (const box of await page.locator(".panel .entry:visible, .actions .button").all()) {
    const { height } = (await box.boundingBox())!;
    assert(height >= 44, `${await box.innerText()} is ${height} px high`);
  }
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".panel .entry:visible").nth(1).click(),
  ]);
  const ics = await Deno.readTextFile(await download.path());
  assertMatch(ics, /-2-1\r\n/);
  assert(!/-1-1\r\n/.test(ics));
  await page.locator(".panel .entry:visible").last().focus();
  for (let n = 0; n < 2; n++) await page.keyboard.press("Tab");
  assertEquals(await openMenus(page), [false, false, false]);
  assert(await shiftedOn(page) < 0.01, await shiftsOn(page));
  assertEquals(faults(), []);
});

browserTest(
  "another person with the link can read, save and print, and nothing else",
  async (browser) => {
    await using service = await openService({ script: [itineraryReply, bundlesReply] });
    const owner = await visit(browser);
    await owner.page.goto(service.url);
    await owner.page.getByLabel("Destination").fill("Rome");
    await owner.page.getByLabel("Days").fill("3");
    await owner.page.getByRole("button", { name: "Plan my trip" }).click();
    await owner.page.waitForURL("**/trips/*");
    const id = await service.model.begun(0);
    const guest = await visit(browser);
    await guest.page.goto(owner.page.url());
    await guest.page.getByRole("progressbar").waitFor();
    assertStrictEquals(await guest.page.getByRole("button", { name: "Stop planning" }).count(), 0);
    service.model.write(id);
    await guest.page.getByText("ready after").waitFor();
    await openMenu(guest.page, "Save");
    const [download] = await Promise.all([
      guest.page.waitForEvent("download"),
      guest.page.getByRole("link", { name: "Text" }).click(),
    ]);
    assertStrictEquals(download.suggestedFilename(), "rome.md");
    await guest.page.emulateMedia({ media: "print" });
    await guest.page.locator(".printed-link img").waitFor();
    await takeScreenshot(guest.page, "sharing-print");
    assertEquals([...owner.faults(), ...guest.faults()], []);
  },
);
