/**
 * The web app as travellers use it, in a real browser: from a wish to the plan, with interruptions.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { browserTest } from "../../testing/browser.ts";
import {
  bundles,
  bundlesReply,
  days,
  itineraryReply,
  openBundlesForm,
  openMenu,
  openService,
  seeFirstDay,
  shiftedOn,
  shiftsOn,
  stopPlanning,
  takeScreenshot,
  upTo,
  visit,
  wishForBundles,
  wishForItinerary,
} from "../../testing/pages.ts";

/** The browser's messages about an unreachable server and an unknown page. */
const AWAY =
  /ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|INTERNET_DISCONNECTED|NETWORK_CHANGED|FAILED)/;
const NOT_FOUND = /status of 404/;

/** The largest layout shift that a reader does not notice, as a CLS score. */
const MAX_SHIFT = 0.01;

const devices = { desk: { width: 1000, height: 800 }, phone: { width: 360, height: 740 } };

for (const [device, viewport] of Object.entries(devices)) {
  browserTest(
    `an itinerary grows day by day without layout shifts, ${device}`,
    async (browser) => {
      await using service = await openService({ script: [itineraryReply] });
      const { page, faults } = await visit(browser, { viewport });
      await page.goto(service.url);
      await takeScreenshot(page, `home-${device}`);
      await wishForItinerary(page);
      const id = await service.model.begun(0);
      await page.locator(".dock", { hasText: "Thinking about your trip" }).waitFor();
      await page.locator("[aria-current=step]", { hasText: "Thinking" }).waitFor();
      await takeScreenshot(page, `itinerary-thinking-${device}`);
      service.model.write(id, upTo(days, 1));
      await page.getByRole("heading", { name: days[0]!.theme }).waitFor();
      await page.getByText("Writing day 2 of 3").waitFor();
      assertStrictEquals(await page.locator("progress").getAttribute("value"), "1");
      assertStrictEquals(await page.locator(".days > li:not(.placeholder)").count(), 1);
      assertStrictEquals(await page.title(), "…Rome – Tripwright");
      assertMatch(await page.locator(".elapsed").innerText(), /\d:\d\d$/);
      await page.getByRole("status").getByText("Day 1 is ready.").waitFor();
      await takeScreenshot(page, `itinerary-growing-${device}`);
      service.model.write(id, upTo(days, 2));
      await page.getByRole("heading", { name: days[1]!.theme }).waitFor();
      service.model.write(id);
      await page.getByText("ready after").waitFor();
      assertStrictEquals(await page.locator(".days > li").count(), 3);
      assertStrictEquals(await page.locator(".dock").count(), 0);
      assertStrictEquals(await page.title(), "✓ Rome – Tripwright");
      assertStrictEquals(await page.locator(".mark").count(), 0);
      await page.getByRole("status").getByText("Your plan is ready.").waitFor();
      await takeScreenshot(page, `itinerary-finished-${device}`, true);
      assert(await shiftedOn(page) < MAX_SHIFT, await shiftsOn(page));
      assertEquals(faults(), []);
    },
  );
}

browserTest("bundles show the model's reasoning, then appear one by one", async (browser) => {
  await using service = await openService({ script: [bundlesReply] });
  const { page, faults } = await visit(browser, { viewport: { width: 390, height: 800 } });
  await page.goto(service.url);
  await wishForBundles(page);
  const id = await service.model.begun(0);
  service.model.write(id, upTo(bundles, 1));
  await page.getByRole("heading", { name: bundles[0]!.title }).waitFor();
  await page.locator(".reasoning summary", { hasText: "Weighing moods" }).waitFor();
  await page.locator(".reasoning summary").click();
  await page.getByText("Quiet rooms first, then the river.").waitFor();
  await takeScreenshot(page, "bundles-growing");
  service.model.write(id);
  await page.getByText("ready after").waitFor();
  const titles = await page.locator(".bundles h2").allInnerTexts();
  assertEquals(titles, bundles.map(({ title }) => title));
  await openMenu(page, "Add to calendar");
  await page.getByText("No event in this plan has an exact date").waitFor();
  await page.keyboard.press("Escape");
  await takeScreenshot(page, "bundles-finished", true);
  assert(await shiftedOn(page) < MAX_SHIFT, await shiftsOn(page));
  assertEquals(faults(), []);
});

