/**
 * Pages in rare states and at their limits: their look, their layout shifts, and their functions.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, launchBrowser } from "../../testing/browser.ts";
import { serveLocally } from "../../testing/local_server.ts";
import {
  accessibilityViolations,
  bundles,
  bundlesReply,
  days,
  itineraryReply,
  openMenu,
  openService,
  overflows,
  rome,
  seeFirstDay,
  shiftedOn,
  shiftsOn,
  takeScreenshot,
  upTo,
  visit,
  weekend,
  wishForBundles,
  wishForItinerary,
} from "../../testing/pages.ts";
import { answerWeather, weatherEnv } from "../../testing/weather_server.ts";

const quota = { message: "No quota", type: "insufficient_quota", code: "insufficient_quota" };

/** The largest layout shift that a reader does not notice, as a CLS score. */
const MAX_SHIFT = 0.01;

const phone = { width: 320, height: 640 };

/** Lists visible elements beyond an edge of the window, which cannot be scrolled to. */
const BEYOND = `[...document.body.querySelectorAll(
  "*:not(.unseen, .skip, .reasoning summary *, .part-strip *, .map-view svg *, .map-parts *)",
)]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 0 && (left < -.5 || right > innerWidth + .5);
  })
  .map(({ outerHTML }) => outerHTML.slice(0, 100))`;

/** Lists elements that must stay on one line, but do not. */
const BROKEN = `[...document.querySelectorAll("button, .button, .elapsed, .mark, .stages li")]
  .filter((element) => element.checkVisibility())
  .filter((element) => {
    const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(element);
    const height = element.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom);
    return height > 1.9 * parseFloat(lineHeight);
  })
  .map(({ outerHTML }) => outerHTML.slice(0, 100))`;

/**
 * Creates a trip without a page.
 *
 * @returns its path
 */
async function makeTrip({ program }: Awaited<ReturnType<typeof openService>>, wish = rome) {
  for (;;) {
    const { status, body } = await program.post("/api/itineraries", wish);
    if (status === 202) return `/trips/${body.jobId}`;
    // A claimed job still counts as waiting for a moment.
    assertStrictEquals(status, 503);
  }
}

browserTest("a plan that the model refuses to write offers to change the wish", async (browser) => {
  const filtered = { content: "No.", finishReason: "content_filter" };
  await using service = await openService({ script: [filtered, itineraryReply] });
  const { page, faults } = await visit(browser, { javaScriptEnabled: false });
  await page.goto(service.url + await makeTrip(service));
  service.model.write(await service.model.begun(0));
  await service.program.untilLogged("failed");
  await page.reload();
  await page.getByText("A content filter stopped this plan.").waitFor();
  await page.getByText("Edit your request and try again.").waitFor();
  assertStrictEquals(
    await page.locator(".button.main, button.main").innerText(),
    "Edit your request",
  );
  await takeScreenshot(page, "without-script-failed");
  const failed = page.url();
  await page.getByRole("link", { name: "Edit your request" }).click();
  assertStrictEquals(await page.getByLabel("Destination").inputValue(), "Rome");
  await page.goto(failed);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.waitForURL((url) => url.href !== failed && url.pathname.startsWith("/trips/"));
  service.model.write(await service.model.begun(1));
  await service.program.untilLogged("completed");
  await page.reload();
  await page.getByText("ready after").waitFor();
  assertEquals(faults(), []);
});

browserTest("a placeholder plan is marked as invented", async (browser) => {
  await using service = await openService({
    script: [{ error: quota, status: 429 }],
    env: { USE_MOCK_IF_QUOTA: "1" },
  });
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForItinerary(page);
  await page.locator(".mark", { hasText: "Made up" }).waitFor();
  await page.getByText("We couldn't write a real plan").waitFor();
  assertStrictEquals(await page.locator(".days > li").count(), 3);
  assertEquals(faults(), []);
});

