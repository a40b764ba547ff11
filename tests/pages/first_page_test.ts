/**
 * The first page in a real browser: the example, and the forms with all facts of a trip.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../../testing/browser.ts";
import { formUrl, wishOfJob } from "../../web/app/wish.ts";
import {
  accessibilityViolations,
  openBundlesForm,
  openService,
  overflows,
  shiftedOn,
  shiftsOn,
  takeScreenshot,
  visit,
} from "../../testing/pages.ts";

/** A date some days from now, which the service accepts. */
function dateIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** Types a date as an American does. */
function typed(date: string): string {
  const [year, month, day] = date.split("-");
  return `${month}${day}${year}`;
}

type Service = Awaited<ReturnType<typeof openService>>;

/** Reads the job of the trip that the page shows. */
async function jobOn(page: Page, { program }: Service) {
  await page.waitForURL("**/trips/*");
  const id = page.url().split("/").at(-1)!;
  const path = (name: string) => `/api/${name}/${id}`;
  const { status, body } = await program.get(path("itineraries"));
  return status === 200 ? body : (await program.get(path("generations"))).body;
}

/** What the traveler asks for in these tests. */
const start = dateIn(40);
const wish = {
  destination: "Lisbon",
  durationDays: 4,
  startDate: start,
  travellers: { adults: 2, children: 1 },
  budget: { amount: 1_500, currency: "GBP", per: "person" },
  pace: "relaxed",
  interests: ["food", "art", "old trams"],
  diet: ["vegan"],
  accessibility: ["step-free"],
  startPoint: "Park Hotel",
  language: "en",
  notes: "No hurry",
};

/** Returns the members of a job that repeat its wish. */
function wishOf(job: Record<string, unknown>) {
  return Object.fromEntries(Object.keys(wish).map((name) => [name, job[name]]));
}

browserTest("all facts can be filled in with the keyboard only", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser, { locale: "en-US" });
  await page.goto(service.url);
  await page.locator("#recent").waitFor();
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Presses Tab until a field has the focus. A date has up to four stops. */
  const tabTo = async (name: string) => {
    const focused = "document.activeElement.name || document.activeElement.localName";
    for (let n = 0; n < 8; n++) {
      if (await page.evaluate(focused) === name) return;
      await press("Tab");
    }
    assertStrictEquals(await page.evaluate(focused), name);
  };
  const fill = async (name: string, text: string) => {
    await tabTo(name);
    await page.keyboard.type(text);
  };
  await fill("destination", "Lisbon");
  await fill("durationDays", "2");
  await tabTo("summary");
  await press("Enter");
  await fill("startDate", typed(start));
  const dates = "[...document.querySelectorAll('form.itinerary input[type=date]')]" +
    ".map(({ value }) => value)";
  // The last day follows, and the arrow keys move it; then the number of days follows.
  assertEquals(await page.evaluate(dates), [start, dateIn(41)]);
  await fill("endDate", typed(dateIn(43)));
  assertEquals(await page.evaluate(dates), [start, dateIn(43)]);
  assertStrictEquals(await page.locator("#itinerary-durationDays").inputValue(), "4");
  await fill("adults", "2");
  await fill("children", "1");
  await fill("amount", "1,500");
  await fill("currency", "GBP");
  await tabTo("per");
  await press("ArrowRight");
  await tabTo("pace");
  await press("ArrowRight");
  await tabTo("interests");
  await press("Space", "Tab", "Space");
  // The other chips lie before the line for other interests.
  for (let n = 0; n < 9; n++) await press("Tab");
  await page.keyboard.type("old trams");
  await press("Tab");
  await tabTo("diet");
  await press("Tab", "Space");
  for (let n = 0; n < 6; n++) await press("Tab");
  await tabTo("accessibility");
  await press("Tab", "Space");
  for (let n = 0; n < 4; n++) await press("Tab");
  await fill("startPoint", "Park Hotel");
  await tabTo("language");
  await fill("notes", "No hurry");
  await page.locator(".more summary", { hasText: "13 filled in" }).waitFor();
  await takeScreenshot(page, "first-page-filled", true);
  // "Clear the form", then "Plan my trip".
  await press("Tab", "Tab", "Enter");
  const job = await jobOn(page, service);
  assertEquals(wishOf(job), wish);

  // "Edit your request" leads back to the form with all of these facts.
  const link = formUrl(wishOfJob(job)!);
  await page.goto(service.url + link);
  assertStrictEquals(await page.locator("form.itinerary details").getAttribute("open"), "");
  assertEquals(await page.evaluate(dates), [start, dateIn(43)]);
  await page.getByRole("button", { name: "Plan my trip" }).click();
  assertEquals(wishOf(await jobOn(page, service)), wish);
  assertEquals(faults(), []);
});

