/** What a traveler sees while a trip waits, and when it is stopped. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { browserTest } from "../../testing/browser.ts";
import {
  accessibilityViolations,
  days,
  itineraryReply,
  openService,
  overflows,
  seeFirstDay,
  stopPlanning,
  takeScreenshot,
  upTo,
  visit,
  wishForItinerary,
} from "../../testing/pages.ts";

const phone = { width: 320, height: 640 };

/** A slow machine may take some seconds, but no pause of the breaker may pass. */
const SOON = { timeout: 15_000 };

browserTest("stopping a trip asks first, and keeps the finished days", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser, { viewport: phone });
  await seeFirstDay(page, service);
  const stop = page.getByRole("button", { name: "Stop planning" });
  const dialog = page.getByRole("dialog");
  await stop.press("Enter");
  await dialog.getByText("What is written so far stays on this page.").waitFor();
  assertStrictEquals(await dialog.getAttribute("aria-labelledby"), "stop-title");
  assertEquals(await accessibilityViolations(page), []);
  await takeScreenshot(page, "stop-dialog");
  for (const leave of [() => page.keyboard.press("Escape"), () => page.mouse.click(2, 2)]) {
    await leave();
    await dialog.waitFor({ state: "hidden" });
    assertStrictEquals(await stop.evaluate((button) => button === document.activeElement), true);
    await stop.press("Enter");
  }
  await dialog.getByRole("button", { name: "Keep planning" }).click();
  await dialog.waitFor({ state: "hidden" });
  await stopPlanning(page);
  await page.getByText("Planning was stopped before the plan was finished.").waitFor();
  await page.locator("#main:focus").waitFor();
  for (const isFirst of [true, false]) {
    await page.getByText("What was finished is below.").waitFor();
    await page.getByRole("heading", { name: days[0]!.theme }).waitFor();
    if (isFirst) await takeScreenshot(page, "stopped-with-days");
    if (isFirst) await page.reload();
  }
  assertEquals(await accessibilityViolations(page), []);
  assertEquals(faults(), []);
});

browserTest("without a script, a page asks before a trip is stopped", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser, { javaScriptEnabled: false, viewport: phone });
  await page.goto(service.url);
  await wishForItinerary(page);
  const trip = page.url();
  service.model.write(await service.model.begun(0), upTo(days, 1));
  await page.getByRole("heading", { name: days[0]!.theme }).waitFor();
  await page.getByRole("button", { name: "Stop planning" }).click();
  await page.getByRole("heading", { name: "Stop planning this trip?" }).waitFor();
  await page.getByText("What is written so far stays on this page.").waitFor();
  await takeScreenshot(page, "stop-page");
  await page.getByRole("link", { name: "Keep planning" }).click();
  await page.waitForURL(trip);
  await stopPlanning(page);
  await page.waitForURL(trip);
  await page.getByText("Planning was stopped before the plan was finished.").waitFor();
  await page.getByRole("heading", { name: days[0]!.theme }).waitFor();
  // The page with the question is over.
  await page.goto(`${trip}/cancel`);
  assertStrictEquals(page.url(), trip);
  assertEquals(faults(), []);
});

const busy = { message: "Overloaded", type: "server_error", code: "overloaded" };
const quota = { message: "No quota", type: "insufficient_quota", code: "insufficient_quota" };

browserTest("while the model is away, each trip says so at once", async (browser) => {
  const script = Array.from({ length: 8 }, () => ({ error: busy, status: 503 }));
  await using service = await openService({ script });
  const { page, faults } = await visit(browser, { viewport: phone });
  for (const destination of ["Rome", "Oslo"]) {
    await page.goto(service.url);
    await wishForItinerary(page, { destination, durationDays: 3 });
    await page.locator(".dock .troubled", { hasText: "isn't available right now" }).waitFor(SOON);
  }
  await takeScreenshot(page, "model-away");
  assertEquals(await accessibilityViolations(page), []);
  assertStrictEquals(await overflows(page), false);
  // Each probe of the model changes the phase, so this sentence may come again.
  const announced = page.getByRole("status").filter({ hasText: /^The AI that writes plans isn't/ });
  await announced.waitFor({ state: "attached", ...SOON });
  assertEquals(faults(), []);
});

browserTest("while the quota is known to be spent, a new trip fails at once", async (browser) => {
  await using service = await openService({ script: [{ error: quota, status: 429 }] });
  const { page, faults } = await visit(browser, { viewport: phone });
  for (const destination of ["Rome", "Oslo"]) {
    await page.goto(service.url);
    await wishForItinerary(page, { destination, durationDays: 3 });
    await page.getByText("We can't write plans right now.").waitFor(SOON);
  }
  await page.getByText("Error code: quota_exceeded").waitFor();
  assertStrictEquals(await page.getByText(/OpenAI|account|credit|operator/i).count(), 0);
  assertEquals(await accessibilityViolations(page), []);
  await takeScreenshot(page, "no-quota");
  assertEquals(faults(), []);
});

/** Lists the links of the frame of a page that are hard to hit. */
const SMALL = `[...document.querySelectorAll("header.site a, footer.site a")]
  .map((link) => [link.textContent, link.getBoundingClientRect(), link.closest("header")])
  .filter(([, { width, height }, header]) => {
    const least = header ? 44 : 24;
    return width < least || height < least;
  })
  .map(([text, { width, height }]) => text + " " + width + " by " + height)`;

browserTest("the frame of a page has large targets, and changes the language", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser, { viewport: phone, locale: "de-AT" });
  await page.goto(`${service.url}/nothing`);
  await page.getByRole("heading", { name: "Seite nicht gefunden" }).waitFor();
  await takeScreenshot(page, "not-found-german");
  assertEquals(await page.evaluate(SMALL), []);
  assertEquals(await accessibilityViolations(page), []);
  await page.getByRole("link", { name: "English" }).click();
  await page.getByRole("heading", { name: "Page not found" }).waitFor();
  assertStrictEquals(page.url(), `${service.url}/nothing`);
  await page.goto(`${service.url}/?kind=itinerary&destination=Rome`);
  assertEquals(await page.evaluate(SMALL), []);
  assertStrictEquals(await page.locator("html").getAttribute("lang"), "en");
  await page.getByRole("link", { name: "Deutsch" }).click();
  await page.getByText("Deine Reisen").first().waitFor();
  assertStrictEquals(await page.locator("html").getAttribute("lang"), "de");
  assert(page.url().endsWith("/?kind=itinerary&destination=Rome"));
  assertStrictEquals(
    await page.getByRole("link", { name: "Deutsch" }).getAttribute("aria-current"),
    "true",
  );
  assertEquals(faults(/status of 404/), []);
});
