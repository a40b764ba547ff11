/**
 * Faults around a page, as travellers see them in a real browser: answers of proxies, invalid keys,
 * missing scripts, old browsers.
 */
import { pauseInWords } from "../../web/app/duration.ts";
import { catalogues } from "../../web/words/catalogues.ts";
import {
  assert,
  assertEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import type { Page, Route } from "playwright-core";
import { browserTest, launchBrowser } from "../../testing/browser.ts";
import {
  accessibilityViolations,
  bundles,
  days,
  itineraryReply,
  openService,
  overflows,
  rome,
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

const { en } = catalogues;

const API = "**/api/**";
const KEY = "key-0123456789abcdef";
const OTHER_KEY = "key-of-another-owner";
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** The content type of the service's problems. */
const contentType = "application/problem+json";

/** An answer of a proxy. */
const foreign = (status: number) => (route: Route) =>
  route.fulfill({ status, contentType: "text/html", body: "<h1>DEPLOYMENT_NOT_FOUND</h1>" });

/** The trips in the browser's storage. */
function tripsOf(page: Page): Promise<{ id: string; status: string }[]> {
  return page.evaluate(`JSON.parse(localStorage.getItem("tripwright.trips") ?? "[]")`);
}

for (const status of [403, 404]) {
  browserTest(`${status} of a proxy does not end a trip`, async (browser) => {
    await using service = await openService({ script: [itineraryReply] });
    const { page, faults } = await visit(browser);
    const id = await seeFirstDay(page, service);
    await page.route(API, foreign(status));
    await page.evaluate("dispatchEvent(new Event('online'))");
    await page.getByText("We can't reach the service. Your trip is saved").waitFor();
    assertStrictEquals((await tripsOf(page))[0]!.status, "processing");
    service.model.write(id);
    await service.program.untilLogged("completed");
    await page.unroute(API);
    await page.evaluate("dispatchEvent(new Event('online'))");
    await page.getByText("ready after").waitFor();
    assertEquals(faults(new RegExp(`status of ${status}`)), []);
  });
}

browserTest("a trip that can no longer be watched says why and what to do", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  await seeFirstDay(page, service);
  const problem = { code: "invalid_header", detail: "A header is not valid" };
  await page.route(API, (route) => route.fulfill({ status: 400, contentType, json: problem }));
  await page.evaluate("dispatchEvent(new Event('online'))");
  await page.getByText("This page can't show updates.").waitFor();
  await takeScreenshot(page, "not-followed");
  assertEquals(await accessibilityViolations(page), []);
  await page.unroute(API);
  await page.getByRole("link", { name: "Reload the page" }).click();
  await page.getByText("We can't reach the service").waitFor({ state: "detached" });
  assertEquals(faults(/status of 400/), []);
});

browserTest("a cancellation that fails says why, and can be repeated", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  await seeFirstDay(page, service);
  const problem = { code: "not_owner", detail: "Only the API key that made the job may cancel it" };
  await page.route(API, async (route) => {
    if (route.request().method() !== "DELETE") return await route.continue();
    await route.fulfill({ status: 403, contentType, json: problem });
  });
  await stopPlanning(page);
  await page.getByRole("alert")
    .getByText("Only the person who planned this trip can stop planning it.").waitFor();
  await takeScreenshot(page, "not-canceled");
  await page.unroute(API);
  await page.getByRole("button", { name: "Stop planning" }).press("Enter");
  await page.getByRole("button", { name: "Yes, stop" }).press("Enter");
  await page.getByText("Planning was stopped before the plan was finished.").waitFor();
  // The button is gone, so the focus moves here for keyboard users.
  await page.locator("#main:focus").waitFor();
  assertEquals(faults(/status of 403/), []);
});

