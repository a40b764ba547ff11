/**
 * The pages of jobs in a real browser.
 */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../../testing/browser.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { CALLBACK, HOSTILE, openOperatedJobs } from "../../testing/operated_jobs.ts";
import { ADMIN_TOKEN } from "../../testing/operators.ts";
import { accessibilityViolations, overflows, takeScreenshot, visit } from "../../testing/pages.ts";

/** Serves the application with jobs in several states. */
async function serveJobs() {
  const env = await openOperatedJobs();
  const server = serveLocally((request) => env.app.fetch(request));
  const failed = await env.create(`fail ${HOSTILE}`, CALLBACK);
  const finished = await env.create(`plan ${HOSTILE}`);
  const held = await env.create("hold");
  return {
    ...env,
    failed,
    finished,
    held,
    url: `${server.url}/admin/jobs`,
    async [Symbol.asyncDispose]() {
      // The worker of a job that holds waits for its end.
      await env.a.jobs.cancel(env.kind, held);
      await env.a.instance.idle();
      await server[Symbol.asyncDispose]();
      env[Symbol.dispose]();
    },
  };
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Token").fill(ADMIN_TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Jobs", level: 1 }).waitFor();
}

/** Opens each page of jobs in each of its states, one after the other. */
async function* statesOf(page: Page, jobs: Awaited<ReturnType<typeof serveJobs>>) {
  const { url, failed, finished, held } = jobs;
  await signIn(page, url);
  yield "list";
  await page.goto(`${url}?kind=none`);
  yield "empty";
  await page.goto(`${url}?attempts=many`);
  yield "invalid";
  await page.goto(`${url}/${held}`);
  yield "running";
  await page.goto(`${url}/${failed}`);
  yield "failed";
  await page.getByText("Replay from the beginning").click();
  yield "question";
  await page.goto(`${url}/${failed}`);
  await page.getByRole("button", { name: "Show the request" }).click();
  await page.getByText("fail <img src=x").waitFor();
  yield "request";
  await page.goto(`${url}/${finished}`);
  await page.getByText("Plan", { exact: true }).click();
  yield "plan";
}

const viewers = {
  light: { viewport: { width: 1280, height: 900 } },
  "dark-phone": { colorScheme: "dark", viewport: { width: 320, height: 640 } },
} as const;

for (const [name, viewer] of Object.entries(viewers)) {
  browserTest(`the pages of jobs are accessible and fit the window: ${name}`, async (browser) => {
    await using jobs = await serveJobs();
    const { page, faults } = await visit(browser, viewer);
    for await (const state of statesOf(page, jobs)) {
      await takeScreenshot(page, `admin-jobs-${name}-${state}`, true);
      assertEquals(await accessibilityViolations(page), [], `${state}, ${name}`);
      assertStrictEquals(await overflows(page), false, `${state}, ${name} is too wide`);
    }
    // The answer to the filter that is not valid.
    assertEquals(faults(/status of 400/), []);
  });
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";
  browserTest(`jobs are filtered, canceled and replayed ${how} scripts`, async (browser) => {
    await using jobs = await serveJobs();
    const { page, faults } = await visit(browser, { javaScriptEnabled });
    await signIn(page, jobs.url);
    await page.getByLabel("State").selectOption("running");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.locator(`a[href$="${jobs.held}"]`).click();
    await page.getByText("Cancel", { exact: true }).click();
    await page.getByRole("button", { name: "Cancel the job" }).click();
    await page.getByText("The job is canceled.").waitFor();
    assertStrictEquals(page.url(), `${jobs.url}/${jobs.held}`);

    await page.goto(jobs.url);
    await page.getByLabel("Job id").fill(jobs.failed);
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("Replay", { exact: true }).click();
    await page.getByRole("button", { name: "Replay the job" }).click();
    await page.getByText("This is the new job.").waitFor();
    await page.locator(`a[href$="${jobs.failed}"]`).click();
    await page.getByText("Replayed as").waitFor();
    assertStrictEquals(await page.getByText("Replay", { exact: true }).count(), 0);
    assertEquals(faults(), []);
  });
}

browserTest("a running job updates itself, and an open question stays open", async (browser) => {
  await using jobs = await serveJobs();
  const { page, faults } = await visit(browser);
  await page.clock.install();
  await signIn(page, jobs.url);
  await page.goto(`${jobs.url}/${jobs.failed}`);
  await page.getByText("Deliver the callback again").click();
  await jobs.a.operator.jobs.replay({ name: "Ada", via: "api" }, jobs.failed, { steps: "reuse" });
  await page.clock.runFor(5_000);
  await page.getByText("Replayed as").waitFor();
  assertMatch(
    await page.locator("details#redeliver").evaluate((element) => element.outerHTML),
    /^<details[^>]* open/,
  );
  await page.goto(`${jobs.url}/${jobs.held}`);
  await page.getByText("running", { exact: true }).first().waitFor();
  await jobs.a.jobs.cancel(jobs.kind, jobs.held);
  await page.clock.runFor(5_000);
  await page.locator("#job .state").getByText("canceled").waitFor();
  assertEquals(faults(), []);
});