browserTest("a reload during the work shows the parts at once, and continues", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForItinerary(page);
  const id = await service.model.begun(0);
  service.model.write(id, upTo(days, 2));
  await page.getByRole("heading", { name: days[1]!.theme }).waitFor();
  const html = await (await page.reload())!.text();
  for (const { theme } of days.slice(0, 2)) assert(html.includes(`>${theme}</h2>`));
  service.model.write(id);
  await page.getByText("ready after").waitFor();
  assertStrictEquals(await page.locator(".days > li").count(), 3);
  assertStrictEquals(service.model.bodies.length, 1);
  assertEquals(faults(), []);
});

browserTest("a trip is the same on another device and in another tab", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, context, faults } = await visit(browser);
  const id = await seeFirstDay(page, service);

  const tab = await context.newPage();
  await tab.goto(service.url);
  const row = tab.locator("#recent li", { hasText: "Rome, 3 days" });
  await row.getByText("In progress").waitFor();
  await takeScreenshot(tab, "home-with-trips");
  const { page: other, faults: otherFaults } = await visit(browser);
  await other.goto(page.url());
  await other.getByRole("heading", { name: days[0]!.theme }).waitFor();

  service.model.write(id);
  for (const each of [page, other]) await each.getByText("ready after").waitFor();
  await row.getByText("Ready").waitFor();
  assertStrictEquals(service.model.bodies.length, 1);

  // A trip that is forgotten in one tab is forgotten in the other.
  const third = await context.newPage();
  await third.goto(service.url);
  await third.locator("#recent li").waitFor();
  await third.getByRole("button", { name: "Forget Rome" }).click();
  await row.waitFor({ state: "detached" });
  assertEquals([...faults(), ...otherFaults()], []);
});

browserTest("a page says that it is offline, and continues when it is online", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, context, faults } = await visit(browser);
  const id = await seeFirstDay(page, service);
  await context.setOffline(true);
  // The emulation does not cut an open stream: the event ends it, as when a phone wakes up.
  await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
  await page.getByText("You're offline. This page continues when you're connected again.")
    .waitFor();
  await takeScreenshot(page, "offline");
  service.model.write(id);
  await service.program.untilLogged("completed");
  assertStrictEquals(await page.locator(".days > li:not(.placeholder)").count(), 1);
  await context.setOffline(false);
  await page.getByText("ready after").waitFor();
  assertStrictEquals(await page.locator(".days > li").count(), 3);
  assertEquals(faults(AWAY), []);
});

browserTest(
  "a page keeps its content when the server is killed and restarted",
  async (browser) => {
    await using service = await openService({ script: [itineraryReply] });
    const { page, faults } = await visit(browser);
    await seeFirstDay(page, service);
    await service.program.end("SIGKILL");
    await page.getByText("We can't reach the service. Your trip is saved").waitFor();
    assertStrictEquals(await page.locator(".days > li:not(.placeholder)").count(), 1);
    await service.restart();
    service.model.write(await service.model.begun(1));
    await page.getByText("ready after").waitFor();
    assertStrictEquals(await page.locator(".days > li").count(), 3);
    assertEquals(faults(AWAY), []);
  },
);

browserTest("a trip can be canceled, and then repeated", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForItinerary(page);
  await service.model.begun(0);
  const canceled = page.url();
  await stopPlanning(page);
  await page.getByText("Planning was stopped before the plan was finished.").waitFor();
  await takeScreenshot(page, "canceled");
  const { status } =
    (await service.program.get(canceled.replace(/.*trips/, "/api/itineraries"))).body;
  assertStrictEquals(status, "canceled");
  await page.getByRole("button", { name: "Plan this trip again" }).click();
  await page.waitForURL((url) => url.href !== canceled);
  service.model.write(await service.model.begun(1));
  await page.getByText("ready after").waitFor();
  assertEquals(faults(), []);
});

browserTest("a failed trip says why, and shows the next action", async (browser) => {
  const wrongKey = { message: "Wrong key", type: "invalid_request_error", code: "invalid_api_key" };
  await using service = await openService({
    script: [{ error: wrongKey, status: 401 }, itineraryReply],
  });
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForItinerary(page);
  await page.getByText("We can't write plans right now.").waitFor();
  await page.getByText("Error code: unauthorized").waitFor();
  assertStrictEquals(await page.getByText(/OpenAI|operator|401/i).count(), 0);
  await takeScreenshot(page, "failed");
  const failed = page.url();
  await page.getByRole("link", { name: "Edit your request" }).click();
  assertStrictEquals(await page.getByLabel("Destination").inputValue(), "Rome");
  assertStrictEquals(await page.getByLabel("Days").inputValue(), "3");
  await page.goto(failed);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.waitForURL((url) => url.href !== failed);
  const again = page.url();
  await page.goto(failed);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.waitForURL(again);
  assertEquals(faults(), []);
});