browserTest("browsers without new CSS features show all colors and links", async (browser) => {
  const found = structuredClone(bundles);
  found[0]!.keyEvents[0]!.url = "https://tickets.example/fado?a=1&b=2";
  await using service = await openService({
    // The mock reports no sources of a search, so that any address may be one of them.
    script: [{ content: JSON.stringify({ bundles: found }), webSearches: ["fado"] }],
    env: { BUNDLES_WEB_SEARCH: "1" },
  });
  const { page, context, faults } = await visit(browser, { colorScheme: "dark" });
  await context.addInitScript("delete URL.parse; delete URL.canParse; delete crypto.randomUUID");
  await page.goto(service.url);
  await wishForBundles(page);
  service.model.write(await service.model.begun(0));
  await page.getByText("ready after").waitFor();
  const links = await page.locator(".events h3 a").all();
  assertStrictEquals(links.length, 1);
  assertStrictEquals(await links[0]!.getAttribute("href"), "https://tickets.example/fado?a=1&b=2");
  const style = await (await fetch(`${service.url}/style.css`)).text();
  assertNotMatch(style, /light-dark\(/);
  assertEquals(faults(), []);
});

browserTest("a browser that blocks storage is promised no list of trips", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, context, faults } = await visit(browser);
  await context.addInitScript(`Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("blocked", "SecurityError"); },
  })`);
  await page.goto(service.url);
  await page.getByText("Your browser blocks storage, so trips can't be listed or kept here.")
    .waitFor();
  const id = await seeFirstDay(page, service, { isOpen: true });
  // Nor a copy, while the plan grows.
  await page.getByText("Not saved: your browser blocks storage.").waitFor();
  assertStrictEquals(await page.getByText("this browser saves a copy of it").count(), 0);
  service.model.write(id);
  await page.getByText("ready after").waitFor();
  assertEquals(faults(), []);
});

browserTest("a page with a bug says so, and shows the next action", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, context, faults } = await visit(browser);
  await seeFirstDay(page, service);
  const trip = page.url();
  // Simulates a bug in the code.
  await context.addInitScript("Intl.DateTimeFormat = class { format() { throw Error('broken') } }");
  await page.goto(trip);
  await page.getByRole("heading", { name: "This page stopped working" }).waitFor();
  await takeScreenshot(page, "broken");
  assertStrictEquals(await page.getByRole("link", { name: "Reload the page" }).count(), 1);
  assertStrictEquals(await page.getByText("Time so far").count(), 0);
  assertEquals(faults(/broken/), []);
});

browserTest("a page whose script does not load offers to reload", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  const { body } = await service.program.post("/api/itineraries", rome);
  const id = await service.model.begun(0);
  await page.route(/\/(home|trip)_\w+\.js/, foreign(503));
  await page.goto(`${service.url}/trips/${body.jobId}`);
  const reload = page.getByRole("link", { name: "Reload the page" });
  assertStrictEquals(await reload.count(), 0);
  // The offer appears after a delay, which the test skips.
  await page.evaluate("document.querySelector('.late').getAnimations()[0].finish()");
  await reload.waitFor();
  service.model.write(id);
  await service.program.untilLogged("completed");
  await page.unroute(/\/(home|trip)_\w+\.js/);
  await reload.click();
  await page.getByText("ready after").waitFor();
  assertEquals(faults(/status of 503/), []);
});

browserTest("a wrong clock removes no trip from the list", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  await page.clock.install({ time: Date.now() + 30 * 86_400_000 });
  await page.goto(service.url);
  await wishForItinerary(page);
  await page.getByText("ready after").waitFor();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const [answer] = await Promise.all([page.waitForResponse(API), page.goto(service.url)]);
  await answer.finished();
  await page.locator("#recent li", { hasText: "Rome, 3 days" }).getByText("Ready").waitFor();
  for (let minute = 0; minute < 3; minute++) await page.clock.runFor(60_000);
  assertStrictEquals(asked.filter((url) => url.includes("/api/")).length, 1);
  assertEquals(faults(), []);
});

browserTest("a trip that is forgotten during its request stays forgotten", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  for (const destination of ["Rome", "Oslo"]) {
    await page.goto(service.url);
    await wishForItinerary(page, { destination, durationDays: 1 });
    await page.getByText("ready after").waitFor();
  }
  const [oslo, rome] = await tripsOf(page);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  await page.route(`**/api/*/${oslo!.id}`, async (route) => {
    asked.resolve();
    await answer.promise;
    await route.continue();
  });
  await page.goto(service.url);
  await asked.promise;
  await page.getByRole("button", { name: "Forget Oslo" }).click();
  // The second request is sent after the first answer has been processed.
  const next = page.waitForRequest(`**/api/*/${rome!.id}`);
  answer.resolve();
  await next;
  assertEquals((await tripsOf(page)).map(({ id }) => id), [rome!.id]);
  assertStrictEquals(await page.locator("#recent li").count(), 1);
  assertEquals(faults(), []);
});

