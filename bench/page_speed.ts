/**
 * How fast pages are for a first visit: on a desktop, and on a slow phone. The browser's own
 * performance APIs give the numbers. Prints a table, the median of some visits.
 *
 * `deno task pagespeed`
 * @module
 */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../testing/browser.ts";
import { Program, workDirectory } from "../testing/program.ts";

const VISITS = 3;

/** How long a page is watched after it has loaded. */
const WATCH_MS = 2_500;

/** Long tasks block a page for longer than this. https://web.dev/articles/tbt */
const LONG_TASK_MS = 50;

interface Profile {
  name: string;
  context: BrowserContextOptions;
  /** How many times slower the processor is. */
  cpu: number;
  network: { latencyMs: number; downKbit: number; upKbit: number } | null;
}

/** The slow phone is that of Lighthouse: https://github.com/GoogleChrome/lighthouse, throttling.md */
const profiles: Profile[] = [
  {
    name: "desktop",
    context: { viewport: { width: 1280, height: 800 } },
    cpu: 1,
    network: null,
  },
  {
    name: "phone",
    context: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true },
    cpu: 4,
    network: { latencyMs: 150, downKbit: 1_600, upKbit: 750 },
  },
];

/** Keeps what the browser reports. A string, because it runs in pages. */
const WATCH = `globalThis.seen = { fcp: 0, lcp: 0, cls: 0, tasks: [] };
const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note))
  .observe({ type, buffered: true });
watch("paint", ({ name, startTime }) => {
  if (name === "first-contentful-paint") seen.fcp = startTime;
});
watch("largest-contentful-paint", ({ startTime }) => seen.lcp = startTime);
watch("layout-shift", ({ value, hadRecentInput }) => seen.cls += hadRecentInput ? 0 : value);
watch("longtask", ({ startTime, duration }) => seen.tasks.push([startTime, duration]));`;

/** Returns the numbers of a page. Bytes are those on the network, with headers. */
const READ = `(() => {
  const { fcp, lcp, cls, tasks } = seen;
  const blocked = tasks.filter(([start]) => start > fcp)
    .reduce((sum, [, duration]) => sum + duration - ${LONG_TASK_MS}, 0);
  const files = performance.getEntriesByType("resource")
    .map(({ name, transferSize }) => [new URL(name).pathname, transferSize]);
  const sizeOf = (pattern) => files.filter(([path]) => pattern.test(path))
    .reduce((sum, [, size]) => sum + size, 0);
  const html = performance.getEntriesByType("navigation")[0].transferSize;
  const [style, script, all] = [sizeOf(/\\.css$/), sizeOf(/\\.js$/), sizeOf(/./)];
  return { fcp, lcp, cls, blocked, html, style, script, all: html + all };
})()`;

type Numbers = Record<
  "fcp" | "lcp" | "cls" | "blocked" | "html" | "style" | "script" | "all",
  number
>;

/** Opens a page for the first time. @param keep what a test of the page does before it loads */
async function open(
  browser: Browser,
  { profile: { context, cpu, network }, url, prepare }: {
    profile: Profile;
    url: string;
    prepare?: (page: Page) => Promise<unknown>;
  },
): Promise<Numbers> {
  // The worker loads what it keeps after the visit.
  const visit = await browser.newContext({
    ...context,
    serviceWorkers: "block",
    // Without HTTPS, Chromium does not ask for Brotli, but it understands it.
    extraHTTPHeaders: { "accept-encoding": "gzip, deflate, br" },
  });
  try {
    const page = await visit.newPage();
    await page.addInitScript(WATCH);
    const devTools = await visit.newCDPSession(page);
    await devTools.send("Emulation.setCPUThrottlingRate", { rate: cpu });
    if (network) {
      await devTools.send("Network.enable");
      await devTools.send("Network.emulateNetworkConditions", {
        offline: false,
        latency: network.latencyMs,
        downloadThroughput: network.downKbit * 1_000 / 8,
        uploadThroughput: network.upKbit * 1_000 / 8,
      });
    }
    await prepare?.(page);
    await page.goto(url, { waitUntil: "load" });
    await page.waitForTimeout(WATCH_MS);
    return await page.evaluate(READ);
  } finally {
    await visit.close();
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Measures a page. The last number is the first paint if the script never loads. */
async function measure(browser: Browser, profile: Profile, address: () => Promise<string>) {
  const visits: Numbers[] = [];
  for (let count = 0; count < VISITS; count++) {
    visits.push(await open(browser, { profile, url: await address() }));
  }
  const prepare = (page: Page) => page.route(/\.js\?/, (route) => route.abort());
  const { fcp: bare } = await open(browser, { profile, url: await address(), prepare });
  if (bare === 0) throw new Error("A page is not painted without its script");
  const of = (name: keyof Numbers) => median(visits.map((numbers) => numbers[name]));
  const [fcp, lcp, blocked, painted] = [of("fcp"), of("lcp"), of("blocked"), bare]
    .map((ms) => ms.toFixed(0));
  const sizes = (["html", "style", "script", "all"] as const)
    .map((name) => (of(name) / 1_024).toFixed(1));
  return [fcp, lcp, of("cls").toFixed(3), blocked, ...sizes, painted];
}

const wish = { destination: "Lisbon, Portugal", startDate: "2027-05-01" };

await using directory = await workDirectory();
await using slowDirectory = await workDirectory();
await using program = new Program(directory.path, {
  env: { GENERATOR: "sample", SAMPLE_DELAY_MS: "1" },
});
// Its trips grow for longer than they are watched.
await using slow = new Program(slowDirectory.path, {
  env: { GENERATOR: "sample", SAMPLE_DELAY_MS: "8000" },
});

/** Plans a trip. @returns the address of its page */
async function plan(where: Program, durationDays: number): Promise<string> {
  const { body } = await where.post("/api/itineraries", { ...wish, durationDays });
  return `${await where.url()}/trips/${body.jobId}`;
}

const browser = await launchBrowser();
try {
  const [short, long] = [await plan(program, 5), await plan(program, 30)];
  const page = await browser.newPage();
  for (const url of [short, long]) {
    await page.goto(url);
    await page.getByText("ready after").waitFor();
  }
  await page.close();
  const columns = ["FCP", "LCP", "CLS", "TBT", "HTML", "CSS", "script", "all", "FCP, no script"];
  console.log(`| page | ${columns.join(" | ")} |\n|---|${"---|".repeat(columns.length)}`);
  for (const profile of profiles) {
    const pages = {
      home: () => program.url(),
      growing: () => plan(slow, 5),
      "5 days": () => Promise.resolve(short),
      "30 days": () => Promise.resolve(long),
    };
    for (const [name, address] of Object.entries(pages)) {
      const cells = await measure(browser, profile, address);
      console.log(`| ${name}, ${profile.name} | ${cells.join(" | ")} |`);
    }
  }
  console.log("Times in ms, sizes in KB on the network.");
} finally {
  await browser.close();
}
