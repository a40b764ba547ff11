/**
 * Copies of trips in a real browser: without a connection, after the site has deleted them, and with
 * another version of the site.
 */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { browserTest, launchBrowser } from "../../testing/browser.ts";
import { openApp } from "../../testing/app.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { type Answer, type App, post } from "../../testing/http.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { ADMIN_TOKEN } from "../../testing/operators.ts";
import {
  accessibilityViolations,
  openMenu,
  overflows,
  rome,
  shiftedOn,
  shiftsOn,
  takeScreenshot,
  visit,
} from "../../testing/pages.ts";
import { untilIdle } from "../../testing/runtimes.ts";

const DAY_MS = 86_400_000;
const KEY = "key-0123456789abcdef";

/** What Chromium reports of pages that the site does not have, and of requests without a network. */
const EXPECTED = /status of 40[14]|ERR_INTERNET_DISCONNECTED/;

/** The site in this process, so that a test decides about its time, its version and its settings. */
async function openSite(settings: Parameters<typeof openApp>[0] = {}) {
  const clock = new FakeClock(Date.now());
  const env = await openApp({ clock, ...settings });
  let app: App = env.app;
  const server = serveLocally((request) => app.fetch(request));
  return {
    env,
    url: server.url,
    /** Answers with another application from now on. */
    use(other: App): void {
      app = other;
    },
    /** Creates a finished trip, and returns its path. */
    async makeTrip(destination = "Rome", headers = {}): Promise<string> {
      const wish = { ...rome, destination };
      const { body }: Answer = await post(env.app, "/api/itineraries", wish, headers);
      await untilIdle(env.a, () => clock.advance(1_000));
      return `/trips/${body.jobId}`;
    },
    /** Lets the site delete its trips. */
    expire: () => clock.advance(2 * DAY_MS),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await env[Symbol.asyncDispose]();
    },
  };
}

type Site = Awaited<ReturnType<typeof openSite>>;

/** Opens a browser whose pages may have a worker. */
async function visitWithWorker(browser: Browser, options: BrowserContextOptions = {}) {
  return await visit(browser, { serviceWorkers: "allow", ...options });
}

/** Waits until the worker runs that the page has started. */
async function workerOn(page: Page): Promise<void> {
  await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
}

/** Whether the newest worker runs, and no other one is on its way. */
const SETTLED = `navigator.serviceWorker.getRegistration().then((registration) =>
  !registration.installing && !registration.waiting && registration.active?.state === "activated")`;

/** Waits until an expression is true on a page, also one whose value is a promise. */
async function until(page: Page, expression: string): Promise<void> {
  await page.evaluate(`(async () => {
    const end = performance.now() + 20_000;
    while (!await (${expression})) {
      if (performance.now() > end) throw new Error("It has not become true");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })()`);
}

/** Lists the paths in the caches of a site, by the names of the caches. */
function cachesOn(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(`(async () => {
    const found = {};
    for (const name of await caches.keys()) {
      const requests = await (await caches.open(name)).keys();
      found[name] = requests.map(({ url }) => new URL(url).pathname).sort();
    }
    return found;
  })()`);
}

/** Counts the copies in a browser, past the app. */
function copiesOn(page: Page): Promise<number> {
  return page.evaluate(`(async () => {
    if ((await indexedDB.databases()).length === 0) return 0;
    const open = indexedDB.open("tripwright");
    await new Promise((resolve) => open.onsuccess = resolve);
    const count = open.result.transaction("copies").objectStore("copies").count();
    await new Promise((resolve) => count.onsuccess = resolve);
    open.result.close();
    return count.result;
  })()`);
}

/** Opens a trip, and waits until the browser has its copy. */
async function readTrip(page: Page, site: Site, path: string): Promise<void> {
  await page.goto(site.url + path);
  await page.getByText("Saved in this browser. You can read it offline").last().waitFor();
}

const SHELL = ["/icon.svg", "/offline", "/style.css", "/trip_en.js", "/trip_shapes.json"];

