/**
 * Properties of all pages in a real browser: accessible, on every device, and safe against
 * injection.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { DAY_MS } from "../../lib/clock.ts";
import { browserTest } from "../../testing/browser.ts";
import {
  accessibilityViolations,
  bundles,
  bundlesReply,
  days,
  itineraryReply,
  openBundlesForm,
  openMenu,
  openService,
  overflows,
  rome,
  seeFirstDay,
  takeScreenshot,
  upTo,
  visit,
  weekend,
  wishForBundles,
  wishForItinerary,
} from "../../testing/pages.ts";

/** Brings a page into each of its states, one after the other. */
async function* statesOf(page: Page, service: Awaited<ReturnType<typeof openService>>) {
  await page.goto(service.url);
  yield "home";
  await page.getByLabel("Days").fill("99");
  await page.getByRole("button", { name: "Plan my trip" }).click();
  yield "invalid";
  await page.goto(service.url);
  await wishForItinerary(page);
  const itinerary = await service.model.begun(0);
  service.model.write(itinerary, upTo(days, 1));
  await page.getByRole("heading", { name: days[0]!.theme }).waitFor();
  yield "itinerary-growing";
  service.model.write(itinerary);
  await page.getByText("ready after").waitFor();
  yield "itinerary-finished";
  await openMenu(page, "Add to calendar");
  yield "calendar";
  await page.goto(service.url);
  await page.locator("#recent li").waitFor();
  yield "home-with-trips";
  await wishForBundles(page);
  const generation = await service.model.begun(1);
  service.model.write(generation, upTo(bundles, 1));
  await page.getByRole("heading", { name: bundles[0]!.title }).waitFor();
  await page.locator(".reasoning summary").click();
  yield "bundles-growing";
  service.model.write(generation);
  await page.getByText("ready after").waitFor();
  yield "bundles-finished";
  await page.goto(service.url);
  await wishForItinerary(page);
  await page.getByText("Error code: quota_exceeded").waitFor();
  yield "failed";
  await page.goto(`${service.url}/trips/${crypto.randomUUID()}`);
  yield "expired";
  await page.goto(`${service.url}/problems`);
  yield "problems";
  await page.goto(`${service.url}/trips/x/plan.xyz`);
  yield "nothing-there";
}

const script = [
  itineraryReply,
  bundlesReply,
  { error: { message: "No", type: "insufficient_quota", code: "insufficient_quota" }, status: 429 },
];

const viewers = {
  light: {},
  dark: { colorScheme: "dark", viewport: { width: 320, height: 640 } },
} as const;

for (const [name, viewer] of Object.entries(viewers)) {
  browserTest(
    `every state of a page is accessible and fits the window, ${name}`,
    async (browser) => {
      await using service = await openService({ script });
      const { page, faults } = await visit(browser, viewer);
      const colour = name === "dark" ? "rgb(20, 23, 26)" : "rgb(250, 248, 244)";
      for await (const state of statesOf(page, service)) {
        assertEquals(await accessibilityViolations(page), [], state);
        assertStrictEquals(await overflows(page), false, state);
        const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
        assertStrictEquals(background, colour, state);
        await takeScreenshot(page, `${name}-${state}`);
      }
      assertEquals(faults(/status of 404/), []);
    },
  );
}

browserTest("long words and text from right to left stay in their places", async (browser) => {
  const long = "Donaudampfschifffahrtsgesellschaft".repeat(6);
  const arabic = "رحلة إلى القاهرة مع العائلة والأصدقاء";
  const plan = structuredClone(days);
  plan[0]!.theme = long;
  Object.assign(plan[0]!.activities[0]!, { title: long, description: long, place: long });
  plan[1]!.theme = arabic;
  Object.assign(plan[1]!.activities[0]!, { title: arabic, description: arabic, place: arabic });
  await using service = await openService({
    script: [{ content: JSON.stringify({ days: plan }) }],
  });
  const { page, faults } = await visit(browser, { viewport: { width: 320, height: 640 } });
  for (const destination of [long.slice(0, 120), arabic]) {
    await page.goto(service.url);
    await wishForItinerary(page, { destination, durationDays: 3 });
    service.model.write(await service.model.begun(destination === arabic ? 1 : 0));
    await page.getByText("ready after").waitFor();
    assertStrictEquals(await overflows(page), false);
    await takeScreenshot(page, destination === arabic ? "right-to-left" : "long-words", true);
  }
  const direction = "getComputedStyle(document.querySelector('h1')).direction";
  assertStrictEquals(await page.evaluate(direction), "rtl");
  await page.goto(service.url);
  await page.locator("#recent li").first().waitFor();
  assertStrictEquals(await overflows(page), false);
  assertEquals(faults(), []);
});

/** Texts that could break out of HTML, JSON within HTML, an attribute, or a link. */
const hostile = [
  "</script><script>pwned=1</script>",
  `"><img src=x onerror=pwned=1>`,
  "<svg/onload=pwned=1>",
  "[x](javascript:pwned=1)",
  "{{pwned=1}}${pwned=1}",
].join(" ");

