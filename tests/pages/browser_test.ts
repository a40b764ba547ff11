/**
 * The documentation pages in a real browser.
 */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { browserTest } from "../../testing/browser.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { accessibilityViolations, openService, overflows, visit } from "../../testing/pages.ts";

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

/** The sizes and looks in which developers read the guide. */
const looks = [
  { name: "wide", width: 1280, height: 900, colorScheme: "light" },
  { name: "phone", width: 320, height: 700, colorScheme: "light" },
  { name: "dark", width: 1280, height: 900, colorScheme: "dark" },
] as const;

browserTest("/docs can be read at any size, and its code can be copied", async (browser) => {
  await using service = await openService();
  for (const { name, width, height, colorScheme } of looks) {
    const { page, context, faults } = await visit(browser, {
      viewport: { width, height },
      colorScheme,
    });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(`${service.url}/docs`);
    await page.getByRole("button", { name: "Copy" }).nth(3).waitFor();
    await takeScreenshot(page, `docs-${name}`);
    assertStrictEquals(await overflows(page), false, name);
    if (name === "dark") assertEquals(await accessibilityViolations(page), [], name);
    if (name === "wide") {
      await page.getByRole("button", { name: "Copy" }).first().click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      const copied = await page.evaluate("navigator.clipboard.readText()") as string;
      assertMatch(copied, new RegExp(`^# Create a trip.*\\ncurl ${service.url}/api/itineraries`));
      // Each sort of content that is closed at first.
      await page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)");
      assertEquals(await accessibilityViolations(page), [], "open");
    }
    await page.evaluate("location.hash = 'schema-Day'");
    await takeScreenshot(page, `docs-${name}-schema`);
    await page.getByRole("link", { name: "Tripwright", exact: true }).click();
    await page.getByRole("button", { name: "Plan my trip" }).waitFor();
    assertEquals(faults(), [], name);
  }
});

browserTest("/docs is complete without scripts", async (browser) => {
  await using service = await openService();
  const { page } = await visit(browser, { javaScriptEnabled: false });
  await page.goto(`${service.url}/docs`);
  await page.getByText("This service needs no API key").waitFor();
  assertStrictEquals(await page.getByRole("button", { name: "Copy" }).count(), 0);
  await page.getByRole("link", { name: "All calls" }).click();
  await page.getByRole("link", { name: "Cancel a job" }).first().click();
  await page.getByRole("heading", { name: "Cancel a job" }).first().waitFor();
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