browserTest("bundles show the phases waiting, thinking, research, writing", async (browser) => {
  const found = structuredClone(bundles);
  const [real, script, data] = found[0]!.keyEvents;
  Object.assign(real!, {
    url: "https://tickets.example/fado?a=1&b=2",
    date: "Saturday evening",
    startsAt: "2026-12-05T21:00",
    endsAt: "2026-12-05T23:30",
    city: "Lisbon",
    price: { amount: 20, currency: "EUR" },
  });
  Object.assign(script!, { url: "javascript:alert(1)" });
  Object.assign(data!, { url: "data:text/html,<script>alert(1)</script>" });
  const call = { id: "call_1", name: "get_weather", arguments: '{"city":"Lisbon"}' };
  // The mock reports no sources of a search, so that any address may be one of them.
  const content = JSON.stringify({ bundles: found });
  const writing = { ...bundlesReply, content, webSearches: ["fado"] };
  const looked = Promise.withResolvers<void>();
  await using weather = serveLocally(async (_request, url) => {
    await looked.promise;
    return answerWeather(url)!;
  });
  await using service = await openService({
    script: [itineraryReply, { toolCalls: [call] }, writing],
    env: { WORKER_CONCURRENCY: "1", BUNDLES_WEB_SEARCH: "1", ...weatherEnv(weather) },
  });
  await makeTrip(service);
  const before = await service.model.begun(0);
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForBundles(page);
  const stage = (name: string) => page.locator("[aria-current=step]", { hasText: name }).waitFor();
  await stage("Waiting");
  await page.locator(".dock").getByText("Your trip is next.").waitFor();
  assertStrictEquals(await page.locator("progress").getAttribute("value"), null);
  assertStrictEquals(await page.title(), "…Weekend in Lisbon: fado, food – Tripwright");
  await page.getByText(weekend.timeframe).waitFor();
  await takeScreenshot(page, "bundles-waiting");
  service.model.write(before);
  const first = await service.model.begun(1);
  await stage("Thinking");
  service.model.write(first);
  await stage("Researching");
  await page.locator(".dock").getByText("Looking up the weather").waitFor();
  looked.resolve();
  const second = await service.model.begun(2);
  service.model.write(second, upTo(found, 1));
  await stage("Writing");
  await page.locator(".dock").getByText("Writing bundle 2").waitFor();
  await page.getByRole("status").getByText("Bundle 1 is ready.").waitFor();
  service.model.write(second);
  await page.getByText("ready after").waitFor();
  await page.getByText("Sat, Dec 5, 21:00–23:30").waitFor();
  const facts = await page.locator(".events .facts").first().innerText();
  assertMatch(facts, /about €20$/);
  const links = await page.locator(".events h3 a").all();
  assertStrictEquals(links.length, 1);
  assertStrictEquals(await links[0]!.getAttribute("href"), real!.url);
  assertStrictEquals(await links[0]!.getAttribute("rel"), "noopener noreferrer nofollow");
  assertStrictEquals(await links[0]!.getAttribute("target"), "_blank");
  await openMenu(page, "Add to calendar");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "All plans in one calendar" }).click(),
  ]);
  assertStrictEquals(download.suggestedFilename(), "weekend-in-lisbon-fado-food.ics");
  assertMatch(
    await Deno.readTextFile(await download.path()),
    /^BEGIN:VCALENDAR\r\n[^]*\nDTSTART;TZID=Europe\/Lisbon:20261205T2100/,
  );
  assert(await shiftedOn(page) < 0.01, await shiftsOn(page));
  assertEquals(faults(), []);
});

browserTest(
  "without TLS a page works the same, and shows its link for copying",
  async (browser) => {
    await using service = await openService({ script: [itineraryReply] });
    const { page, faults } = await visit(browser);
    // For example another machine in the local network: browsers disable some APIs for its pages.
    await page.goto(service.url.replace("127.0.0.1", "trips.test"));
    assertStrictEquals(await page.evaluate("isSecureContext || 'randomUUID' in crypto"), false);
    await wishForItinerary(page);
    service.model.write(await service.model.begun(0));
    await page.getByText("ready after").waitFor();
    await openMenu(page, "Share");
    const copy = page.getByRole("button", { name: "Copy link" });
    await Promise.all([page.waitForEvent("dialog"), copy.click()]);
    assertEquals(faults(/Cross-Origin-Opener-Policy/), ["asked: Copy the link to this trip:"]);
  },
);

browserTest("pages from the back/forward cache continue their updates", async () => {
  await using browser = await launchBrowser({ keepsPages: true });
  await using service = await openService({ script: [itineraryReply] });
  const { page, context, faults } = await visit(browser);
  await context.addInitScript("onpageshow = ({ persisted }) => window.wasKept = persisted");
  const wasKept = () => page.evaluate("window.wasKept");
  const id = await seeFirstDay(page, service);
  await page.goBack({ waitUntil: "commit" });
  await page.getByRole("button", { name: "Plan my trip" }).waitFor();
  assertStrictEquals(await wasKept(), true);
  await page.locator("#recent li", { hasText: "Rome, 3 days" }).getByText("In progress")
    .waitFor();
  service.model.write(id);
  await service.program.untilLogged("completed");
  await page.goForward({ waitUntil: "commit" });
  await page.getByText("ready after").waitFor();
  assertStrictEquals(await wasKept(), true);

  await page.goBack({ waitUntil: "commit" });
  await wishForItinerary(page, { destination: "Oslo", durationDays: 3 });
  await page.getByRole("heading", { name: "Oslo" }).waitFor();
  await service.model.begun(1);
  assertEquals(faults(), []);
});