browserTest("a trip that is forgotten in one tab is not restored by another", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, context, faults } = await visit(browser);
  const id = await seeFirstDay(page, service);
  const tab = await context.newPage();
  await tab.goto(service.url);
  await tab.getByRole("button", { name: "Forget Rome" }).click();
  service.model.write(id);
  await page.getByText("ready after").waitFor();
  assertEquals(await tripsOf(tab), []);
  assertEquals(faults(), []);
});

browserTest("an invalid key does not hide a public trip", async (browser) => {
  await using service = await openService({
    script: [itineraryReply],
    env: { API_KEYS: KEY, PUBLIC_READS: "1" },
  });
  const { body } = await service.program.post("/api/itineraries", rome, bearer(KEY));
  const id = await service.model.begun(0);
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  const key = page.getByRole("textbox", { name: "API key" });
  await page.getByLabel("Destination").fill("Oslo");
  await page.getByLabel("Days").fill("2");
  const press = () => page.getByRole("button", { name: "Plan my trip" }).click();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  for (
    const [text, said] of [["", "Please fill this in."], ["ключ", "This doesn't look like a key."]]
  ) {
    await key.fill(text!);
    await press();
    await page.getByText(said!).waitFor();
    assertStrictEquals(await key.getAttribute("aria-invalid"), "true");
    assertStrictEquals(
      await key.evaluate((input) => input.ownerDocument.activeElement === input),
      true,
    );
  }
  assertEquals(asked, []);
  await key.fill(OTHER_KEY);
  await press();
  await page.getByText("This key was not accepted.").waitFor();
  await takeScreenshot(page, "key-does-not-fit");
  assertEquals(await accessibilityViolations(page), []);
  assertStrictEquals(await page.evaluate("sessionStorage.length"), 0);
  await page.goto(`${service.url}/trips/${body.jobId}`);
  await page.locator(".dock", { hasText: "Thinking about your trip" }).waitFor();
  service.model.write(id);
  await page.getByText("ready after").waitFor();
  assertEquals(faults(/status of 401/), []);
});

browserTest("a trip opens only with its own key, and otherwise says why not", async (browser) => {
  await using service = await openService({ env: { API_KEYS: `${KEY},${OTHER_KEY}` } });
  const { page, context, faults } = await visit(browser);
  await page.goto(service.url);
  await page.getByRole("textbox", { name: "API key" }).fill(KEY);
  await wishForItinerary(page);
  await page.getByText("ready after").waitFor();

  const tab = await context.newPage();
  const asked: string[] = [];
  tab.on("request", (request) => asked.push(request.url()));
  await tab.goto(page.url());
  const key = tab.getByRole("textbox", { name: "API key" });
  const show = tab.getByRole("button", { name: "Open the trip" });
  await show.click();
  await tab.getByText("Please fill this in.").waitFor();
  assertEquals(asked.filter((url) => url.includes("/api/")), []);
  await key.fill("key-that-does-not-exist");
  await show.click();
  await tab.getByText("This key was not accepted.").waitFor();
  await takeScreenshot(tab, "locked-wrong-key");
  await key.fill(OTHER_KEY);
  await show.click();
  await tab.getByText(
    /^We can't find this trip\. .* planned with a different API key\. Check the key/,
  ).waitFor();
  assertStrictEquals((await tripsOf(tab))[0]!.status, "completed");
  assertStrictEquals(await tab.evaluate("sessionStorage.length"), 0);
  await key.fill(KEY);
  await show.press("Enter");
  await tab.getByText("ready after").waitFor();
  await tab.locator("#main:focus").waitFor();

  // The tab has a key now.
  await tab.goto(service.url);
  await tab.getByText("Leave this empty to use the key that you entered before.").first().waitFor();
  await tab.getByRole("textbox", { name: "API key" }).fill("key-that-does-not-exist");
  await tab.getByLabel("Destination").fill("Oslo");
  await tab.getByLabel("Days").fill("1");
  await tab.getByRole("button", { name: "Plan my trip" }).click();
  await tab.getByText("This key was not accepted.").waitFor();
  await tab.getByRole("textbox", { name: "API key" }).fill("");
  await wishForItinerary(tab, { destination: "Oslo", durationDays: 1 });
  await tab.getByText("ready after").waitFor();

  // The list contains trips of another key; each links to its page.
  const other = await context.newPage();
  await other.goto(service.url);
  await other.getByRole("textbox", { name: "API key" }).fill(OTHER_KEY);
  await wishForItinerary(other, { destination: "Lima", durationDays: 1 });
  await other.goto(service.url);
  const row = other.locator("#recent li", { hasText: "Oslo" });
  await row.getByText("Expired, or planned with another key").waitFor();
  await tab.goto(service.url);
  await tab.locator("#recent li", { hasText: "Oslo" }).getByText("Ready").waitFor();
  await row.getByRole("link").click();
  await other.getByText(
    /^We can't find this trip\. .* planned with a different API key\. Check the key/,
  ).waitFor();
  assertEquals(faults(/status of 40[14]/), []);
});