browserTest(
  "a finished trip is read without a connection, and after the site has deleted it",
  async (browser) => {
    await using site = await openSite({ adminToken: ADMIN_TOKEN });
    const { page, context, faults } = await visitWithWorker(browser);
    const path = await site.makeTrip();
    await readTrip(page, site, path);
    assert(await shiftedOn(page) < .01, await shiftsOn(page));
    await workerOn(page);
    // The worker leaves everything alone but the pages of the app.
    for (const other of ["/admin/sign-in", "/docs", "/problems", "/openapi.json"]) {
      const answer = await page.goto(site.url + other);
      assertEquals([answer!.status(), answer!.fromServiceWorker()], [200, false], other);
    }
    for (const own of ["/", path]) {
      const answer = await page.goto(site.url + own);
      assertEquals([answer!.status(), answer!.fromServiceWorker()], [200, true], own);
    }
    const downloaded = page.waitForEvent("download");
    await openMenu(page, "Save");
    await page.getByRole("link", { name: "Text" }).click();
    assertMatch((await downloaded).suggestedFilename(), /\.md$/);
    const [[name, files], ...others] = Object.entries(await cachesOn(page)) as [[string, string[]]];
    assertMatch(name, /^tripwright-shell-\w{20}$/);
    assertEquals([files, others], [SHELL, []]);

    await context.setOffline(true);
    await page.reload();
    await page.getByText("No connection. This is the copy in this browser from").waitFor();
    assertStrictEquals(await page.title(), "✓ Rome – Tripwright");
    assertStrictEquals(await page.locator(".days > li").count(), 3);
    // What needs the site is not there, or says so and keeps the plan.
    assertStrictEquals(await page.getByText("We keep this trip until").count(), 0);
    assertEquals(await page.locator(".menu > summary").allInnerTexts(), [
      "Add to calendar",
      "Save",
    ]);
    assertStrictEquals(await page.locator(".part-menu, .change, #trip-link").count(), 0);
    await openMenu(page, "Save");
    await page.getByRole("button", { name: "Text" }).click();
    await page.getByRole("alert").getByText("We can't reach this site").waitFor();
    const file = page.waitForEvent("download");
    await page.getByRole("button", { name: "Trip file" }).click();
    assertStrictEquals((await file).suggestedFilename(), "Rome.trip.json");
    await page.keyboard.press("Escape");
    assertEquals(await accessibilityViolations(page), []);
    await page.setViewportSize({ width: 320, height: 640 });
    assertStrictEquals(await overflows(page), false);
    await takeScreenshot(page, "copy-offline");
    await page.goto(site.url);
    await page.getByText("Planning a trip needs a connection.").waitFor();
    assertEquals(await accessibilityViolations(page), []);
    await takeScreenshot(page, "home-offline", true);
    await page.getByRole("link", { name: "Rome, 3 days" }).click();
    await page.getByText("No connection. This is the copy").waitFor();
    await page.goto(`${site.url}/trips/${crypto.randomUUID()}`);
    await page.getByText("this browser has no copy of this trip.").waitFor();
    // The page loads itself when the connection is back.
    await context.setOffline(false);
    await page.getByRole("heading", { name: "We can't find this trip" }).waitFor();

    site.expire();
    await page.setViewportSize({ width: 1000, height: 800 });
    const answer = await page.goto(site.url + path);
    assertStrictEquals(answer!.status(), 404);
    await page.getByText("This site no longer has the trip.").waitFor();
    assertStrictEquals(await page.locator(".days > li").count(), 3);
    assertEquals(await accessibilityViolations(page), []);
    await takeScreenshot(page, "copy-gone");
    await openMenu(page, "Save");
    const [text] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Text" }).click(),
    ]);
    assertMatch(await Deno.readTextFile(await text.path()), /^# Rome/);
    const again = page.getByRole("link", { name: "Plan this trip again" });
    assertMatch((await again.getAttribute("href"))!, /destination=Rome/);
    await page.goto(site.url);
    await page.locator("#recent li", { hasText: "Rome, 3 days" }).getByText("Saved copy").waitFor();
    assertEquals(Object.values(await cachesOn(page)), [SHELL]);
    assertEquals(faults(EXPECTED), []);
  },
);

