/**
 * The service with its pages, and visitors with a real browser whose errors are recorded.
 * @module
 */
import axe from "axe-core";
import type { FixtureResponse } from "@copilotkit/aimock";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { sampleBundles } from "../jobs/kinds/bundles/sample.ts";
import { sampleItinerary } from "../jobs/kinds/itinerary/sample.ts";
import { openService } from "./page_service.ts";

export { openService };

export const rome = { destination: "Rome", durationDays: 3 };
export const { days } = sampleItinerary(rome);
export const weekend = { interests: ["fado", "food"], timeframe: "This weekend", city: "Lisbon" };
export const { bundles } = sampleBundles({ preferences: weekend });

const usage = { prompt_tokens: 400, completion_tokens: 900 };

/** What the model writes for {@link rome} and {@link weekend}. */
export const itineraryReply: FixtureResponse = { content: JSON.stringify({ days }), usage };
export const bundlesReply: FixtureResponse = {
  content: JSON.stringify({ bundles }),
  reasoning: "**Weighing moods**\n\nQuiet rooms first, then the river.",
  usage,
};

/** The end of the model's text when `count` parts are finished. */
export function upTo(parts: readonly unknown[], count: number): string {
  return JSON.stringify(parts.slice(0, count)).slice(0, -1);
}

/**
 * Records which elements of the page have moved by themselves; https://web.dev/articles/cls. Moves
 * while the browser parses the HTML do not count: a busy machine may paint half a line before the
 * rest arrives.
 */
const WATCH_SHIFTS = `
  const entries = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ type: "layout-shift", buffered: true });
  const edges = ({ left, top, right, bottom }) => [left, top, right, bottom].map(Math.round);
  const move = ({ node, previousRect, currentRect }) => {
    const element = node?.outerHTML ?? node?.parentElement?.outerHTML ?? "gone";
    return edges(previousRect) + " to " + edges(currentRect) + " " + element.slice(0, 80);
  };
  window.shifts = () => {
    entries.push(...observer.takeRecords());
    const [{ domInteractive }] = performance.getEntriesByType("navigation");
    return entries
      .filter(({ hadRecentInput, startTime }) => !hadRecentInput && startTime > domInteractive)
      .map(({ value, sources }) => ({ value, moves: sources.map(move) }));
  };
`;

/** Opens a browser context of its own, as a new visitor. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({
    viewport: { width: 1000, height: 800 },
    // Animations need a third of a browser's processor time.
    reducedMotion: "reduce",
    // A worker answers requests before the routes of a test. Its own tests allow it.
    serviceWorkers: "block",
    ...options,
  });
  if (options.javaScriptEnabled !== false) await context.addInitScript(WATCH_SHIFTS);
  const faults: string[] = [];
  let home: string | undefined;
  context.on("page", (page) => {
    // Violations of the content security policy are console errors, too.
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("dialog", (dialog) => {
      faults.push(`asked: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      home ??= host;
      if (protocol !== "data:" && host !== home) faults.push(`asked ${host}`);
    });
  });
  return {
    context,
    page: await context.newPage(),
    /** The errors on the pages, except the expected ones. */
    faults(expected?: RegExp): string[] {
      return faults.filter((fault) => !expected?.test(fault));
    },
  };
}

/** How much has moved on the page so far. */
export async function shiftedOn(page: Page): Promise<number> {
  return await page.evaluate("shifts().reduce((sum, { value }) => sum + value, 0)");
}

/** What has moved on the page so far: by how much, from where to where. */
export async function shiftsOn(page: Page): Promise<string> {
  return JSON.stringify(await page.evaluate("shifts()"), null, 2);
}

/** Lists the violations that an accessibility checker finds. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // A browser compiles the checker in a fifth of a second: once for each document.
  if (!await page.evaluate("window.axe !== undefined")) await page.evaluate(axe.source);
  // The other results are large, and no test reads them.
  const violations = await page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)",
  ) as axe.Result[];
  return violations.map(({ id, impact, nodes }) =>
    `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 100)).join(" | ")}`
  );
}

/** Whether a page is wider than its window. */
export async function overflows(page: Page): Promise<boolean> {
  return await page.evaluate("document.documentElement.scrollWidth > innerWidth");
}

/** Takes a screenshot if `SCREENSHOTS` is set to a directory. */
export async function takeScreenshot(page: Page, name: string, fullPage = false): Promise<void> {
  const directory = Deno.env.get("SCREENSHOTS");
  if (directory) await page.screenshot({ path: `${directory}/${name}.png`, fullPage });
}

/** Fills in the form of an itinerary and sends it. */
export async function wishForItinerary(page: Page, wish = rome): Promise<void> {
  await page.getByLabel("Destination").fill(wish.destination);
  await page.getByLabel("Days").fill(String(wish.durationDays));
  await page.getByRole("button", { name: "Plan my trip" }).click();
  await page.waitForURL("**/trips/*");
}

/** Shows the form of bundles with its details. */
export async function openBundlesForm(page: Page): Promise<Locator> {
  await page.getByText("Weekend bundles", { exact: true }).click();
  const form = page.locator("form.generation");
  await form.evaluate((form) => form.querySelector("details")!.open = true);
  return form;
}

/** Fills in the form of bundles and sends it. */
export async function wishForBundles(page: Page): Promise<void> {
  const form = await openBundlesForm(page);
  await form.getByLabel("City").fill(weekend.city);
  await form.getByLabel("When").fill(weekend.timeframe);
  await form.getByLabel("Other interests").fill(weekend.interests.join(", "));
  await page.getByRole("button", { name: "Plan my weekend" }).click();
  await page.waitForURL("**/trips/*");
}

/** Opens a menu of the actions of a trip. */
export async function openMenu(page: Page, name: "Share" | "Add to calendar" | "Save") {
  await page.locator(".menu > summary", { hasText: name }).click();
}

/**
 * Starts a trip and waits until its first day is shown.
 *
 * @param options.isOpen the page with the form is already open
 * @returns the id of the model's answer
 */
export async function seeFirstDay(
  page: Page,
  service: Awaited<ReturnType<typeof openService>>,
  { isOpen = false } = {},
): Promise<string> {
  if (!isOpen) await page.goto(service.url);
  await wishForItinerary(page);
  const id = await service.model.begun(0);
  service.model.write(id, upTo(days, 1));
  await page.getByRole("heading", { name: days[0]!.theme }).waitFor();
  return id;
}

/** Stops the planning of a trip, and confirms it: in the dialog, or on its page without a script. */
export async function stopPlanning(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Stop planning" }).click();
  await page.getByRole("button", { name: "Yes, stop" }).click();
}