browserTest(
  "a key that the service no longer accepts is deleted, and the page asks for another",
  async (browser) => {
    const env = { PUBLIC_READS: "1" };
    await using service = await openService({
      script: [itineraryReply],
      env: { ...env, API_KEYS: KEY },
    });
    const { page, faults } = await visit(browser);
    await page.goto(service.url);
    await page.getByRole("textbox", { name: "API key" }).fill(KEY);
    const id = await seeFirstDay(page, service, { isOpen: true });
    const trip = page.url();
    assertStrictEquals(await page.evaluate("sessionStorage.length"), 1);
    service.program.signal("SIGTERM");
    await service.program.untilLogged("stopping");
    // A second signal ends the grace period of the running job.
    await service.program.end("SIGTERM");
    await service.restart({ API_KEYS: OTHER_KEY });
    await page.goto(trip);
    service.model.write(id);
    service.model.write(await service.model.begun(1));
    await page.getByText("ready after").waitFor();
    assertStrictEquals(await page.evaluate("sessionStorage.length"), 0);
    await page.goto(service.url);
    await page.getByText("You need an API key. Ask the people who run this site for one.").first()
      .waitFor();
    assertEquals(faults(/status of 401|ERR_/), []);
  },
);

browserTest("without a script a page does not ask for a key", async (browser) => {
  await using service = await openService({ env: { API_KEYS: KEY } });
  const { page, faults } = await visit(browser, { javaScriptEnabled: false });
  for (const path of ["/", `/trips/${crypto.randomUUID()}`]) {
    await page.goto(service.url + path);
    await page.getByText("Turn on JavaScript in your browser to enter an API key.").first()
      .waitFor();
    assertStrictEquals(await page.locator("input[type=password]").first().isVisible(), false);
    assertStrictEquals(await page.locator("button").first().isVisible(), false);
  }
  assertEquals(faults(/status of 401/), []);
});

browserTest("a key that is entered before the script has loaded is not sent", async (browser) => {
  await using service = await openService({ env: { API_KEYS: KEY } });
  const { page, faults } = await visit(browser);
  await page.route(/\/(home|trip)_\w+\.js/, foreign(503));
  const sent: string[] = [];
  page.on("request", (request) => sent.push(`${request.url()} ${request.postData()}`));
  const key = page.getByRole("textbox", { name: "API key" });
  await page.goto(`${service.url}/trips/${crypto.randomUUID()}`);
  await key.fill(KEY);
  await Promise.all([page.waitForNavigation(), key.press("Enter")]);
  await page.goto(service.url);
  await page.getByLabel("Destination").fill("Rome");
  await page.getByLabel("Days").fill("3");
  await key.first().fill(KEY);
  await Promise.all([page.waitForNavigation(), key.first().press("Enter")]);
  await page.getByText("Planning a trip requires a valid API key.").waitFor();
  assert(sent.length > 4);
  assertEquals(sent.filter((line) => line.includes(KEY)), []);
  assertEquals(faults(/status of (401|503)/), []);
});