/** Changes the answers of an application as a new version of it would. */
function nextVersion(app: App): App {
  return {
    async fetch(request) {
      const answer = await app.fetch(request);
      const { pathname } = new URL(request.url);
      if (!["/sw.js", "/offline"].includes(pathname)) return answer;
      const text = (await answer.text()).replaceAll(
        /tripwright-shell-\w{20}/g,
        "tripwright-shell-next",
      )
        .replace(`"patienceMs":8000`, `"patienceMs":300`)
        .replace("<body>", `<body class="next">`);
      return new Response(text, { headers: answer.headers });
    },
  };
}

browserTest(
  "a new version of the site replaces the shell, and open pages go on",
  async (browser) => {
    await using site = await openSite();
    const { page, context, faults } = await visitWithWorker(browser, { colorScheme: "dark" });
    await readTrip(page, site, await site.makeTrip());
    await workerOn(page);
    const [first] = Object.keys(await cachesOn(page));
    site.use(nextVersion(site.env.app));
    const other = await context.newPage();
    await other.goto(site.url);
    await until(other, `caches.keys().then((names) => names.join() === "tripwright-shell-next")`);
    await until(other, SETTLED);
    assert(first !== "tripwright-shell-next");
    // The page from before works on, with the files that it has loaded.
    await page.getByRole("button", { name: "Forget this trip" }).click();
    await page.getByRole("button", { name: "Keep a copy" }).click();
    await page.getByText("Saved in this browser. You can read it offline").last().waitFor();
    // Pages from the network are of the new version, too.
    assertStrictEquals(await other.locator("body.next").count(), 0);
    await context.setOffline(true);
    await page.reload();
    await page.locator("body.next").getByText("No connection. This is the copy").waitFor();
    await context.setOffline(false);
    // A site that does not answer counts as no connection.
    const silence = Promise.withResolvers<void>();
    site.use({
      async fetch(request) {
        await silence.promise;
        return await site.env.app.fetch(request);
      },
    });
    await page.reload();
    await page.locator("body.next").getByText("No connection. This is the copy").waitFor();
    silence.resolve();
    await page.getByText("You're online again.").waitFor();
    assertEquals(faults(EXPECTED), []);
  },
);

browserTest(
  "a reader who changes the language has the shell in that language",
  async (browser) => {
    await using site = await openSite();
    const { page, context, faults } = await visitWithWorker(browser, { colorScheme: "dark" });
    await page.goto(site.url);
    await workerOn(page);
    await page.goto(`${site.url}/?lang=de`);
    await until(
      page,
      `caches.match("/trip_de.js", { ignoreSearch: true }).then((file) =>
    file !== undefined)`,
    );
    await until(page, SETTLED);
    await context.setOffline(true);
    await page.reload();
    await page.getByText("Um eine Reise zu planen, brauchst du eine Verbindung.").waitFor();
    assertEquals(await accessibilityViolations(page), []);
    assertEquals(faults(EXPECTED), []);
  },
);

/** Whether the site has neither a worker nor caches. */
const NO_WORKER = `Promise.all([navigator.serviceWorker.getRegistrations(), caches.keys()])
  .then((found) => found.flat().length === 0)`;

browserTest("the operator switches copies off, and old workers go", async (browser) => {
  await using site = await openSite();
  const { page, context, faults } = await visitWithWorker(browser);
  const path = await site.makeTrip();
  await readTrip(page, site, path);
  await workerOn(page);
  const { env } = site;
  const off = await openApp({ kv: env.kv, clock: env.clock, offlineCopies: false });
  site.use(off.app);
  await page.goto(site.url + await site.makeTrip("Oslo"));
  await page.getByText("This site keeps no copies in browsers.").waitFor();
  await until(page, NO_WORKER);
  await page.goto(site.url);
  await page.getByText("This site keeps no copies in browsers.").waitFor();
  assertStrictEquals(await page.getByText("Keep trips in this browser").count(), 0);
  // What was saved before can be read as long as the site is there.
  site.expire();
  await page.goto(site.url + path);
  await page.getByText("This site no longer has the trip.").waitFor();

  // A worker that finds out before any page does removes itself.
  site.use(env.app);
  await page.goto(site.url);
  await workerOn(page);
  site.use(off.app);
  await page.evaluate(
    "navigator.serviceWorker.getRegistration().then((worker) => worker.update())",
  );
  await until(page, NO_WORKER);
  await context.close();
  assertEquals(faults(EXPECTED), []);
});