browserTest("what a traveler types is there after a reload, until it is sent", async (browser) => {
  await using service = await openService();
  const { page, context, faults } = await visit(browser);
  const form = page.locator("form.itinerary");
  const destination = page.getByLabel("Destination");
  const draft = () => page.evaluate("localStorage.getItem('tripwright.draft.itinerary')");
  await page.goto(service.url);
  await page.locator("#recent").waitFor();
  await destination.fill("Lisbon");
  await form.getByText("Add details").click();
  await form.getByText("nightlife", { exact: true }).click();
  await form.getByLabel("Other interests").fill("old trams");
  await form.getByText("packed", { exact: true }).click();
  await form.getByLabel("First day").fill(start);
  await form.getByLabel("Anything else").fill("No hurry");
  const tab = await context.newPage();
  await tab.goto(service.url);
  await tab.locator(".more", { hasText: "5 filled in" }).waitFor();
  // Values of a link win, and a form of another kind has a draft of its own.
  await tab.goto(`${service.url}/?kind=itinerary&destination=Rome`);
  await tab.locator("#recent").waitFor();
  assertStrictEquals(await tab.getByLabel("Destination").inputValue(), "Rome");
  assertStrictEquals(await tab.getByLabel("City").inputValue(), "");
  await tab.close();

  await page.reload();
  await form.getByText("5 filled in").waitFor();
  assertStrictEquals(await destination.inputValue(), "Lisbon");
  assertStrictEquals(await form.locator("details").getAttribute("open"), null);
  assert(await shiftedOn(page) < 0.01, await shiftsOn(page));
  await form.getByText("Add details").click();
  assertStrictEquals(await form.getByLabel("nightlife").isChecked(), true);
  assertStrictEquals(await form.getByLabel("art", { exact: true }).isChecked(), false);
  assertStrictEquals(await form.getByLabel("Other interests").inputValue(), "old trams");
  assertStrictEquals(await form.getByLabel("packed").isChecked(), true);
  assertStrictEquals(await form.getByLabel("Last day").inputValue(), dateIn(42));
  await page.getByRole("button", { name: "Plan my trip" }).click();
  const job = await jobOn(page, service);
  assertEquals([job.interests, job.startDate], [["nightlife", "old trams"], start]);
  assertStrictEquals(await draft(), null);
  await page.goto(service.url);
  await page.locator("#recent li").waitFor();
  assertStrictEquals(await destination.inputValue(), "");

  // A refused trip keeps its draft, and "Clear the form" drops it.
  await destination.fill("Lisbon");
  await page.route("**/api/**", (route) =>
    route.fulfill({
      status: 503,
      // The client would try again before it gives up.
      headers: { "retry-after": "60" },
      contentType: "application/problem+json",
      json: { code: "queue_full", detail: "The queue is full" },
    }));
  await page.getByRole("button", { name: "Plan my trip" }).click();
  await page.getByRole("alert").waitFor();
  assertStrictEquals(await draft(), '{"destination":"Lisbon"}');
  await form.getByText("Add details").click();
  await page.getByRole("button", { name: "Clear the form" }).first().click();
  await page.waitForFunction("localStorage.getItem('tripwright.draft.itinerary') === null");
  assertStrictEquals(await destination.inputValue(), "");
  assertStrictEquals(await page.getByLabel("Days").inputValue(), "3");
  assertEquals(faults(/status of 503/), []);
});