browserTest(
  "the focus moves to a remaining element when the focused one is removed",
  async (browser) => {
    await using service = await openService({ script: [itineraryReply] });
    const { page, faults } = await visit(browser);
    const id = await seeFirstDay(page, service);
    await page.getByRole("button", { name: "Stop planning" }).focus();
    service.model.write(id);
    await page.getByText("ready after").waitFor();
    await page.locator("#main:focus").waitFor();
    await page.goto(service.url);
    for (const destination of ["Oslo", "Lima"]) {
      await page.goto(service.url);
      await wishForItinerary(page, { destination, durationDays: 1 });
      await stopPlanning(page);
      await page.getByText("Planning was stopped before the plan was finished.").waitFor();
    }
    await page.goto(service.url);
    const removalOf = (name: string) => `Forget ${name}`;
    const forgotten = [["Oslo", "Rome"], ["Rome", "Lima"], ["Lima", null]] as const;
    for (const [name, next] of forgotten) {
      await page.getByRole("button", { name: removalOf(name) }).press("Enter");
      const { label, id } = await page.evaluate(`({
      label: document.activeElement.getAttribute("aria-label"), id: document.activeElement.id
    })`) as { label: string | null; id: string };
      assertStrictEquals(label, next && removalOf(next));
      if (next === null) assertStrictEquals(id, "recent-title");
    }
    assertEquals(faults(), []);
  },
);

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";
  browserTest(`a wish whose trip was canceled can be sent again${how}`, async () => {
    await using browser = await launchBrowser({ keepsPages: true });
    await using service = await openService({ script: [itineraryReply] });
    const { page, faults } = await visit(browser, { javaScriptEnabled });
    await page.goto(service.url);
    await wishForItinerary(page);
    const canceled = page.url();
    await stopPlanning(page);
    await page.getByText("Planning was stopped before the plan was finished.").waitFor();
    // A page from the browser's cache loads nothing.
    do {
      await page.goBack({ waitUntil: "commit" });
      await page.locator("h1").waitFor();
    } while (new URL(page.url()).pathname !== "/");
    assertStrictEquals(await page.getByLabel("Destination").inputValue(), "Rome");
    await wishForItinerary(page);
    assertNotStrictEquals(page.url(), canceled);
    await page.getByRole("button", { name: "Stop planning" }).waitFor();
    assertEquals(faults(), []);
  });
}

browserTest("a trip that was repeated and canceled can be repeated again", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForItinerary(page);
  const first = page.url();
  const seen = new Set([first]);
  for (let n = 0; n < 2; n++) {
    await stopPlanning(page);
    await page.getByText("Planning was stopped before the plan was finished.").waitFor();
    await page.goto(first);
    await page.getByRole("button", { name: "Plan this trip again" }).click();
    await page.waitForURL((url) => url.href !== first);
    seen.add(page.url());
  }
  assertStrictEquals(seen.size, 3);
  assertEquals(faults(), []);
});

browserTest("a form keeps its values when the visitor comes back", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  await page.goto(service.url);
  const form = page.locator("form.generation");
  await page.getByText("Weekend bundles", { exact: true }).click();
  await form.getByText("Add details").click();
  await form.getByLabel("Other interests").fill("jazz");
  await form.getByLabel("Anything else").fill("No early mornings");
  await page.getByRole("link", { name: "Error codes" }).click();
  await page.waitForURL("**/problems");
  await page.goBack();
  assertStrictEquals(await form.getByLabel("Other interests").inputValue(), "jazz");
  assertStrictEquals(await form.getByLabel("Anything else").inputValue(), "No early mornings");
  assertStrictEquals(await form.getByLabel("City").isVisible(), true);
  assertEquals(faults(), []);
});

browserTest("a form can be used again when the page was not left", async (browser) => {
  await using service = await openService();
  const { page, faults } = await visit(browser);
  await page.clock.install();
  await page.goto(service.url);
  // Simulates the Stop button.
  await page.route("**/trips/*", (route) => route.fulfill({ status: 204 }));
  await page.getByLabel("Destination").fill("Rome");
  await page.getByLabel("Days").fill("3");
  await Promise.all([
    page.waitForResponse("**/trips/*"),
    page.getByRole("button", { name: "Plan my trip" }).click(),
  ]);
  assertStrictEquals(await page.getByRole("button", { name: "Sending…" }).count(), 1);
  await page.clock.runFor(15_000);
  // The second time, it leads to the trip that was created.
  await page.unroute("**/trips/*");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  await page.waitForURL("**/trips/*");
  const made = await tripsOf(page);
  assertStrictEquals(made.length, 1);
  assert(page.url().endsWith(made[0]!.id));
  assertEquals(faults(/ERR_ABORTED/), []);
});

