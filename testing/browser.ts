/**
 * A real browser: Debian's Chromium, driven by Playwright. Most tests use Debian's
 * `chromium-headless-shell` if it is installed: the same engine without windows, which needs a
 * quarter less CPU time.
 * @module
 */
import { type Browser, chromium } from "playwright-core";

const chosen = Deno.env.get("CHROMIUM_PATH");

/** The path of Chromium; `undefined` if it is not installed. */
const chromiumPath = firstOf(chosen, "/usr/bin/chromium");

/** The browser that most tests use. */
const executablePath = firstOf(chosen, "/usr/bin/chromium-headless-shell") ?? chromiumPath;

/**
 * Playwright's own list, because the browser accepts only one such flag, and at its end features
 * for the UI of a window. These take two thirds of the CPU time of a window, and the tests open
 * some hundred.
 */
const DISABLED_FEATURES = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "SpareRendererForSitePerProcess",
];

/**
 * Flags that stop network access by the browser itself, and let it run without a screen and as
 * root.
 */
const FLAGS = [
  "--no-sandbox",
  // Each page would have a process of its own, or two.
  "--renderer-process-limit=1",
  // Each page would get a process of its own, or two.
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${DISABLED_FEATURES}`,
  // Unlike `localhost`, this host is not a secure context.
  "--host-resolver-rules=MAP trips.test 127.0.0.1",
];

/** One browser for all tests of a file: it takes longer to start than many tests. */
let started: Promise<Browser> | undefined;

Deno.test.afterAll(async () => {
  await (await started)?.close();
});

/**
 * Registers a test that needs a browser. Without a browser the test is skipped with a warning; with
 * `CI` set it fails, so that a skipped check never counts as passed. All its browser contexts are
 * closed at its end.
 */
export function browserTest(name: string, test: (browser: Browser) => Promise<void>): void {
  const isMissing = chromiumPath === undefined;
  const isSkipped = isMissing && !Deno.env.get("CI");
  if (isSkipped) console.warn(`skipped, no Chromium at /usr/bin/chromium: ${name}`);
  Deno.test({
    name,
    ignore: isSkipped,
    // Playwright keeps the pipes and the process of the browser open.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      if (isMissing) throw new Error("Chromium is missing: apt-get install chromium");
      const browser = await (started ??= launchBrowser());
      try {
        await test(browser);
      } finally {
        for (const context of browser.contexts()) await context.close();
      }
    },
  });
}

/**
 * Starts a browser.
 *
 * @param options.keepsPages whether the back/forward cache keeps pages, as in browsers with
 * windows. Playwright waits for ever for a cached page to load.
 */
export async function launchBrowser({ keepsPages = false } = {}): Promise<Browser> {
  const ignoreDefaultArgs = keepsPages ? ["--disable-back-forward-cache"] : [];
  return await chromium.launch({
    executablePath: (keepsPages ? chromiumPath : executablePath)!,
    args: FLAGS,
    ignoreDefaultArgs,
  });
}

/** Returns the first path at which there is a file. */
function firstOf(...paths: (string | undefined)[]): string | undefined {
  return paths.find((path) => path && exists(path));
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