browserTest("the traveler forgets trips, and switches keeping off", async (browser) => {
  await using site = await openSite();
  const { page, faults } = await visitWithWorker(browser);
  const path = await site.makeTrip();
  await readTrip(page, site, path);
  await page.getByRole("button", { name: "Forget this trip" }).click();
  await page.getByText("This browser keeps no copy of this trip.").waitFor();
  await page.locator("#kept-state:focus").waitFor();
  // The page does not save it again behind the traveler's back.
  await page.reload();
  await page.getByText("This browser keeps no copy of this trip.").waitFor();
  await page.goto(site.url);
  await page.getByText("Trips that you plan in this browser appear here.").waitFor();
  await page.goto(site.url + path);
  await page.getByRole("button", { name: "Keep a copy" }).click();
  await page.getByText("Saved in this browser.").last().waitFor();
  await readTrip(page, site, await site.makeTrip("Oslo"));

  await page.goto(site.url);
  const rows = page.locator("#recent li");
  await rows.nth(1).waitFor();
  await page.getByRole("button", { name: "Forget Oslo" }).click();
  await page.getByText("This browser has forgotten “Oslo”.").waitFor();
  await rows.filter({ hasText: "Oslo" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await rows.filter({ hasText: "Oslo" }).getByText("Saved copy").waitFor();
  await page.getByRole("button", { name: "Forget all trips" }).click();
  await page.getByText("Forget all 2 trips?").waitFor();
  assertEquals(await accessibilityViolations(page), []);
  await takeScreenshot(page, "forget-all", true);
  await page.getByRole("button", { name: "Yes, forget all" }).click();
  await page.getByText("Trips that you plan in this browser appear here.").waitFor();
  assertEquals(await copiesOn(page), 0);

  await workerOn(page);
  await readTrip(page, site, await site.makeTrip("Lima"));
  await page.goto(site.url);
  await page.getByLabel("Keep trips in this browser").uncheck();
  await until(page, NO_WORKER);
  await rows.filter({ hasText: "Lima" }).waitFor();
  assertStrictEquals(await page.getByText("Saved copy").count(), 0);
  await page.reload();
  await page.getByRole("checkbox", { name: "Keep trips in this browser", checked: false })
    .waitFor();
  await page.getByRole("link", { name: "Lima, 3 days" }).click();
  await page.getByText("you turned off keeping trips in this browser").waitFor();
  assertStrictEquals(await page.evaluate(NO_WORKER), true);
  await page.goto(site.url);
  await page.getByLabel("Keep trips in this browser").check();
  await workerOn(page);
  assertEquals(faults(EXPECTED), []);
});

browserTest("a browser that is full, or blocks storage, says so in one line", async (browser) => {
  await using site = await openSite();
  const path = await site.makeTrip();
  const { page, context, faults } = await visitWithWorker(browser);
  const network = await context.newCDPSession(page);
  await network.send("Storage.overrideQuotaForOrigin", { origin: site.url, quotaSize: 1 });
  await page.goto(site.url + path);
  await page.getByText("Not saved: this browser's storage is full.").waitFor();
  await takeScreenshot(page, "storage-full");
  assertStrictEquals(await page.locator(".days > li").count(), 3);

  const blocked = await visitWithWorker(browser);
  await blocked.context.addInitScript(`
    indexedDB.open = () => { throw new DOMException("blocked", "SecurityError"); };
    Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("blocked", "SecurityError"); },
    });
  `);
  await blocked.page.goto(site.url + path);
  await blocked.page.getByText("Not saved: your browser blocks storage.").waitFor();
  assertStrictEquals(await blocked.page.locator(".days > li").count(), 3);
  await blocked.page.goto(site.url);
  await blocked.page.getByText("Your browser blocks storage, so trips can't be listed").waitFor();
  assertStrictEquals(await blocked.page.getByText("Open a trip file").count(), 0);
  assertEquals([...faults(EXPECTED), ...blocked.faults(EXPECTED)], []);
});

browserTest("a trip goes to another device as a file", async (browser) => {
  await using site = await openSite();
  const first = await visitWithWorker(browser);
  await readTrip(first.page, site, await site.makeTrip());
  const saved = first.page.waitForEvent("download");
  await openMenu(first.page, "Save");
  await first.page.getByRole("button", { name: "Trip file" }).click();
  const download = await saved;
  assertStrictEquals(download.suggestedFilename(), "Rome.trip.json");
  const file = await Deno.readTextFile(await download.path());
  site.expire();

  const { page, context, faults } = await visitWithWorker(browser);
  await page.goto(site.url);
  await workerOn(page);
  const picker = page.locator("input[type=file]");
  const choose = (name: string, text: string) =>
    picker.setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  for (
    const [text, answer] of [
      ["{}", "This is not a trip file of this site"],
      ["x".repeat(2_000_001), "This file is too large"],
      [`{"format":"tripwright-trip","version":9}`, "A newer version of this site"],
    ] as const
  ) {
    await choose("bad.json", text);
    await page.getByRole("alert").getByText(answer).waitFor();
  }
  await takeScreenshot(page, "file-refused", true);
  assertEquals(await accessibilityViolations(page), []);
  // Without a connection, too: the shell has all it needs.
  await context.setOffline(true);
  await page.reload();
  await page.getByText("Planning a trip needs a connection.").waitFor();
  await choose("Rome.trip.json", file);
  await page.waitForURL("**/copies/*");
  await page.getByText("You opened this trip from a file on").waitFor();
  assertStrictEquals(await page.locator(".days > li").count(), 3);
  await context.setOffline(false);
  assertStrictEquals((await page.reload())!.status(), 200);
  await page.getByText("You opened this trip from a file on").waitFor();
  assertEquals(await accessibilityViolations(page), []);
  await takeScreenshot(page, "copy-file");
  await page.goto(site.url);
  await page.locator("#recent li", { hasText: "Rome, 3 days" }).getByText("From a file").waitFor();
  // Dropped onto the page, the file opens the same copy.
  await page.evaluate(`(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([${JSON.stringify(file)}], "Rome.trip.json"));
    dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
  })()`);
  await page.waitForURL("**/copies/*");
  await page.getByRole("button", { name: "Forget this trip" }).click();
  await page.getByText("This browser keeps no copy of this trip.").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "There is no copy here" }).waitFor();
  assertEquals([...first.faults(EXPECTED), ...faults(EXPECTED)], []);
});