async function scrollToEnd(page: Page): Promise<void> {
  await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
}

browserTest("nothing moves for a reader at the end of a growing plan", async (browser) => {
  // The first kind has no map in the end, the second has one from its first bundle on.
  const placed = structuredClone(bundles);
  for (const [part, { keyEvents }] of placed.entries()) {
    for (const [index, event] of keyEvents.entries()) {
      const coordinates = { latitude: 38.7 + part / 100, longitude: -9.14 + index / 100 };
      Object.assign(event, { coordinates });
    }
  }
  const placedReply = { content: JSON.stringify({ bundles: placed }) };
  await using service = await openService({ script: [itineraryReply, placedReply] });
  const { page, faults } = await visit(browser, { viewport: { width: 360, height: 740 } });
  const kinds = [
    { wish: wishForItinerary, parts: days, heads: days.map(({ theme }) => theme) },
    { wish: wishForBundles, parts: placed, heads: bundles.map(({ title }) => title) },
  ];
  for (const [number, { wish, parts, heads }] of kinds.entries()) {
    await page.goto(service.url);
    await wish(page);
    const id = await service.model.begun(number);
    for (const count of [1, 2]) {
      service.model.write(id, upTo(parts, count));
      await page.getByRole("heading", { name: heads[count - 1]! }).waitFor();
      await scrollToEnd(page);
    }
    await takeScreenshot(page, `end-${number}`);
    service.model.write(id);
    await page.getByText("ready after").waitFor();
    assert(await shiftedOn(page) < MAX_SHIFT, await shiftsOn(page));
  }
  assertEquals(faults(), []);
});

/** Brings a page into states that need a fault, or that pass quickly. */
async function* rareStates(page: Page) {
  await using service = await openService({
    script: [itineraryReply, itineraryReply, { error: quota, status: 429 }],
    env: { WORKER_CONCURRENCY: "1", MAX_QUEUED_JOBS: "1" },
  });
  await page.goto(service.url);
  await wishForItinerary(page);
  const first = await service.model.begun(0);
  await page.locator(".dock", { hasText: "Thinking about your trip" }).waitFor();
  yield "thinking";
  const running = page.url();
  for (;;) {
    const { status, body } = await service.program.post("/api/generations", {
      preferences: weekend,
    });
    // A claimed job still counts as waiting for a moment.
    if (status === 503) continue;
    await page.goto(`${service.url}/trips/${body.generationId}`);
    break;
  }
  await page.locator(".dock", { hasText: "Your trip is next." }).waitFor();
  yield "waiting";
  await page.goto(service.url);
  await page.getByLabel("Destination").fill("Oslo");
  await page.getByLabel("Days").fill("1");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  await page.getByRole("alert").waitFor();
  yield "refused";
  await page.goto(running);
  service.model.write(first, upTo(days, 1));
  await page.getByRole("heading", { name: days[0]!.theme }).waitFor();
  await page.route("**/api/**", (route) => route.abort("internetdisconnected"));
  await page.evaluate("dispatchEvent(new Event('online'))");
  await page.locator(".dock", { hasText: "We can't reach the service." }).waitFor();
  yield "offline";
  await page.unroute("**/api/**");
  const held = Promise.withResolvers<void>();
  await page.route("**/api/**", async (route) => {
    if (route.request().method() === "DELETE") await held.promise;
    await route.continue();
  });
  await page.getByRole("button", { name: "Stop planning" }).click();
  await page.getByRole("dialog").getByText("What is written so far stays on this page.").waitFor();
  yield "asking";
  await page.getByRole("button", { name: "Yes, stop" }).click();
  await page.getByRole("button", { name: "Stopping…" }).waitFor();
  yield "canceling";
  held.resolve();
  await page.getByText("Planning was stopped before the plan was finished.").waitFor();
  await page.getByText("What was finished is below.").waitFor();
  await page.getByRole("heading", { name: days[0]!.theme }).waitFor();
  yield "canceled";
  // The page must be closed before the service, which it would miss.
  await page.close();
}

