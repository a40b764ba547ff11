/**
 * Pauses and breakers on the overview, in a real browser, and what a traveler sees of them.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { JobError } from "../../lib/job/failure.ts";
import { tokyo } from "../../testing/app.ts";
import { browserTest } from "../../testing/browser.ts";
import { post } from "../../testing/http.ts";
import { modelOf } from "../../testing/jobs.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { ADMIN_TOKEN, openAdminApp } from "../../testing/operators.ts";
import { accessibilityViolations, overflows, takeScreenshot, visit } from "../../testing/pages.ts";

/** Serves the application with a model that refuses all calls, so that a breaker is open. */
async function serveControls() {
  const refuse = () =>
    Promise.reject(new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota"));
  const env = await openAdminApp({}, {
    model: () => modelOf({ chat: refuse, respond: refuse }),
    mockIfQuota: false,
  });
  await post(env.app, "/api/itineraries", tokyo);
  await env.settled();
  const server = serveLocally((request) => env.app.fetch(request));
  return {
    env,
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      env[Symbol.dispose]();
    },
  };
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/admin`);
  await page.getByLabel("Token").fill(ADMIN_TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
}

/** Opens a question, checks the page, and confirms. */
async function confirm(
  page: Page,
  { label, button, note, isChecked }: {
    label: string;
    button: string;
    note?: string;
    isChecked: boolean;
  },
): Promise<void> {
  const question = page.locator("details.confirm", { hasText: button });
  await question.getByText(label, { exact: true }).first().click();
  if (note) await question.getByRole("textbox").fill(note);
  if (isChecked) await check(page, `question: ${button}`);
  await question.getByRole("button", { name: button }).click();
  await page.getByRole("status").filter({ hasText: /paused\.|closed\./ }).waitFor();
}

async function check(page: Page, state: string): Promise<void> {
  assertEquals(await accessibilityViolations(page), [], state);
  assertStrictEquals(await overflows(page), false, `${state} is too wide`);
}

const viewers = {
  light: { viewport: { width: 1280, height: 900 } },
  "dark-phone": { colorScheme: "dark", viewport: { width: 320, height: 640 } },
  "without scripts": { javaScriptEnabled: false },
} as const;

for (const [name, viewer] of Object.entries(viewers)) {
  browserTest(`an operator pauses, resumes and closes a breaker: ${name}`, async (browser) => {
    await using served = await serveControls();
    const { page } = await visit(browser, viewer);
    // The checker is a script.
    const isChecked = !("javaScriptEnabled" in viewer);
    await signIn(page, served.url);
    await takeScreenshot(page, `admin-controls-${name}-open`, true);
    await confirm(page, {
      label: "Pause new jobs",
      button: "Pause new jobs",
      note: "We are back at six.",
      isChecked,
    });
    await confirm(page, { label: "Pause bundles", button: "Pause bundles", isChecked });
    await confirm(page, {
      label: "Close the breaker of itinerary",
      button: "Close it now",
      isChecked,
    });
    if (isChecked) await check(page, "paused");
    await takeScreenshot(page, `admin-controls-${name}-paused`, true);
    const { intake, kinds } = await served.env.a.operator.controls.read();
    assertEquals([intake, ...kinds.map(({ isPaused }) => isPaused)], ["paused", false, true]);
    await page.getByRole("button", { name: "Accept new jobs" }).click();
    await page.getByRole("status").filter({ hasText: "New jobs are resumed." }).waitFor();
    await page.getByRole("button", { name: "Resume bundles" }).click();
    await page.getByRole("status").filter({ hasText: "Jobs of bundles are resumed." }).waitFor();
    const after = await served.env.a.operator.controls.read();
    assertEquals([after.intake, ...after.kinds.map(({ isPaused }) => isPaused)], [
      "open",
      false,
      false,
    ]);
  });
}

browserTest("a traveler reads the operator's note, and keeps the form", async (browser) => {
  await using served = await serveControls();
  const pause = { what: "intake", note: "We are back at six." };
  await served.env.a.operator.controls.pause({ name: "Ada", via: "api" }, pause);
  const { page } = await visit(browser, { viewport: { width: 320, height: 640 } });
  await page.goto(served.url);
  await page.getByLabel("Destination").fill("Tokyo, Japan");
  await page.getByLabel("Days").fill("2");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  await page.getByRole("alert").filter({ hasText: "We are back at six." }).waitFor();
  await takeScreenshot(page, "intake-paused", true);
  await check(page, "intake paused");
});
