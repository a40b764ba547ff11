/**
 * New kinds, made by the steps in CONTRIBUTING.md and nothing else: one with everything that a kind
 * may have (`tasting`), and one without a view and files (`checklist`).
 */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { cp } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { Program, workDirectory } from "../../testing/program.ts";
import { copyProgram, filesBelow, root } from "../../testing/source_files.ts";

const fixtures = join(root, "examples/third_kind");

/** A step of the recipe, for any `<kind>`. */
interface Step {
  /** The file that the step creates. */
  file: string;
  registry: string;
  /** The line that it adds to the registry. */
  line: string;
}

/** Reads the steps from CONTRIBUTING.md, and the line of a kind that lacks a file. */
async function readRecipe(): Promise<{ steps: Step[]; without: string }> {
  const text = await Deno.readTextFile(join(root, "CONTRIBUTING.md"));
  const [recipe] = text.match(/^- \*\*A kind of job\*\*[^]*?(?=^- )/m)!;
  const steps = [...recipe.matchAll(/^ +\d\. `([^`]+)`[^]*?\bIn\s+`([^`]+)`:\s+`([^`]+)`/gm)]
    .map(([, file, registry, line]) => ({ file: file!, registry: registry!, line: line! }));
  const [, without] = recipe.match(/with the line\s+`([^`]+)`/)!;
  return { steps, without: without! };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** The line at the end of a registry. */
const END = /^ *\}(?: as const)?(?: satisfies .*)?;$/m;

/**
 * Adds kinds to the source in a directory.
 *
 * @returns the registries, each without its lines for the new kinds
 */
async function addKinds(source: string, kinds: string[]): Promise<Map<string, string>> {
  const { steps, without } = await readRecipe();
  assertStrictEquals(steps.length, 5);
  await cp(fixtures, source, { recursive: true });
  const before = new Map<string, string>();
  for (const { file, registry, line } of steps) {
    const path = join(source, registry);
    let text = await Deno.readTextFile(path);
    before.set(registry, text);
    for (const kind of kinds) {
      const named = (pattern: string) => pattern.replaceAll("<kind>", kind);
      const isThere = await exists(join(source, named(file)));
      const entry = named(isThere ? line : without);
      if (isThere) {
        const [, name] = entry.match(/: (\w+)/)!;
        const specifier = relative(dirname(registry), named(file));
        text = text.replace(/^import /m, `import { ${name} } from "./${specifier}";\nimport `);
      }
      text = text.replace(END, (end) => `  ${end.match(/^ */)}${entry}\n${end}`);
    }
    await Deno.writeTextFile(path, text);
  }
  return before;
}

/**
 * Runs `deno` in a directory. @returns its output, and whether it succeeded
 */
async function deno(cwd: string, ...args: string[]) {
  const command = new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { success, output: text.decode(stdout) + text.decode(stderr) };
}

/** A copy of the source of the program, with the new kinds; `await using` removes it. */
async function extendedSource() {
  const directory = await workDirectory();
  await copyProgram(directory.path);
  // The rules of `deno lint`.
  await cp(join(root, "docs"), join(directory.path, "docs"), { recursive: true });
  const before = await addKinds(directory.path, ["tasting", "checklist"]);
  const changed = [
    ...before.keys(),
    ...(await Array.fromAsync(filesBelow(relative(root, fixtures))))
      .map((path) => relative(fixtures, join(root, path))),
  ];
  return { ...directory, before, changed };
}

/**
 * Finds the modules that depend on the list of the kinds. The runtime takes kinds of any name, and
 * its types need the longest check.
 */
async function modulesWithKinds(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ["routes", "web", "jobs", "lib"]) {
    for await (const file of filesBelow(folder)) {
      const text = await Deno.readTextFile(join(root, file));
      if (/from ".*\/(?:registry|contracts|forms)\.ts"/.test(text)) found.push(file);
    }
  }
  assert(found.length > 10, `${found}`);
  return found.filter((file) => file !== "jobs/runtime/runtime.ts");
}

