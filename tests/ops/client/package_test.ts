/**
 * The npm package of the client: packed, installed, compiled and run with `examples/npm`, as its
 * users do. Also the client that a generator makes of `/openapi.json`.
 */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { extname, join } from "node:path";
import type { Page } from "playwright-core";
import denoJson from "../../../deno.json" with { type: "json" };
import { browserTest } from "../../../testing/browser.ts";
import { serveLocally } from "../../../testing/local_server.ts";
import { isWithoutNpm, type NpmProject, npmProject } from "../../../testing/npm_project.ts";
import { openService } from "../../../testing/page_service.ts";

const ignore = isWithoutNpm("tests of the npm package");

/** Long enough for a program to see a plan grow, and for a browser. */
const env = { SAMPLE_DELAY_MS: "1200" };
const browserEnv = { SAMPLE_DELAY_MS: "2500" };

let compiled: Promise<unknown> | undefined;

/** Compiles the programs for Node once. The types of the generated client come from the service. */
function compile({ run }: NpmProject, url: string): Promise<unknown> {
  return compiled ??= run("npm", ["run", "--silent", "generate"], { TRIPWRIGHT_URL: url })
    .then(() => run("tsc", ["--project", "node"]));
}

/** Runs a program for Node with a service, and returns what it prints. */
async function runProgram(name: string, ...args: string[]) {
  const project = await npmProject();
  await using service = await openService({ env });
  await compile(project, service.url);
  const output = await project.run("node", [`node/out/${name}.js`, service.url, ...args]);
  return { project, ...output };
}

/** The tests of this file share one program, which is open when a test ends. */
const shared = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "the package is small, and has no types of the server",
  ignore,
  async fn() {
    const { path, files } = await npmProject();
    const names = files.map((file) => file.path.replace(/-\w+(?=\.js)/, ""));
    assertEquals(names.toSorted(), [
      "LICENSE",
      "README.md",
      "chunk.js",
      "client.d.ts",
      "client.js",
      "package.json",
      "react.d.ts",
      "react.js",
    ]);
    assert(files.reduce((sum, { size }) => sum + size, 0) < 120_000);
    for (const { path: name } of files) {
      const text = await Deno.readTextFile(join(path, "node_modules/tripwright-client", name));
      assertNotMatch(text, /\bzod\b|from "\.\.|import\("|\bDeno\./, name);
      if (name === "package.json") assertStrictEquals(JSON.parse(text).version, denoJson.version);
    }
  },
});

Deno.test({
  name: "examples/npm/node/follow.ts compiles strictly without DOM, and follows a trip",
  ...shared,
  ignore,
  async fn() {
    const { stdout, stderr } = await runProgram("follow", "Lisbon", "3");
    assertMatch(stdout, /^1\. .+ \(\d+\)\n2\. .+ \(\d+\)\n3\. .+ \(\d+\)\nchanged: 3 days\n/);
    assertMatch(stdout, /the change is completed\n$/);
    assertMatch(stderr, /^0 of 3 days\n(.*\n)*[12] of 3 days\n(.*\n)*3 of 3 days\n$/);
  },
});

Deno.test({
  name: "a client that is generated from /openapi.json creates, polls and cancels",
  ...shared,
  ignore,
  async fn() {
    const { project, stdout } = await runProgram("generated");
    const [planned, canceled, refused] = stdout.split("\n");
    assertMatch(planned!, /^completed 1\. .+, 2\. .+$/);
    assertEquals([canceled, refused], ["canceled", "invalid_request #/durationDays"]);
    const types = await Deno.readTextFile(join(project.path, "node/api.d.ts"));
    assertNotMatch(types, /SummaryOutput|partial: unknown/);
  },
});

/** Renders a component with the hook where there is no browser. */
const ON_SERVER = `
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { useTrip } from "tripwright-client/react";
const Probe = ({ trip }) => {
  const { job, status, parts, connection, error } = useTrip(trip);
  return JSON.stringify([job?.destination ?? null, status, parts.length, connection, error]);
};
const job = { jobId: "1", status: "completed", destination: "Rome", itinerary: [{ day: 1 }] };
for (const trip of [null, { jobId: "1" }, job]) {
  console.log(renderToString(createElement(Probe, { trip })));
}
`;

Deno.test({
  name: "useTrip() renders on a server: nothing, or the job that it gets",
  ...shared,
  ignore,
  async fn() {
    const project = await npmProject();
    await Deno.writeTextFile(join(project.path, "on_server.mjs"), ON_SERVER);
    const { stdout } = await project.run("node", ["on_server.mjs"]);
    const shown = stdout.replaceAll("&quot;", '"').trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals(shown, [
      [null, null, 0, null, null],
      [null, null, 0, null, null],
      ["Rome", "completed", 1, null, null],
    ]);
  },
});