browserTest("a page from the browser's cache does not count from zero", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  const id = await seeFirstDay(page, service);
  const { body } = await service.program.get(page.url().replace(/.*trips/, "/api/itineraries"));
  const young = (await (await fetch(page.url())).text()).replace(/"ageMs":\d+/, `"ageMs":0`);
  const old = { ...body.progress, updatedAt: new Date(Date.now() + 3_600_000).toISOString() };
  await page.route(
    /\/trips\/[\w-]+$/,
    (route) => route.fulfill({ contentType: "text/html", body: young }),
  );
  await page.route(
    /\/api\/itineraries\/[\w-]+$/,
    (route) => route.fulfill({ json: { ...body, progress: old } }),
  );
  await page.reload();
  await page.getByText(/6\d:\d\d/).waitFor();
  service.model.write(id, upTo(days, 2));
  assertEquals(faults(), []);
});

/** Lists texts of the dock that are cut off. */
const CUT_OFF = `[...document.querySelectorAll(".dock p, .dock li, .dock button")]
  .filter((element) => element.checkVisibility())
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
  .map(({ textContent }) => textContent)`;

for (const [width, height] of [[320, 256], [667, 320]] as const) {
  browserTest(`the plan is readable in a window of ${width} by ${height}`, async (browser) => {
    await using service = await openService({ script: [itineraryReply] });
    const { page, faults } = await visit(browser, { viewport: { width, height } });
    const id = await seeFirstDay(page, service);
    const dock = (await page.locator(".dock").boundingBox())!;
    // In low and narrow windows, as with a zoom of 400 %, the dock is the end of the page and whole.
    const isLow = width < 400;
    if (isLow) assert(dock.y > height, `${dock.y}`);
    else assert(dock.height < height * .3, `${dock.height}`);
    if (!isLow) assertStrictEquals(dock.y + dock.height, height);
    assertEquals(await page.evaluate(CUT_OFF), []);
    assertStrictEquals(await page.locator(".dock .stages").isVisible(), isLow);
    for (const part of [".title", ".stop button >> nth=0", ".elapsed"]) {
      const { y, height } = (await page.locator(".dock").locator(part).boundingBox())!;
      assert(y >= dock.y && y + height <= dock.y + dock.height, part);
    }
    await takeScreenshot(page, `small-${width}`);
    assertEquals(await accessibilityViolations(page), []);
    service.model.write(id, upTo(days, 2));
    await page.getByRole("heading", { name: days[1]!.theme }).waitFor();
    assertStrictEquals(await overflows(page), false);
    service.model.write(id);
    await page.getByText("ready after").waitFor();
    assert(await shiftedOn(page) < 0.01, await shiftsOn(page));
    assertEquals(faults(), []);
  });
}

browserTest("a page over the rate limit waits, and reloads by itself", async (browser) => {
  await using service = await openService({ env: { RATE_LIMIT_REQUESTS: "1" } });
  const { page, faults } = await visit(browser, { javaScriptEnabled: false });
  const { body } = await service.program.post("/api/itineraries", rome);
  const answer = (await page.goto(`${service.url}/trips/${body.jobId}`))!;
  assertStrictEquals(answer.status(), 429);
  await page.getByRole("heading", { name: "Please wait a moment" }).waitFor();
  const pause = pauseInWords(Number(answer.headers()["retry-after"]), en);
  await page.getByText(`This page tries again by itself in ${pause}.`).waitFor();
  assertStrictEquals(
    await page.getByRole("link", { name: "Try again now" }).evaluate((link) =>
      (link as HTMLAnchorElement).href
    ),
    page.url(),
  );
  await takeScreenshot(page, "too-many");
  assertEquals(faults(/status of 429/), []);
});