/**
 * Checks the types of the modules that depend on the kinds, and of copies of the registries without
 * their new lines.
 */
async function checkTypes({ path, before }: Awaited<ReturnType<typeof extendedSource>>) {
  const incomplete = [];
  for (const [registry, text] of before) {
    // The other registries are checked against the contracts.
    if (registry.endsWith("contracts.ts")) continue;
    incomplete.push(registry.replace(".ts", "_incomplete.ts"));
    await Deno.writeTextFile(join(path, incomplete.at(-1)!), text);
  }
  assertStrictEquals(incomplete.length, 4);
  const { output } = await deno(path, "check", ...await modulesWithKinds(), ...incomplete);
  const errors = output.split(/^(?=TS\d+ )/m).slice(1);
  assertStrictEquals(errors.length, incomplete.length, output);
  for (const file of incomplete) {
    const error = errors.find((error) => error.includes(`/${file}:`));
    assert(error, `${file} has no type error: ${output}`);
    assertMatch(error, /tasting/);
    assertMatch(error, /checklist/);
    await Deno.remove(join(path, file));
  }
}

/** Requests a page or a file, as text. */
async function open(url: string, init: RequestInit = {}) {
  const response = await fetch(url, { redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function sendForm(url: string, fields: Record<string, string>) {
  const headers = { "sec-fetch-site": "same-origin" };
  return open(url, { method: "POST", headers, body: new URLSearchParams(fields) });
}

async function untilCompleted(program: Program, id: string): Promise<void> {
  await program.until(({ log }) =>
    log.some(({ message, jobId }) => message === "completed" && jobId === id)
  );
}

Deno.test("a kind that follows the recipe has its API, form, page and files", async (t) => {
  await using source = await extendedSource();
  if (!Deno.version.deno.startsWith("2.5.")) {
    await t.step(
      "the compiler accepts the kinds, and names missing registry lines",
      () => checkTypes(source),
    );
    await t.step("the new files follow the format and lint rules", async () => {
      for (const task of [["fmt", "--check"], ["lint"]]) {
        const { success, output } = await deno(source.path, ...task, ...source.changed);
        assert(success, output);
      }
    });
  }
  const built = await deno(source.path, "task", "build");
  assert(built.success, built.output);
  await using directory = await workDirectory();
  await using program = new Program(directory.path, {
    source: source.path,
    env: { GENERATOR: "sample", SAMPLE_DELAY_MS: "1500" },
  });
  await t.step("a tasting", () => driveTasting(program));
  await t.step("a checklist, which has a plain page", () => driveChecklist(program));
  assertEquals(program.log.filter(({ level }) => level === "error"), []);
});

/** Uses the API, the form, the page and the Markdown of the kind that has everything. */
async function driveTasting(program: Program): Promise<void> {
  const url = await program.url();
  const { body: { paths, components } } = await program.get("/openapi.json");
  assert(paths["/api/tastings"].post && paths["/api/tastings/{id}"].get);
  assertEquals(Object.keys(components.schemas.Tasting.properties).slice(0, 6), [
    "tastingId",
    "status",
    "dish",
    "town",
    "stops",
    "places",
  ]);
  const wish = { dish: "Ramen", town: "Fukuoka", stops: 2 };
  assertStrictEquals((await program.post("/api/tastings", { ...wish, stops: 6 })).status, 400);
  const made = await program.post("/api/tastings", wish);
  assertStrictEquals(made.status, 202);
  const path = made.headers.get("location")!;
  assertStrictEquals(path, `/api/tastings/${made.body.tastingId}`);

  const { text: home } = await open(url);
  assertMatch(home, /id="choose-tasting" value="tasting"/);
  assertMatch(home, /<form class="wish tasting"[^>]*aria-label="Find the kitchens">/);
  assertMatch(home, /id="tasting-dish" name="dish" [^>]*required [^>]*dir="auto"/);
  assertMatch(home, /type="number" [^>]*id="tasting-stops" [^>]*min="1" max="5"/);
  assertNotMatch(home, /checklist/);
  const wrong = await sendForm(`${url}/trips`, { kind: "tasting", dish: "", stops: "6" });
  assertStrictEquals(wrong.status, 400);
  assertMatch(wrong.text, />Enter a whole number, 1 to 5\.</);
  const fields = { kind: "tasting", dish: "Pho", town: "Huế", stops: "1" };
  const sent = await sendForm(`${url}/trips`, fields);
  assertStrictEquals(sent.status, 303);
  const trip = sent.headers.get("location")!;
  const growing = await open(url + trip);
  assertMatch(growing.text, /<title>…Pho in Huế – Tripwright<\/title>/);
  assertMatch(growing.text, /<section class="dock"/);

  await untilCompleted(program, made.body.tastingId);
  await untilCompleted(program, trip.replace("/trips/", ""));
  const { body: done } = await program.get(path);
  assertStrictEquals(done.status, "completed");
  assertStrictEquals(done.places[1].name, "Sample kitchen 2 of Fukuoka");
  const events = await open(`${url}${path}/events`);
  assertMatch(events.text, /^event: item$/m);
  assertMatch(events.text, /^event: end$/m);
  const { text: page } = await open(url + trip);
  assertMatch(
    page,
    /<header class="trip tasting"><div class="trip-title"><h1 dir="auto">Pho in Huế<\/h1>/,
  );
  assertMatch(page, /<span dir="auto">1 stop<\/span>/);
  assertMatch(page, /<h2 dir="auto">Sample kitchen 1 of Huế<\/h2>/);
  assertMatch(page, /plan\.md">Text <.*plan\.json">Data </);
  assertNotMatch(page, /Add to calendar/);
  const markdown = await open(`${url}${trip}/plan.md`);
  assertMatch(
    markdown.text,
    /^# Pho in Huế\n\nSample plan: in some cities the places are real[^]*- \*\*Sample kitchen 1/,
  );
  assertMatch(markdown.headers.get("content-disposition")!, /filename="pho-in-hue\.md"/);
  assertStrictEquals((await open(`${url}${trip}/plan.ics`)).status, 404);
}

/** Uses the API of the kind without a view and files, and its plain page. */
async function driveChecklist(program: Program): Promise<void> {
  const url = await program.url();
  const wish = { trip: "A week in <b>Reykjavík</b>" };
  const [made, dropped] = [
    await program.post("/api/checklists", wish),
    await program.post("/api/checklists", wish),
  ];
  const trip = `${url}/trips/${made.body.checklistId}`;
  const growing = await open(trip);
  assertStrictEquals(growing.status, 200);
  assertMatch(growing.text, /<title>…Checklist – Tripwright<\/title>/);
  assertMatch(
    growing.text,
    /<dt>trip<\/dt><dd dir="auto">A week in &lt;b>Reykjavík&lt;\/b><\/dd>/,
  );
  assertMatch(growing.text, /<section class="dock"[^]*<button type="submit"[^>]*>Stop planning</);
  const other = `${url}/trips/${dropped.body.checklistId}`;
  assertStrictEquals((await sendForm(`${other}/cancel`, {})).status, 303);
  assertMatch((await open(other)).text, /Planning was stopped before the plan was finished/);

  await untilCompleted(program, made.body.checklistId);
  const { text: page, status } = await open(trip);
  assertStrictEquals(status, 200);
  assertMatch(page, /<dt>items<\/dt><dd dir="auto"><pre>\[\n {2}(?:"|&quot;)Passport/);
  assertMatch(page, /plan\.json">Data </);
  assertNotMatch(page, /plan\.md|Add to calendar/);
  const { body } = await program.get(`/api/checklists/${made.body.checklistId}`);
  assertEquals(JSON.parse((await open(`${trip}/plan.json`)).text), body);
  for (const extension of ["md", "ics"]) {
    const { status, text } = await open(`${trip}/plan.${extension}`);
    assertStrictEquals(status, 404);
    assertMatch(text, /Back to the trip/);
  }
}