/** Serves the files of a directory. */
function serveFiles(directory: string) {
  const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };
  return serveLocally(async (request) => {
    const { pathname } = new URL(request.url);
    const file = pathname === "/" ? "/index.html" : pathname;
    const body = await Deno.readFile(join(directory, file)).catch(() => null);
    const type = types[extname(file)] ?? "text/plain";
    return new Response(body, { status: body ? 200 : 404, headers: { "content-type": type } });
  });
}

/** Records the requests of a page to the API that have no complete answer yet. */
function openRequestsOf(page: Page, url: string) {
  const open = new Set<unknown>();
  let changed = Promise.withResolvers<void>();
  const change = (action: () => void) => {
    action();
    changed.resolve();
    changed = Promise.withResolvers();
  };
  page.on("request", (request) => {
    if (request.url().startsWith(`${url}/api`)) change(() => open.add(request));
  });
  for (const end of ["requestfinished", "requestfailed"] as const) {
    // @ts-ignore: the overloads of each event are the same
    page.on(end, (request) => change(() => open.delete(request)));
  }
  return {
    async untilNone(): Promise<void> {
      while (open.size > 0) await changed.promise;
    },
    get size(): number {
      return open.size;
    },
  };
}

async function plan(page: Page, destination: string, days = 3): Promise<void> {
  await page.getByLabel("Destination").fill(destination);
  await page.getByLabel("Days").fill(String(days));
  await page.getByRole("button", { name: "Plan" }).click();
  await page.getByRole("heading", { name: destination }).waitFor();
}

/** The start of a page with the component of `/docs`. */
const DOCS_MAIN = `import { createRoot } from "react-dom/client";
import { Planner } from "./docs";
createRoot(document.getElementById("app")!).render(<Planner />);
`;

/** Adds a page with the code for React that the service shows in its documents. */
async function addDocsPage({ path }: NpmProject, url: string): Promise<void> {
  const text = await (await fetch(`${url}/llms.txt`)).text();
  const [, code] = text.match(/^```tsx\n([^]*?)^```$/m)!;
  await Deno.writeTextFile(join(path, "react/docs.tsx"), code!);
  await Deno.writeTextFile(join(path, "react/docs_main.tsx"), DOCS_MAIN);
  const html = await Deno.readTextFile(join(path, "react/index.html"));
  const docsPage = html.replace("/main.tsx", "/docs_main.tsx");
  await Deno.writeTextFile(join(path, "react/docs.html"), docsPage);
  await Deno.writeTextFile(
    join(path, "react/vite.config.ts"),
    `export default { build: { rolldownOptions: { input: ["index.html", "docs.html"] } } };`,
  );
}

/** Builds the example for browsers: as it is published, and with the checks of React. */
async function buildApp({ path, run }: NpmProject): Promise<string> {
  const checked = join(path, "checked");
  await Promise.all([
    run("tsc", ["--project", "react"]),
    run("vite", ["build", "react"]),
    run("vite", ["build", "react", "--mode", "development", "--outDir", checked], {
      NODE_ENV: "development",
    }),
  ]);
  return checked;
}

if (!ignore) {
  browserTest(
    "a Vite project with useTrip() builds, and its pages leak nothing",
    async (browser) => {
      await using service = await openService({ env: browserEnv });
      const project = await npmProject();
      await addDocsPage(project, service.url);
      await using site = serveFiles(await buildApp(project));
      const page = await (await browser.newContext()).newPage();
      const faults: string[] = [];
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      page.on("pageerror", (error) => faults.push(error.message));
      const requests = openRequestsOf(page, service.url);
      await page.goto(`${site.url}/?service=${service.url}`);
      const days = page.getByRole("listitem");

      await plan(page, "Lisbon");
      await days.first().waitFor();
      await page.locator("section[data-connection=live]").waitFor();
      const lisbon = await days.first().innerText();

      // Another trip takes the place of the running one, and nothing of that one stays.
      await plan(page, "Porto");
      assert(!(await days.allInnerTexts()).includes(lisbon));
      await page.getByText("completed").waitFor();
      assertStrictEquals(await days.count(), 3);
      assertStrictEquals(await page.locator("section").getAttribute("data-connection"), null);
      const porto = await days.allInnerTexts();

      await page.getByRole("button", { name: "Another first day" }).click();
      await page.getByText(porto[0]!, { exact: true }).waitFor({ state: "detached" });
      await page.getByText("completed").waitFor();
      const changed = await days.allInnerTexts();
      assertEquals(changed.slice(1), porto.slice(1));

      await plan(page, "Rome");
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText("canceled").waitFor();

      await plan(page, "Oslo", 9);
      await page.getByRole("button", { name: "Close" }).click();
      await page.locator("section").waitFor({ state: "detached" });
      await requests.untilNone();
      // A watch that goes on would read its job at once.
      await page.evaluate("void dispatchEvent(new Event('online'))");
      assertStrictEquals(requests.size, 0);

      await page.goto(`${site.url}/docs.html`);
      await page.getByRole("button", { name: "Plan three days in Lisbon" }).click();
      await page.locator("[aria-busy=false] h2").nth(2).waitFor();
      assertEquals(faults, []);
    },
  );
}