browserTest("empty fields have no errors until the form is sent", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  await page.goto(`${service.url}/?kind=generation`);
  await page.locator("#recent").waitFor();
  const errors = page.locator(".hint.error");
  const form = page.locator("form.generation");
  await form.getByLabel("City").focus();
  for (let n = 0; n < 4; n++) await page.keyboard.press("Tab");
  assertStrictEquals(await errors.count(), 0);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.getByRole("button", { name: "Plan my weekend" }).click();
  assertEquals(await errors.allInnerTexts(), ["Please fill this in."]);
  assertStrictEquals(await page.evaluate("document.activeElement.name"), "city");
  await form.getByLabel("City").fill("\u200b\u200b\u200b");
  await page.getByRole("button", { name: "Plan my weekend" }).click();
  await errors.getByText("Please fill this in.").waitFor();
  await form.getByLabel("City").fill("Rome");
  assertStrictEquals(await errors.count(), 0);

  // The details open for an error in them, which takes the focus.
  await openBundlesForm(page);
  await form.getByLabel("Children", { exact: true }).fill("2");
  await form.evaluate((form) => form.querySelector("details")!.open = false);
  await page.getByRole("button", { name: "Plan my weekend" }).click();
  await errors.getByText("Enter how many adults travel.").waitFor();
  assertStrictEquals(await page.evaluate("document.activeElement.name"), "adults");
  assertEquals(asked, []);
  assertEquals(faults(), []);
});

browserTest("a form without JavaScript sends all facts, and shows its errors", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser, { javaScriptEnabled: false });
  await page.goto(service.url);
  await page.locator("#choose-generation").check();
  await page.getByRole("button", { name: "Plan my weekend" }).click();
  await page.getByText("Please fill this in.").waitFor();
  assertStrictEquals(await page.locator("form.generation details").getAttribute("open"), null);

  await page.goto(service.url);
  const form = page.locator("form.itinerary");
  await form.getByText("Add details").click();
  await form.getByLabel("Destination").fill("Lisbon");
  await form.getByLabel("First day").fill(start);
  await form.getByLabel("Last day").fill(dateIn(43));
  await form.getByLabel("Children", { exact: true }).fill("1");
  await form.getByLabel("Budget", { exact: true }).fill("1500");
  await form.getByLabel("Currency").selectOption("GBP");
  for (const chip of ["per person", "relaxed", "food", "art", "vegan", "step-free"]) {
    await form.getByText(chip, { exact: true }).click();
  }
  await form.getByLabel("Other interests").fill("old trams");
  await form.getByLabel("Where you stay").fill("Park Hotel");
  await form.getByLabel("Anything else").fill("No hurry");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  await page.getByText("Enter how many adults travel.").waitFor();
  assertStrictEquals(await form.locator("details").getAttribute("open"), "");
  await takeScreenshot(page, "first-page-without-script", true);
  await form.getByLabel("Adults").fill("2");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  assertEquals(wishOf(await jobOn(page, service)), wish);
  assertEquals(faults(/status of 400/), []);
});

browserTest(
  "the first page is accessible with open details, and fits the window",
  async (browser) => {
    await using service = await openService();
    for (
      const [width, colorScheme, locale] of [[320, "light", "de"], [1280, "dark", "en"]] as const
    ) {
      const viewport = { width, height: 800 };
      const { page, faults } = await visit(browser, { viewport, colorScheme, locale });
      await page.goto(service.url);
      await page.locator(".example .days").waitFor();
      for (const kind of ["itinerary", "generation"]) {
        await page.locator(`#choose-${kind}`).check();
        await page.locator(`form.${kind} summary`).click();
        await page.locator(`form.${kind} .chip`).first().click();
        await page.locator(`form.${kind} button.main`).click();
        await takeScreenshot(page, `first-page-${kind}-${width}`, true);
        assertEquals(await accessibilityViolations(page), [], `${kind} at ${width}`);
        assertStrictEquals(await overflows(page), false, `${kind} at ${width}`);
      }
      const heights = "[...document.querySelectorAll('.chip, .wish input:not([type=hidden], " +
        "[type=radio], [type=checkbox]), select, summary, .wish button, .choice label')]" +
        ".filter((element) => element.checkVisibility())" +
        ".map((element) => element.getBoundingClientRect().height)";
      const small = (await page.evaluate(heights) as number[]).filter((height) => height < 44);
      assertEquals(small, []);
      assertEquals(faults(), []);
    }
  },
);

browserTest("the form works where the browser blocks storage", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  await page.addInitScript(`
    Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("blocked", "SecurityError"); },
    });
  `);
  await page.goto(service.url);
  await page.getByText("Your browser blocks storage").waitFor();
  await page.getByLabel("Destination").fill("Oslo");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  assertStrictEquals((await jobOn(page, service)).destination, "Oslo");
  assertEquals(faults(), []);
});
