/** Many windows of one browser, each with a trip that is not finished. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { BrowserContext, Page, Request } from "playwright-core";
import { browserTest } from "../../testing/browser.ts";
import { openService, rome, visit } from "../../testing/pages.ts";

/** More windows than a browser has connections to a host over HTTP/1.1. */
const WINDOWS = 8;

/** Counts the event streams that the windows of a browser have open, and waits for numbers. */
function streamsOf(context: BrowserContext) {
  const open = new Map<Request, Page>();
  let most = 0;
  let changed = Promise.withResolvers<void>();
  const change = (action: () => void) => {
    action();
    most = Math.max(most, open.size);
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const isStream = (request: Request) => request.url().endsWith("/events");
  context.on("request", (request) => {
    if (isStream(request)) change(() => open.set(request, request.frame().page()));
  });
  const onEnd = (request: Request) => change(() => open.delete(request));
  context.on("requestfinished", onEnd);
  context.on("requestfailed", onEnd);
  return {
    async until(isReached: () => boolean): Promise<void> {
      while (!isReached()) await changed.promise;
    },
    get pages(): Page[] {
      return [...open.values()];
    },
    get most(): number {
      return most;
    },
  };
}

browserTest(
  "eight windows with unfinished trips leave connections for other pages",
  async (browser) => {
    await using service = await openService({ env: { SAMPLE_DELAY_MS: "90000" } });
    const { context, page, faults } = await visit(browser);
    const streams = streamsOf(context);
    const windows: Page[] = [];
    for (let n = 0; n < WINDOWS; n++) {
      const { body } = await service.program.post("/api/itineraries", rome);
      const window = n === 0 ? page : await context.newPage();
      windows.push(window);
      const read = window.waitForResponse((response) => /\/api\//.test(response.url()));
      await window.goto(`${service.url}/trips/${body.jobId}`);
      // Each window follows its trip, with a stream or without.
      await read;
    }
    await streams.until(() => streams.pages.length === 3);

    // With eight streams, this page would wait until one of the trips ends.
    const home = await context.newPage();
    await home.goto(service.url, { timeout: 10_000 });
    await home.getByRole("heading", { level: 1 }).waitFor();
    assertStrictEquals(streams.most, 3);

    // A window that closes leaves its connection to another one.
    const [closing] = streams.pages;
    const before = new Set(streams.pages);
    await closing!.close();
    await streams.until(() => streams.pages.some((page) => !before.has(page)));
    assert(streams.most <= 3 + 1);
    assertEquals(faults(), []);
    for (const window of windows) if (!window.isClosed()) await window.close();
  },
);