browserTest(
  "a refused wish stays in the form, with the time to try again",
  async (browser) => {
    await using service = await openService({
      script: [itineraryReply],
      env: { WORKER_CONCURRENCY: "1", MAX_QUEUED_JOBS: "1" },
    });
    await service.program.post("/api/itineraries", { destination: "Rome", durationDays: 3 });
    await service.model.begun(0);
    // The first job still counts as waiting for a moment after it starts.
    const wish = { destination: "Rome", durationDays: 2 };
    while ((await service.program.post("/api/itineraries", wish)).status !== 202);
    const { page, faults } = await visit(browser);
    await page.goto(service.url);
    await page.getByLabel("Destination").fill("Oslo");
    await page.getByLabel("Days").fill("2");
    await page.getByRole("button", { name: "Plan my trip" }).click();
    const notice = page.getByRole("alert");
    await notice.getByText("Many travelers are waiting right now, so we can't start another plan.")
      .waitFor();
    await notice.getByText(/Please try again after \d\d:\d\d:\d\d/).waitFor();
    assertStrictEquals(await page.getByLabel("Destination").inputValue(), "Oslo");
    await page.getByRole("button", { name: "Plan my trip" }).waitFor();
    await takeScreenshot(page, "refused");
    assertEquals(faults(/status of 503/), []);
  },
);

browserTest("a wish whose answer was lost creates one trip", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  const made: string[] = [];
  await page.route("**/api/itineraries", async (route) => {
    const request = route.request();
    // Playwright's own request API needs more of Node than Deno 2.5 has.
    const response = await fetch(request.url(), {
      method: "POST",
      headers: await request.allHeaders(),
      body: request.postData(),
    });
    const body = await response.text();
    made.push(JSON.parse(body).jobId);
    if (made.length === 1) await route.abort("connectionreset");
    else await route.fulfill({ status: response.status, contentType: "application/json", body });
  });
  await wishForItinerary(page);
  assertStrictEquals(made.length, 2);
  assertStrictEquals(made[0], made[1]);
  assert(page.url().endsWith(made[0]!));
  await page.getByText("Sample", { exact: true }).waitFor();
  await page.getByText("This site only writes sample plans.").waitFor();
  await takeScreenshot(page, "sample", true);
  assertEquals(faults(AWAY), []);
});

browserTest(
  "the page of an expired link says so, and offers the same wish",
  async (browser) => {
    await using service = await openService();
    const { page, faults } = await visit(browser);
    await page.goto(service.url);
    await wishForItinerary(page);
    await page.getByText("ready after").waitFor();
    const id = page.url().split("/").at(-1)!;
    const gone = crypto.randomUUID();
    await page.evaluate(`localStorage.setItem("tripwright.trips",
    localStorage.getItem("tripwright.trips").replace("${id}", "${gone}"))`);
    await page.goto(`${service.url}/trips/${gone}`);
    await page.getByRole("heading", { name: "This trip has expired" }).waitFor();
    await page.getByText("Rome, 3 days").waitFor();
    await takeScreenshot(page, "expired");
    await page.goto(service.url);
    await page.locator("#recent li").getByText("Expired", { exact: true }).waitFor();
    await page.goto(`${service.url}/trips/${gone}`);
    await page.getByRole("button", { name: "Plan this trip again" }).click();
    await page.waitForURL((url) => !url.href.endsWith(gone));
    await page.getByText("ready after").waitFor();

    const { page: stranger } = await visit(browser);
    await stranger.goto(`${service.url}/trips/${gone}`);
    await stranger.getByRole("heading", { name: "We can't find this trip" }).waitFor();
    await stranger.getByRole("link", { name: "Plan a new trip" }).click();
    await stranger.getByLabel("Destination").waitFor();
    assertEquals(faults(NOT_FOUND), []);
  },
);

