/**
 * The frame of the dashboard and its overview in a real browser.
 */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { HistoryStore } from "../../lib/store/history_store.ts";
import { browserTest } from "../../testing/browser.ts";
import { FakeClock, NOON } from "../../testing/fake_clock.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { ADMIN_TOKEN, openAdminApp } from "../../testing/operators.ts";
import { accessibilityViolations, overflows, takeScreenshot, visit } from "../../testing/pages.ts";
import { busyRow, storeHistory } from "../../testing/stored_history.ts";

/** Serves the application with a month of history, at a fixed time. */
async function serveDashboard({ warnings = [] as string[], hasHistory = true } = {}) {
  const clock = new FakeClock(NOON + 30_000);
  const kv = await Deno.openKv(":memory:");
  const env = await openAdminApp({ kv, clock, warnings: () => warnings });
  if (hasHistory) await storeHistory(kv, clock);
  let isLost = false;
  const server = serveLocally((request, url) => {
    if (isLost && url.pathname === "/admin") return new Response(null, { status: 502 });
    return env.app.fetch(request);
  });
  return {
    clock,
    kv,
    env,
    warnings,
    url: `${server.url}/admin`,
    lose: (lost: boolean) => isLost = lost,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      env[Symbol.dispose]();
    },
  };
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Token").fill(ADMIN_TOKEN);
  await page.getByLabel("Your name").fill("Ann");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
}

/** Brings the dashboard into each of its states, one after the other. */
async function* statesOf(page: Page, url: string) {
  await page.goto(url);
  yield "sign-in";
  await signIn(page, url);
  yield "overview";
  await page.getByRole("link", { name: "Last day" }).click();
  await page.waitForURL("**/admin?range=day");
  yield "overview-day";
  await page.getByRole("link", { name: "Last 30 days" }).click();
  await page.waitForURL("**/admin?range=month");
  yield "overview-month";
  await page.goto(`${url}/charts/duration?range=hour`);
  yield "chart";
  await page.goto(`${url}/nothing`);
  yield "nothing-there";
}

const viewers = {
  light: { viewport: { width: 1280, height: 900 } },
  "dark-phone": { colorScheme: "dark", viewport: { width: 320, height: 640 } },
} as const;

for (const [name, viewer] of Object.entries(viewers)) {
  browserTest(`the dashboard is accessible and fits the window: ${name}`, async (browser) => {
    await using dashboard = await serveDashboard({ warnings: ["A model ends on 2027-01-15"] });
    const { page, faults } = await visit(browser, viewer);
    for await (const state of statesOf(page, dashboard.url)) {
      await takeScreenshot(page, `admin-${name}-${state}`, true);
      assertEquals(await accessibilityViolations(page), [], `${state}, ${name}`);
      assertStrictEquals(await overflows(page), false, `${state}, ${name} is too wide`);
    }
    assertEquals(faults(/404/), []);
  });
}

