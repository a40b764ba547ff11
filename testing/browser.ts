/**
 * A real browser: Debian's Chromium, driven by Playwright. Where Debian's `chromium-headless-shell` is, too,
 * most tests use that: the same engine without windows, which takes a quarter less of the processor.
 * @module
 */
import { type Browser, chromium } from "playwright-core";

const chosen = Deno.env.get("CHROMIUM_PATH");

/** Where Chromium is; unset, nowhere. */
const chromiumPath = firstOf(chosen, "/usr/bin/chromium");

/** What most tests use. */
const executablePath = firstOf(chosen, "/usr/bin/chromium-headless-shell") ?? chromiumPath;

/**
 * Playwright's own list, since the browser heeds only the last that it is given, and at its end what a
 * window has beside its page: two thirds of what one costs the processor, and there are some hundred.
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

/** What keeps it from calling its makers, and lets it run without a screen and as root. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${DISABLED_FEATURES}`,
  // A host whose pages are not trusted like those of this machine itself.
  "--host-resolver-rules=MAP trips.test 127.0.0.1",
];

/** One for all tests of a file: it takes longer to start than many a test. */
let started: Promise<Browser> | undefined;

Deno.test.afterAll(async () => {
  await (await started)?.close();
});

/**
 * A test that needs a browser. Where there is none it is skipped, and says so; with `CI` set it fails,
 * so that a check that was skipped never counts as passed. What it has opened is closed at its end.
 */
export function browserTest(name: string, test: (browser: Browser) => Promise<void>): void {
  const isMissing = chromiumPath === undefined;
  const isSkipped = isMissing && !Deno.env.get("CI");
  if (isSkipped) console.warn(`skipped, no Chromium at /usr/bin/chromium: ${name}`);
  Deno.test({
    name,
    ignore: isSkipped,
    // Playwright keeps the pipes and the process of the browser to itself.
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
 * @param options.keepsPages whether a page that was left is kept as it is for whoever goes back, as
 * browsers do, but for those without windows; Playwright waits for ever for such a page to load
 */
export async function launchBrowser({ keepsPages = false } = {}): Promise<Browser> {
  const ignoreDefaultArgs = keepsPages ? ["--disable-back-forward-cache"] : [];
  return await chromium.launch({
    executablePath: (keepsPages ? chromiumPath : executablePath)!,
    args: FLAGS,
    ignoreDefaultArgs,
  });
}

/** The first path at which there is a file. */
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