browserTest("a trip that expires on an open page says so", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForItinerary(page);
  await service.model.begun(0);
  await page.locator(".dock", { hasText: "Thinking about your trip" }).waitFor();
  await page.getByRole("button", { name: "Stop planning" }).focus();
  await page.route(
    "**/api/itineraries/*",
    (route) =>
      route.fulfill({
        status: 404,
        contentType: "application/problem+json",
        json: { code: "job_not_found", detail: "Itinerary not found" },
      }),
  );
  await page.evaluate("dispatchEvent(new Event('online'))");
  await page.getByRole("heading", { name: "This trip has expired" }).waitFor();
  assertStrictEquals(await page.title(), "Expired – Tripwright");
  await page.locator("#main:focus").waitFor();
  assertEquals(faults(NOT_FOUND), []);
});

browserTest("all main functions work without JavaScript", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser, { javaScriptEnabled: false });
  await page.goto(service.url);
  await page.getByLabel("Destination").fill("x".repeat(121));
  await page.getByLabel("Days").fill("3");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  await page.getByText("Use at most 120 characters. You have 121.").waitFor();
  assertStrictEquals(await page.getByLabel("Days").inputValue(), "3");
  await takeScreenshot(page, "without-script-wrong");
  await page.getByLabel("Destination").fill("Rome");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  await page.waitForURL("**/trips/*");
  const id = await service.model.begun(0);
  service.model.write(id, upTo(days, 1));
  // The page reloads by itself.
  await page.getByRole("heading", { name: days[0]!.theme }).waitFor();
  await takeScreenshot(page, "without-script-growing");
  service.model.write(id);
  await page.getByText("ready after").waitFor();
  assertStrictEquals(await page.locator(".days > li").count(), 3);
  await openMenu(page, "Share");
  await page.getByText("Scan the code").waitFor();
  assertStrictEquals(await page.getByRole("button", { name: "Copy link" }).isVisible(), false);
  await openMenu(page, "Share");
  await openMenu(page, "Save");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Text" }).click(),
  ]);
  assertStrictEquals(download.suggestedFilename(), "rome.md");

  await page.goto(service.url);
  const form = page.locator("form.generation");
  await page.getByText("Weekend bundles", { exact: true }).click();
  await form.getByLabel("City").fill("Rome");
  await form.getByText("Add details").click();
  await form.getByText("art", { exact: true }).click();
  await page.getByRole("button", { name: "Plan my weekend" }).click();
  await page.waitForURL("**/trips/*");
  await stopPlanning(page);
  await page.getByText("Planning was stopped before the plan was finished.").waitFor();
  assertEquals(faults(/status of 400/), []);
});

browserTest("a trip can be created with the keyboard only", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = (attribute: string) =>
    page.evaluate(`document.activeElement.getAttribute("${attribute}")`);
  await press("Tab");
  assertStrictEquals(await focused("class"), "skip");
  await takeScreenshot(page, "keyboard-skip");
  await press("Enter", "Tab");
  assertStrictEquals(await focused("id"), "choose-itinerary");
  await press("ArrowDown");
  assertStrictEquals(await page.getByLabel("City").isVisible(), true);
  await press("ArrowUp", "Tab");
  assertStrictEquals(await focused("name"), "destination");
  // The number of days, the details and the button.
  await press("Tab", "Tab", "Tab", "Enter");
  // The first invalid field.
  assertStrictEquals(await focused("name"), "destination");
  assertStrictEquals(await focused("aria-invalid"), "true");
  await page.keyboard.type("Rome");
  await press("Tab");
  await page.keyboard.type("2");
  const outline = "getComputedStyle(document.activeElement).outlineStyle";
  assertStrictEquals(await page.evaluate(outline), "solid");
  await press("Enter");
  await page.waitForURL("**/trips/*");
  await page.getByText("ready after").waitFor();
  assertEquals(faults(), []);
});

browserTest("fields show their errors at once, without a request", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await page.locator("#recent").waitFor();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const destination = page.getByLabel("Destination");
  const days = page.getByLabel("Days");
  await destination.fill("x".repeat(121));
  assertStrictEquals(await page.getByText("Use at most 120").count(), 0);
  await destination.blur();
  await page.getByText("Use at most 120 characters. You have 121.").waitFor();
  await destination.fill("x".repeat(120));
  await page.getByText("A city, region, or country").waitFor();
  await days.fill("31");
  await days.blur();
  await page.getByText("Enter a whole number, 1 to 30.").waitFor();
  await takeScreenshot(page, "invalid");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  assertStrictEquals(
    await days.evaluate((input) => input === input.ownerDocument.activeElement),
    true,
  );
  const interests = (await openBundlesForm(page)).getByLabel("Other interests");
  await interests.fill("x,".repeat(21));
  await interests.blur();
  await page.getByText("Enter at most 20 items. You have 21.").waitFor();
  assertEquals(asked, []);
  assertEquals(faults(), []);
});