browserTest("the dashboard works without scripts", async (browser) => {
  await using dashboard = await serveDashboard();
  const { page } = await visit(browser, { javaScriptEnabled: false });
  await page.goto(`${dashboard.url}/charts/jobs?range=day`);
  await page.getByLabel("Token").fill(ADMIN_TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  // The sign-in leads to the page that was asked for.
  await page.waitForURL("**/admin/charts/jobs?range=day");
  assertStrictEquals(await page.getByRole("row").count(), 145);
  assertStrictEquals(await page.getByRole("button", { name: "Pause updates" }).count(), 0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/admin/sign-in");
  await page.goto(dashboard.url);
  await page.waitForURL("**/admin/sign-in");
});

browserTest("a service without history shows empty charts", async (browser) => {
  await using dashboard = await serveDashboard({ hasHistory: false });
  const { page, faults } = await visit(browser);
  await signIn(page, dashboard.url);
  assertEquals(await accessibilityViolations(page), []);
  await takeScreenshot(page, "admin-empty", true);
  const rate = page.locator(".charts .card", { hasText: "Success rate" });
  assertStrictEquals(await rate.locator("strong").textContent(), "–");
  assertEquals(faults(), []);
});

/** Moves the timers of a page, and waits until it has fetched itself again. */
async function update(page: Page, seconds = 5): Promise<void> {
  const fetched = page.waitForResponse((response) => response.url().endsWith("/admin"));
  await page.clock.runFor(seconds * 1_000);
  await fetched;
}

/** Signs in, with timers that only the test moves. */
async function watch(browser: Browser, url: string) {
  const visitor = await visit(browser);
  await visitor.page.clock.install({ time: NOON });
  await signIn(visitor.page, url);
  return visitor;
}

browserTest(
  "an update keeps the focus, the selection and the position",
  async (browser) => {
    await using dashboard = await serveDashboard();
    const { page, faults } = await watch(browser, dashboard.url);
    const link = page.getByRole("link", { name: "Success rate" });
    await link.focus();
    await page.evaluate(`{
    window.kept = document.activeElement;
    scrollTo(0, 120);
    getSelection().selectAllChildren(document.querySelector("#history-title"));
  }`);
    dashboard.warnings.push("A model ends on 2027-01-15");
    await update(page);
    await page.getByText("A model ends on 2027-01-15").waitFor();
    assertStrictEquals(await page.evaluate("document.activeElement === window.kept"), true);
    assertStrictEquals(await page.evaluate("scrollY"), 120);
    assertMatch(await page.evaluate("getSelection().toString()"), /history: last hour/i);
    assertEquals(faults(), []);
  },
);

browserTest(
  "an update keeps an open question and what was typed, and Escape closes it",
  async (browser) => {
    await using dashboard = await serveDashboard();
    const { page, faults } = await watch(browser, dashboard.url);
    const summary = page.locator("summary", { hasText: "Pause new jobs" });
    await summary.click();
    const note = page.getByLabel("What travelers read");
    await note.fill("We are back at noon");
    assertEquals(await accessibilityViolations(page), []);
    await takeScreenshot(page, "admin-question");
    dashboard.warnings.push("A model ends on 2027-01-15");
    await update(page);
    await page.getByText("A model ends on 2027-01-15").waitFor();
    assertStrictEquals(await note.inputValue(), "We are back at noon");
    // Also when the field does not have the focus.
    await page.getByRole("link", { name: "Success rate" }).focus();
    dashboard.warnings.push("Another model ends on 2027-02-15");
    await update(page);
    await page.getByText("Another model ends on 2027-02-15").waitFor();
    assertStrictEquals(await note.inputValue(), "We are back at noon");
    await note.focus();
    await page.keyboard.press("Escape");
    await note.waitFor({ state: "hidden" });
    assertStrictEquals(await page.evaluate("document.activeElement.textContent"), "Pause new jobs");
    assertEquals(faults(), []);
  },
);

browserTest("a question is answered, and the next page says so once", async (browser) => {
  await using dashboard = await serveDashboard();
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await visit(browser, { javaScriptEnabled });
    await signIn(page, dashboard.url);
    await page.locator("summary", { hasText: "Pause new jobs" }).click();
    await page.getByRole("button", { name: "Pause new jobs" }).click();
    await page.locator("main > .notice.good", { hasText: "paused" }).waitFor();
    await takeScreenshot(page, "admin-notice");
    await page.getByRole("button", { name: "Accept new jobs" }).click();
    await page.locator("main > .notice.good", { hasText: "resumed" }).waitFor();
    await page.goto(dashboard.url);
    assertStrictEquals(await page.locator("main > .notice").count(), 0);
  }
});

browserTest("an update shows new numbers without a reload", async (browser) => {
  await using dashboard = await serveDashboard();
  const { page } = await watch(browser, dashboard.url);
  await page.evaluate("window.isSame = true");
  const ended = page.locator(".charts .card", { hasText: "Jobs ended" }).locator("strong");
  assertMatch((await ended.textContent())!, /^1\.\dK$/);
  const row = { ...busyRow(1), counters: { ended: { "itinerary succeeded": 900_000 } } };
  const period = Math.floor(dashboard.clock.now() / 60_000);
  await new HistoryStore(dashboard.kv, dashboard.clock)
    .writeLast("stored", [{ level: "minute", period, writer: "stored", row }]);
  dashboard.clock.advance(10_000);
  await update(page);
  await page.locator(".charts strong", { hasText: /^90\d\.\dK$/ }).waitFor();
  assertStrictEquals(await page.evaluate("window.isSame"), true);
});

browserTest("updates can be paused, and resume at once", async (browser) => {
  await using dashboard = await serveDashboard();
  const { page } = await watch(browser, dashboard.url);
  const button = page.getByRole("button", { name: "Pause updates" });
  await button.click();
  await page.getByText("Updates are paused").waitFor();
  assertStrictEquals(await button.getAttribute("aria-pressed"), "true");
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.clock.runFor(60_000);
  assertEquals(requests, []);
  const fetched = page.waitForResponse((response) => response.url().endsWith("/admin"));
  // The same by keyboard.
  await page.keyboard.press("p");
  await fetched;
  assertStrictEquals(await button.getAttribute("aria-pressed"), "false");
});

browserTest(
  "a lost connection is reported, and the page continues when it is back",
  async (browser) => {
    await using dashboard = await serveDashboard();
    const { page } = await watch(browser, dashboard.url);
    dashboard.lose(true);
    await update(page);
    await page.getByText("Connection lost").waitFor();
    dashboard.lose(false);
    await update(page, 10);
    await page.waitForFunction(`document.querySelector("[data-live-state]").textContent === ""`);
  },
);

browserTest("a page whose session has ended asks for the token", async (browser) => {
  await using dashboard = await serveDashboard();
  const { page } = await watch(browser, dashboard.url);
  dashboard.clock.advance(12 * 3_600_000);
  await page.clock.runFor(5_000);
  await page.getByLabel("Token", { exact: true }).waitFor();
});

browserTest("the keyboard opens sections, and lists its shortcuts", async (browser) => {
  await using dashboard = await serveDashboard();
  const { page } = await watch(browser, dashboard.url);
  await page.goto(`${dashboard.url}/charts/jobs`);
  await page.keyboard.press("?");
  const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await list.waitFor();
  assertEquals(await accessibilityViolations(page), []);
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "hidden" });
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await page.waitForURL("**/admin");
});