browserTest("texts of travellers and models are text and never run as code", async (browser) => {
  const evilDays = structuredClone(days);
  for (const day of evilDays) {
    day.theme = hostile;
    for (const activity of day.activities) {
      Object.assign(activity, { title: hostile, description: hostile, place: hostile });
    }
  }
  const evilBundles = structuredClone(bundles);
  for (const bundle of evilBundles) {
    Object.assign(bundle, {
      title: hostile,
      description: hostile,
      imageUrl: "javascript:pwned=1",
    });
    for (const event of bundle.keyEvents) {
      const url = "javascript:pwned=1";
      Object.assign(event, { name: hostile, date: hostile, venue: hostile, why: hostile, url });
      Object.assign(event, {
        neighborhood: hostile,
        city: `City of ${hostile}`,
        mapQuery: hostile,
      });
    }
  }
  await using service = await openService({
    script: [
      // The days and bundles repeat each other, so the model is asked again, and warnings remain.
      { content: JSON.stringify({ days: evilDays }) },
      { content: JSON.stringify({ days: evilDays }) },
      { content: JSON.stringify({ bundles: evilBundles }), reasoning: hostile },
      { content: JSON.stringify({ bundles: evilBundles }), reasoning: hostile },
    ],
  });
  const { page, faults } = await visit(browser);
  await page.goto(`${service.url}/?${new URLSearchParams({ destination: hostile })}`);
  assertStrictEquals(await page.getByLabel("Destination").inputValue(), hostile);
  await wishForItinerary(page, { destination: hostile.slice(0, 120), durationDays: 3 });
  const itinerary = await service.model.begun(0);
  service.model.write(itinerary, upTo(evilDays, 1));
  await page.locator(".days h2").first().waitFor();
  assertStrictEquals(await page.locator(".days h2").first().innerText(), hostile);
  service.model.write(itinerary);
  service.model.write(await service.model.begun(1));
  await page.getByText("ready after").waitFor();
  await page.getByText("Please check this plan").waitFor();
  await page.reload();
  assertStrictEquals(await page.locator("h1").innerText(), hostile.slice(0, 120).trim());
  await takeScreenshot(page, "hostile-itinerary", true);

  await page.goto(service.url);
  const form = await openBundlesForm(page);
  await form.getByLabel("City").fill(hostile.slice(0, 120));
  for (const label of ["Other interests", "Music", "When", "Anything else"]) {
    await form.getByLabel(label, { exact: true }).fill(hostile);
  }
  await page.getByRole("button", { name: "Plan my weekend" }).click();
  await page.waitForURL("**/trips/*");
  service.model.write(await service.model.begun(2));
  service.model.write(await service.model.begun(3));
  await page.getByText("ready after").waitFor();
  await page.locator(".reasoning summary").click();
  await page.reload();
  assertStrictEquals(await page.locator(".bundles h2").first().innerText(), hostile);
  await takeScreenshot(page, "hostile-bundles", true);
  for (const link of await page.locator("main a[href]").all()) {
    const href = await link.getAttribute("href");
    if (/^\/trips\/|^#|^\/\?kind=/.test(href!)) continue;
    assertMatch(
      href!,
      /^https:\/\/(www\.openstreetmap\.org\/|www\.google\.com\/maps\/|maps\.apple\.com\/)/,
    );
    assertStrictEquals(await link.getAttribute("rel"), "noopener noreferrer nofollow");
  }
  await page.goto(service.url);
  await page.locator("#recent li").nth(1).waitFor();
  assertStrictEquals(await page.locator("main script").count(), 0);
  // The example has a map and icons.
  assertStrictEquals(await page.locator("main :is(img, svg):not(.example *)").count(), 0);
  assertStrictEquals(await page.evaluate("typeof pwned"), "undefined");
  assertEquals(faults(), []);
});

/** On the network, headers included. */
const MAX_BYTES = 80 * 1024;

/** Returns a day in the near future, because the API takes no other one. */
function soon(): string {
  return new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, "YYYY-MM-DD".length);
}

/** Without HTTPS, Chromium does not ask for Brotli, but it understands it. */
const overHttps = { extraHTTPHeaders: { "accept-encoding": "gzip, deflate, br" } };

/** Opens a page for the first time. @returns how many bytes it and its files have */
async function bytesOf(browser: Browser, url: string): Promise<number> {
  const { page, context, faults } = await visit(browser, overHttps);
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  let bytes = 0;
  network.on("Network.loadingFinished", ({ encodedDataLength }) => bytes += encodedDataLength);
  await page.goto(url, { waitUntil: "networkidle" });
  await page.locator("figure.map svg").first().waitFor();
  assertEquals(faults(), []);
  await context.close();
  return bytes;
}