browserTest("a trip of an API key leaves no copy behind", async (browser) => {
  await using site = await openSite({ apiKeys: [KEY] });
  const path = await site.makeTrip("Rome", { authorization: `Bearer ${KEY}` });
  const { page, context, faults } = await visitWithWorker(browser);
  await page.goto(site.url + path);
  await page.getByLabel("API key").fill(KEY);
  await page.getByRole("button", { name: "Open the trip" }).click();
  await page.getByText("Not saved: this trip belongs to an API key.").waitFor();
  await workerOn(page);
  assertEquals(await copiesOn(page), 0);
  await context.setOffline(true);
  await page.reload();
  await page.getByText("this browser has no copy of this trip.").waitFor();
  assertEquals(faults(EXPECTED), []);
});

browserTest("pages with a worker come back from the back/forward cache", async () => {
  await using browser = await launchBrowser({ keepsPages: true });
  await using site = await openSite();
  const { page, context, faults } = await visitWithWorker(browser);
  await context.addInitScript("onpageshow = ({ persisted }) => window.wasKept = persisted");
  await readTrip(page, site, await site.makeTrip());
  await workerOn(page);
  await page.goto(site.url);
  await page.locator("#recent li").getByText("Saved copy").waitFor();
  await page.goBack({ waitUntil: "commit" });
  await page.getByText("Saved in this browser.").last().waitFor();
  assertStrictEquals(await page.evaluate("window.wasKept"), true);
  assertEquals(faults(), []);
});
