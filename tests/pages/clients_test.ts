/**
 * What browsers send and accept: the token of a browser, and event streams without an API key.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Page, Request } from "playwright-core";
import { browserTest } from "../../testing/browser.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { openService, rome, visit, wishForItinerary } from "../../testing/pages.ts";

const KEY = "our-own-key-0123456789";

const BLOCK_STORAGE = `Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("blocked", "SecurityError"); },
})`;

/** Sends a wish from the start page. Returns the token in its request. */
async function wishFrom(page: Page, url: string): Promise<string> {
  await page.goto(url);
  const isPost = (request: Request) => request.method() === "POST";
  const [request] = await Promise.all([
    page.waitForRequest(isPost),
    wishForItinerary(page),
  ]);
  await page.getByText("ready after").waitFor();
  return (await request.allHeaders())["client-token"] ?? "none";
}

/** Playwright cannot block cookies. */
const BLOCK_COOKIES = `Object.defineProperty(document, "cookie", { get: () => "" })`;

const browsers: [what: string, scripts: string[], tokens: number][] = [
  ["have its token, in each tab", [], 1],
  ["that blocks storage have its token, in each tab", [BLOCK_STORAGE], 1],
  ["that blocks cookies have its token, in each tab", [BLOCK_COOKIES], 1],
  ["that blocks both have a token", [BLOCK_STORAGE, BLOCK_COOKIES], 2],
];

for (const [what, scripts, count] of browsers) {
  browserTest(
    `all requests of a browser ${what}`,
    async (browser) => {
      await using service = await openService();
      const { page, context, faults } = await visit(browser);
      for (const script of scripts) await context.addInitScript(script);
      const tokens = [await wishFrom(page, service.url)];
      tokens.push(await wishFrom(await context.newPage(), service.url));
      for (const token of tokens) assertMatch(token, /^[\w-]{16,128}$/);
      assertStrictEquals(new Set(tokens).size, count);
      const stranger = await visit(browser);
      assert(!tokens.includes(await wishFrom(stranger.page, service.url)));
      assertEquals(faults(), []);
    },
  );
}

browserTest("EventSource on another site follows a job by a read token", async (browser) => {
  await using service = await openService({ env: { API_KEYS: KEY } });
  const html = new Headers({ "content-type": "text/html" });
  await using site = serveLocally(() => new Response("<title>Ours</title>", { headers: html }));
  const authorization = `Bearer ${KEY}`;
  const created = await fetch(`${service.url}/api/itineraries`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(rome),
  });
  const job = service.url + created.headers.get("location");
  await created.body?.cancel();
  const minted = await fetch(`${job}/read-tokens`, { method: "POST", headers: { authorization } });
  const { token } = await minted.json();

  const page = await (await browser.newContext()).newPage();
  await page.goto(site.url);
  const followed = (url: string) =>
    page.evaluate(`new Promise((resolve) => {
      const events = new EventSource(${JSON.stringify(url)});
      events.addEventListener("end", ({ data }) => {
        events.close();
        resolve(JSON.parse(data).status);
      });
      events.onerror = () => events.readyState === EventSource.CLOSED && resolve("closed");
    })`);
  assertStrictEquals(await followed(`${job}/events?token=${token}`), "completed");
  assertStrictEquals(await followed(`${job}/events?token=${token.slice(0, -1)}`), "closed");
  assertStrictEquals(await followed(`${job}/events`), "closed");
  // A tool may add headers that this service does not know.
  const traced = `fetch(${JSON.stringify(job)}, {
    headers: { authorization: "${authorization}", "sentry-trace": "1-2", "x-tool": "3" },
  }).then(({ status }) => status)`;
  assertStrictEquals(await page.evaluate(traced), 200);
  await page.context().close();
});