browserTest("a completed plan can be saved, copied and printed", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.goto(service.url);
  await wishForItinerary(page);
  await page.getByText("ready after").waitFor();
  const read = async (click: () => Promise<void>) => {
    const [download] = await Promise.all([page.waitForEvent("download"), click()]);
    return [download.suggestedFilename(), await Deno.readTextFile(await download.path())] as const;
  };
  await openMenu(page, "Save");
  const [markdown, text] = await read(() => page.getByRole("link", { name: "Text" }).click());
  assertStrictEquals(markdown, "rome.md");
  assertMatch(text, /^# Rome: 3 days\n/);
  const [json, job] = await read(() => page.getByRole("link", { name: "Data" }).click());
  assertStrictEquals(json, "rome.json");
  assertStrictEquals(JSON.parse(job).itinerary.length, 3);
  await openMenu(page, "Add to calendar");
  await page.getByLabel("First day").fill("2026-12-24");
  // The browser names them after the form has opened.
  await page.locator("#time-zones option").nth(300).waitFor({ state: "attached" });
  await page.getByLabel("Time zone there").fill("Europe/Rome");
  await takeScreenshot(page, "calendar");
  const [ics, calendar] = await read(() => page.getByRole("button", { name: "Download" }).click());
  assertStrictEquals(ics, "rome.ics");
  assertMatch(calendar, /DTSTART;TZID=Europe\/Rome:20261226T/);

  await openMenu(page, "Share");
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByRole("button", { name: "Link copied" }).waitFor();
  assertStrictEquals(await page.evaluate("navigator.clipboard.readText()"), page.url());

  await page.evaluate("window.print = () => window.printed = true");
  await page.getByRole("button", { name: "Print" }).click();
  assertStrictEquals(await page.evaluate("window.printed"), true);
  await page.emulateMedia({ media: "print" });
  for (const hidden of [".actions", "header.site", "footer.site"]) {
    assertStrictEquals(await page.locator(hidden).isVisible(), false);
  }
  assertStrictEquals(await page.getByRole("heading", { name: "Rome" }).isVisible(), true);
  assertStrictEquals(await page.locator(".mark").isVisible(), true);
  await takeScreenshot(page, "printed", true);
  assertEquals(faults(), []);
});

browserTest("the form and the trip ask for a key where keys are needed", async (browser) => {
  const key = "key-0123456789abcdef";
  await using service = await openService({ env: { API_KEYS: key } });
  const { page, context, faults } = await visit(browser);
  await page.goto(service.url);
  await page.getByRole("textbox", { name: "API key" }).fill("key-of-another-owner");
  await page.getByLabel("Destination").fill("Rome");
  await page.getByLabel("Days").fill("3");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  await page.getByText("Planning a trip requires a valid API key.").first().waitFor();
  await page.getByRole("textbox", { name: "API key" }).fill(key);
  await page.getByRole("button", { name: "Plan my trip" }).click();
  await page.waitForURL("**/trips/*");
  await page.getByText("ready after").waitFor();
  assertStrictEquals(await page.locator(".days > li").count(), 3);

  const tab = await context.newPage();
  await tab.goto(page.url());
  await tab.getByRole("heading", { name: "This trip needs an API key" }).waitFor();
  assertStrictEquals(await tab.getByText("Rome").count(), 0);
  await tab.getByRole("textbox", { name: "API key" }).fill(key);
  await tab.getByRole("button", { name: "Open the trip" }).click();
  await tab.getByText("ready after").waitFor();
  assertEquals(faults(/status of 401/), []);
});

browserTest("a form can be sent again after the visitor goes back to it", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForItinerary(page);
  await page.getByText("ready after").waitFor();
  // A page from the browser's cache loads nothing.
  await page.goBack({ waitUntil: "commit" });
  await page.getByRole("button", { name: "Plan my trip" }).waitFor();
  await wishForItinerary(page, { destination: "Oslo", durationDays: 1 });
  await page.getByRole("heading", { name: "Oslo" }).waitFor();
  await page.getByText("ready after").waitFor();
  assertEquals(faults(), []);
});
