/**
 * How smoothly a plan of 30 days scrolls on a phone: all of its days are open, and the page moves a
 * fixed distance in each frame. Prints the frames per second, the longest frames, and how long the
 * browser's main thread works for a frame: on a busy machine, only the last one means something.
 *
 * `deno run -A bench/scroll.ts`
 * @module
 */
import { launchBrowser } from "../testing/browser.ts";
import { Program, workDirectory } from "../testing/program.ts";

/** Some 2,400 pixels per second: a fast swipe. */
const STEP_PIXELS = 40;

/** Returns the lengths of the frames in milliseconds, while the page scrolls to its end. */
const SCROLL = `(async () => {
  for (const day of document.querySelectorAll(".day > details")) day.open = true;
  scrollTo(0, 0);
  const frame = () => new Promise(requestAnimationFrame);
  for (let count = 0; count < 30; count++) await frame();
  const lengths = [];
  let before = await frame();
  for (;;) {
    scrollBy(0, ${STEP_PIXELS});
    const now = await frame();
    lengths.push(now - before);
    before = now;
    if (scrollY + innerHeight >= document.documentElement.scrollHeight - 1) return lengths;
  }
})()`;

await using directory = await workDirectory();
await using program = new Program(directory.path, { env: { GENERATOR: "sample" } });
const url = await program.url();
const wish = { destination: "Tokyo, Japan", durationDays: 30 };
const { body } = await program.post("/api/itineraries", wish);
const browser = await launchBrowser();
try {
  const page = await browser.newPage({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
  });
  await page.goto(`${url}/trips/${body.jobId}`);
  await page.getByText("ready after").waitFor();
  const browserTimes = await page.context().newCDPSession(page);
  await browserTimes.send("Performance.enable");
  /** The seconds that the main thread has worked so far. */
  const worked = async () => {
    const { metrics } = await browserTimes.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")!.value;
  };
  for (const round of ["first", "second"]) {
    const before = await worked();
    const lengths = (await page.evaluate(SCROLL) as number[]).sort((a, b) => a - b);
    const workMs = 1_000 * (await worked() - before) / lengths.length;
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const at = (share: number) => lengths[Math.floor(share * (lengths.length - 1))]!.toFixed(1);
    const pixels = lengths.length * STEP_PIXELS;
    console.log(
      `${round}: ${pixels} px, ${(1_000 * lengths.length / total).toFixed(1)} frames per second,` +
        ` median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms,` +
        ` main thread ${workMs.toFixed(1)} ms`,
    );
  }
} finally {
  await browser.close();
}