browserTest(
  "the first page, and that of a trip of 5 days with its map, each load at most 80 KB",
  async (browser) => {
    await using service = await openService();
    const wish = { destination: "Lisbon, Portugal", durationDays: 5, startDate: soon() };
    const { body } = await service.program.post("/api/itineraries", wish);
    const { page } = await visit(browser);
    await page.goto(`${service.url}/trips/${body.jobId}`);
    await page.getByText("ready after").waitFor();
    for (const path of ["/", `/trips/${body.jobId}`]) {
      const bytes = await bytesOf(browser, service.url + path);
      assert(bytes > 30_000, `${path}: only ${bytes} bytes were counted`);
      assert(bytes <= MAX_BYTES, `${path}: ${bytes} bytes`);
    }
  },
);

browserTest("a page is shown before its script has loaded", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, faults } = await visit(browser);
  const held = Promise.withResolvers<void>();
  await page.route(/\/(home|trip)_\w+\.js/, async (route) => {
    await held.promise;
    await route.continue();
  });
  const { body } = await service.program.post("/api/itineraries", {
    destination: "Rome",
    durationDays: 3,
  });
  service.model.write(await service.model.begun(0), upTo(days, 1));
  // Without its script, the page stays as the service has first sent it.
  const partial = async () =>
    (await service.program.get(`/api/itineraries/${body.jobId}`)).body.partial;
  while ((await partial()).length === 0);
  await page.goto(`${service.url}/trips/${body.jobId}`, { waitUntil: "commit" });
  await page.getByRole("heading", { name: "Rome" }).waitFor();
  await page.locator("progress").waitFor();
  const paints = "performance.getEntriesByName('first-contentful-paint').length";
  // `waitForFunction` would need an `eval`, which the page's policy forbids.
  while (await page.evaluate(paints) === 0);
  assertStrictEquals(await page.locator(".facts").getByText("UTC").count(), 1);
  held.resolve();
  service.model.write(await service.model.begun(0));
  await page.getByText("ready after").waitFor();
  assertEquals(faults(), []);
});

browserTest(
  "a hidden page has no connection, and requests the job at once when it is shown again",
  async (browser) => {
    await using service = await openService({ script: [itineraryReply] });
    const { page, faults } = await visit(browser);
    const id = await seeFirstDay(page, service);
    const hide = (state: string) =>
      page.evaluate(
        `Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))`,
      );
    const [closed] = await Promise.all([page.waitForEvent("requestfailed"), hide("hidden")]);
    assertMatch(closed.url(), /\/events$/);
    service.model.write(id);
    await service.program.untilLogged("completed");
    const [looked] = await Promise.all([page.waitForEvent("request"), hide("visible")]);
    assertMatch(looked.url(), /\/api\/itineraries\/[\w-]+$/);
    await page.getByText("ready after").waitFor();
    assertEquals(faults(), []);
  },
);

/**
 * The page as the server renders it, and as it is once its script runs, without intended
 * differences.
 */
const BOTH = `(async () => {
  const html = await (await fetch(location.href)).text();
  const served = new DOMParser().parseFromString(html, "text/html");
  return [served, document].map((page) => {
    const copy = page.getElementById("page").cloneNode(true);
    for (const time of copy.querySelectorAll("time[datetime*=T]")) time.textContent = "";
    for (const link of copy.querySelectorAll(".printed-link p")) link.textContent = "";
    // Only the script knows what the browser has of the trip.
    copy.querySelector(".kept")?.remove();
    // A map can be moved, its legend has buttons, and its markers have their places by its width.
    for (const part of copy.querySelectorAll(".map-parts, .marker, .tether")) part.remove();
    for (const map of copy.querySelectorAll(".map-view")) {
      for (const name of ["tabindex", "role", "aria-label"]) map.removeAttribute(name);
    }
    for (const form of copy.querySelectorAll("[novalidate]")) form.removeAttribute("novalidate");
    for (const hidden of copy.querySelectorAll("[name=formId]")) hidden.removeAttribute("value");
    return copy.innerHTML;
  });
})()`;

browserTest("a script renders the same page as the server", async (browser) => {
  await using service = await openService({ script: [itineraryReply, bundlesReply] });
  const { page, faults } = await visit(browser);
  await page.goto(`${service.url}/?kind=generation&interests=fado`);
  await page.locator("form.generation[novalidate]").waitFor();
  const [served, alive] = await page.evaluate(BOTH) as [string, string];
  assertStrictEquals(alive, served);
  const { body: itinerary } = await service.program.post("/api/itineraries", rome);
  service.model.write(await service.model.begun(0));
  const wish = { preferences: weekend };
  const { body: generation } = await service.program.post("/api/generations", wish);
  service.model.write(await service.model.begun(1));
  for (const id of [itinerary.jobId, generation.generationId]) {
    await page.goto(`${service.url}/trips/${id}`);
    await page.getByText("ready after").waitFor();
    await page.reload();
    await page.getByRole("status").getByText("Your plan is ready.").waitFor();
    const [served, alive] = await page.evaluate(BOTH) as [string, string];
    // The live region has its text only when the script runs.
    assertStrictEquals(alive.replace(">Your plan is ready.<", "><"), served);
  }
  assertEquals(faults(), []);
});
