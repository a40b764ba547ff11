/**
 * The pages of bulk jobs and of the audit in a real browser, on a service with a fake clock.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { JobRecord } from "../../lib/job/job_record.ts";
import { tokyo } from "../../testing/app.ts";
import { browserTest } from "../../testing/browser.ts";
import { post } from "../../testing/http.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { ADMIN_TOKEN, openAdminApp } from "../../testing/operators.ts";
import { accessibilityViolations, overflows, takeScreenshot, visit } from "../../testing/pages.ts";

/** How many jobs a bulk job of these tests finds. */
const JOBS = 25;

/** A service with jobs that were canceled, for an operator in a browser. */
async function openDashboard(browser: Browser, options: BrowserContextOptions = {}) {
  const env = await openAdminApp({ delayMs: 60_000 });
  const server = serveLocally((request) => env.app.fetch(request));
  for (let n = 0; n < JOBS; n++) {
    const { body } = await post(env.app, "/api/itineraries", tokyo);
    await env.a.jobs.cancelById(body.jobId);
  }
  env.clock.advance(1_000);
  const visitor = await visit(browser, options);
  const { page } = visitor;
  await page.goto(`${server.url}/admin/bulk`);
  await page.getByLabel("Token").fill(ADMIN_TOKEN);
  await page.getByLabel("Name").fill("Ann");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Bulk actions" }).waitFor();
  return {
    ...env,
    ...visitor,
    url: server.url,
    /** Executes what is due at a later time. */
    async work(ms: number) {
      env.clock.advance(ms);
      await env.b.instance.sweep();
      await env.settled();
    },
    /** The states of the jobs that replay others. */
    async replays() {
      const entries = await Array.fromAsync(env.kv.list<JobRecord>({ prefix: ["job"] }));
      const jobs = entries.map(({ value }) => value).filter(({ replayOf }) => replayOf !== null);
      return jobs.map(({ state }) => state);
    },
    async [Symbol.asyncDispose]() {
      await visitor.context.close();
      env.clock.advance(120_000);
      await env.settled();
      await server[Symbol.asyncDispose]();
      env.kv.close();
    },
  };
}

/** Fills in the form for a replay of the canceled jobs, and looks at the preview. */
async function previewReplay(page: Page, limit?: string): Promise<void> {
  await page.getByLabel("State").selectOption("canceled");
  if (limit) await page.getByLabel("At most, jobs").fill(limit);
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByText("25 jobs match.").waitFor();
}

browserTest(
  "an operator previews a bulk job, starts it, and undoes it in time",
  async (browser) => {
    await using env = await openDashboard(browser);
    const { page } = env;
    await previewReplay(page);
    await page.getByRole("button", { name: "Replay 25 jobs" }).click();
    await page.getByText("The bulk job begins in 15 seconds.").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The bulk job is undone. No job was changed.").waitFor();
    await env.work(20_000);
    assertEquals(await env.replays(), []);
    assertEquals(env.faults(), []);
  },
);

browserTest(
  "a bulk job shows its progress and its jobs by itself, and its replays are canceled",
  async (browser) => {
    await using env = await openDashboard(browser);
    const { page } = env;
    await previewReplay(page, "20");
    await page.getByRole("button", { name: "Replay up to 20 jobs" }).click();
    await page.getByText("scheduled begins in 15 s").waitFor();
    await env.work(20_000);
    // Without a click: the page fetches its live parts again.
    await page.getByText("It has reached its limit.").waitFor();
    assertStrictEquals(await page.getByRole("row").count(), 21);
    await takeScreenshot(page, "admin-bulk-job", true);

    await page.reload();
    await page.getByText("Cancel its replays").click();
    await page.getByRole("button", { name: "Cancel the replays" }).click();
    await page.getByText("This one cancels its replays.").waitFor();
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByRole("cell", { name: "bulk.undo" }).waitFor();
    assertStrictEquals(await page.getByRole("row", { name: /bulk\.start.*limit=20/ }).count(), 1);
    await page.locator("[name=action]").selectOption("bulk.start");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("link", { name: "Clear" }).waitFor();
    assertStrictEquals(await page.getByRole("cell", { name: "bulk.undo" }).count(), 0);
    assertEquals(env.faults(), []);
  },
);

browserTest("without scripts, a bulk job is started and stopped", async (browser) => {
  await using env = await openDashboard(browser, { javaScriptEnabled: false });
  const { page } = env;
  await previewReplay(page);
  await page.getByRole("button", { name: "Replay 25 jobs" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("No job was changed.").first().waitFor();
  assertEquals(await env.replays(), []);
});

browserTest("a filter that matches nothing, or cannot match, says so", async (browser) => {
  await using env = await openDashboard(browser);
  const { page } = env;
  await page.getByLabel("Failure").selectOption("timeout");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByText("No job matches.").waitFor();
  await page.locator("[name=action]").selectOption("cancel");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("alert").getByText("Only jobs that wait or run can be canceled").waitFor();
  assertStrictEquals(await page.getByLabel("Failure").inputValue(), "timeout");
  assertEquals(env.faults(/400 \(Bad Request\)/), []);
});

const looks: [name: string, options: BrowserContextOptions][] = [
  ["wide and light", {}],
  ["narrow and dark", { viewport: { width: 320, height: 640 }, colorScheme: "dark" }],
];

for (const [name, options] of looks) {
  browserTest(
    `the pages of bulk jobs and of the audit are accessible, ${name}`,
    async (browser) => {
      await using env = await openDashboard(browser, options);
      const { page } = env;
      async function check(what: string): Promise<void> {
        await takeScreenshot(page, `admin-${what}-${name.replaceAll(" ", "-")}`, true);
        assertEquals(await accessibilityViolations(page), [], what);
        assert(!await overflows(page), `${what} is wider than its window`);
      }
      await check("bulk-empty");
      await previewReplay(page);
      await check("bulk-preview");
      await page.getByRole("button", { name: "Replay 25 jobs" }).click();
      await page.getByText("scheduled begins in 15 s").waitFor();
      await check("bulk-scheduled");
      await env.work(20_000);
      await page.reload();
      await page.getByText("Cancel its replays").click();
      await check("bulk-completed");
      await page.goto(`${env.url}/admin/bulk`);
      await check("bulk-list");
      await page.goto(`${env.url}/admin/audit`);
      await check("audit");
      assertEquals(env.faults(), []);
    },
  );
}
