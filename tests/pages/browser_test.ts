/**
 * The documentation pages in a real browser.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { browserTest } from "../../testing/browser.ts";
import { Program, workDirectory } from "../../testing/program.ts";

/** Opens a page, and records its errors and its requests to other hosts. */
async function openPage(browser: Browser, url: string, dark = false) {
  const page = await browser.newPage({ colorScheme: dark ? "dark" : "light" });
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  const { host } = new URL(url);
  page.on("request", (request) => {
    const { protocol, host: asked } = new URL(request.url());
    if (protocol !== "data:" && asked !== host) faults.push(`asked ${asked}`);
  });
  await page.goto(url);
  return { page, faults };
}

/** Takes a screenshot if `SCREENSHOTS` is set to a directory. */
async function takeScreenshot(page: Page, name: string): Promise<void> {
  const directory = Deno.env.get("SCREENSHOTS");
  if (directory) await page.screenshot({ path: `${directory}/${name}.png` });
}

browserTest(
  "/docs shows every call and can send one, without requests to other hosts",
  async (browser) => {
    await using directory = await workDirectory();
    await using program = new Program(directory.path);
    const { page, faults } = await openPage(browser, `${await program.url()}/docs`);
    await page.locator("#operations-itineraries-createItinerary").waitFor();
    const calls = await page.locator(".opblock").count();
    assert(calls >= 17, `${calls} calls`);
    await takeScreenshot(page, "docs");
    await page.locator("#operations-itineraries-createItinerary .opblock-summary-control").click();
    const call = page.locator("#operations-itineraries-createItinerary");
    await call.locator("button.execute").click();
    await call.locator(".live-responses-table .response-col_status", { hasText: "202" }).waitFor();
    await takeScreenshot(page, "docs-tried");
    assertEquals(faults, []);
  },
);

browserTest("/docs has a dark color scheme, and fits on a phone", async (browser) => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const { page, faults } = await openPage(browser, `${await program.url()}/docs`, true);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.locator(".opblock").first().waitFor();
  const look = "getComputedStyle(document.documentElement).colorScheme";
  assertStrictEquals(await page.evaluate(look), "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.locator("html:not(.dark-mode)").waitFor();
  const overflow = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
  assertStrictEquals(overflow, false);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator("html.dark-mode").waitFor();
  await takeScreenshot(page, "docs-dark");
  assertEquals(faults, []);
});

browserTest("problem pages are readable in light and dark, and on a phone", async (browser) => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const url = await program.url();
  for (const dark of [false, true]) {
    const { page, faults } = await openPage(browser, `${url}/problems`, dark);
    await page.setViewportSize({ width: 360, height: 740 });
    await takeScreenshot(page, `problems-${dark ? "dark" : "light"}`);
    await page.getByRole("link", { name: "Daily limit reached" }).click();
    await page.getByRole("heading", { name: "Daily limit reached" }).waitFor();
    const overflow = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    assertStrictEquals(overflow, false);
    await takeScreenshot(page, `problem-${dark ? "dark" : "light"}`);
    assertEquals(faults, []);
    await page.close();
  }
});