async function* lockedStates(page: Page) {
  const key = "key-0123456789abcdef";
  await using service = await openService({ env: { API_KEYS: key } });
  const { body } = await service.program.post("/api/itineraries", rome, {
    authorization: `Bearer ${key}`,
  });
  await page.goto(service.url);
  yield "home-with-key";
  await page.goto(`${service.url}/trips/${body.jobId}`);
  await page.getByRole("heading", { name: "This trip needs an API key" }).waitFor();
  yield "locked";
  // The page must be closed before the service, which it would miss.
  await page.close();
}

browserTest("pages in rare states are accessible and fit the window", async (browser) => {
  for (const states of [rareStates, lockedStates]) {
    const { page, faults } = await visit(browser, { colorScheme: "dark", viewport: phone });
    for await (const state of states(page)) {
      await takeScreenshot(page, `rare-${state}`);
      assertEquals(await accessibilityViolations(page), [], state);
      assertStrictEquals(await overflows(page), false, state);
      assertEquals(await page.evaluate(BEYOND), [], state);
      assertEquals(await page.evaluate(BROKEN), [], state);
    }
    assertEquals(faults(/status of 503|status of 401|ERR_INTERNET_DISCONNECTED/), []);
  }
});

browserTest("an unfinished plan has no actions for a completed one", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  await seeFirstDay(page, service);
  await page.evaluate("window.print = () => window.printed = true");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  for (const name of ["Print", "Save", "Add to calendar"]) {
    const action = page.locator(".actions").getByRole("button", { name });
    assertStrictEquals(await action.isDisabled(), true);
    await action.click({ force: true });
  }
  assertStrictEquals(await page.evaluate("'printed' in window"), false);
  assertEquals(asked, []);

  // The browser's own print menu prints the current state.
  await page.emulateMedia({ media: "print" });
  for (const hidden of [".dock", ".placeholder", ".actions", ".skip", "header.site"]) {
    assertStrictEquals(await page.locator(hidden).isVisible(), false, hidden);
  }
  assertStrictEquals(await page.getByRole("heading", { name: days[0]!.theme }).isVisible(), true);
  await takeScreenshot(page, "printed-growing", true);
  assertEquals(faults(), []);
});

browserTest("a plan of 30 days fits on printed pages", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser, { colorScheme: "dark" });
  await page.goto(service.url);
  await wishForItinerary(page, { destination: "Rome", durationDays: 30 });
  await page.getByText("ready after").waitFor();
  const pdf = await page.pdf({ format: "A4" });
  const directory = Deno.env.get("SCREENSHOTS");
  if (directory) await Deno.writeFile(`${directory}/printed.pdf`, pdf);
  const pages = new TextDecoder("latin1").decode(pdf).match(/\/Type\s*\/Page\b/g)!.length;
  assert(pages >= 5 && pages <= 15, `${pages} pages`);
  await page.emulateMedia({ media: "print" });
  const [paper, ink] = await page.evaluate(
    "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]",
  ) as string[];
  assertStrictEquals(paper, "rgb(255, 255, 255)");
  assertStrictEquals(ink, "rgb(31, 37, 41)");
  assertEquals(faults(), []);
});

browserTest("the dock says what is known, and counts the seconds", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  await page.clock.install();
  await seeFirstDay(page, service);
  await page.getByText("You can close this page.").waitFor();
  const told = await page.locator(".dock .row .title, .dock .hint").allInnerTexts();
  await page.clock.runFor(14_000);
  assertEquals(await page.locator(".dock .row .title, .dock .hint").allInnerTexts(), told);
  const [, minutes, seconds] = (await page.locator(".elapsed").innerText()).match(/(\d+):(\d+)$/)!;
  assert(Number(minutes) * 60 + Number(seconds) >= 14, `${minutes}:${seconds}`);
  assertEquals(faults(), []);
});

browserTest("animations stop when the visitor prefers reduced motion", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser, { reducedMotion: "no-preference" });
  await seeFirstDay(page, service);
  const bar = "getComputedStyle(document.querySelector('.placeholder .bar')).animationName";
  assertStrictEquals(await page.evaluate(bar), "breathe");
  await page.emulateMedia({ reducedMotion: "reduce" });
  assertStrictEquals(await page.evaluate(bar), "none");
  assertEquals(faults(), []);
});
