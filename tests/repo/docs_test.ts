import { assert, assertEquals, assertNotMatch, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { ownCodes } from "../../bench/eval/checks.ts";
import { trapCodes } from "../../bench/eval/wish.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { generatedFiles, keyRows } from "../../docs/generator.ts";
import { VERSION } from "../../lib/version.ts";
import { documentPaths } from "../../docs/prose_linter.ts";
import { claimsOf, matchesName, namesIn, testNames } from "../../testing/named_tests.ts";
import { alertNames, thresholdsOf } from "../../lib/alert_thresholds.ts";
import { variableNames } from "../../lib/variables.ts";
import { bundlesRules } from "../../jobs/kinds/bundles/rules/rules.ts";
import { KeyEvent } from "../../jobs/kinds/bundles/plan.ts";
import { Activity, Day } from "../../jobs/kinds/itinerary/plan.ts";
import { itineraryRules } from "../../jobs/kinds/itinerary/rules/rules.ts";
import { richPreferences, richWish } from "../../testing/rich_plans.ts";
import { failureKinds } from "../../lib/job/failure.ts";

const root = join(import.meta.dirname!, "../..");
const read = (path: string) => Deno.readTextFile(join(root, path));

/** Removes line breaks and column widths, which the formatter decides. */
const withoutLayout = (text: string) => text.replaceAll(/\s+/g, " ").replaceAll(/-{3,}/g, "---");

for (const { path, update } of generatedFiles) {
  Deno.test(`${path} matches the code; otherwise run deno task docs`, async () => {
    const text = await read(path);
    const compared = path.endsWith(".md") ? withoutLayout : String;
    assertStrictEquals(compared(text), compared(update(text)));
  });
}

/** DENO_DEPLOY is set by Deno Deploy, and OTEL_DENO is a variable of Deno. */
const ours = variableNames.filter((name) => name !== "DENO_DEPLOY" && name !== "OTEL_DENO");

/** The rows of the Markdown tables in a text, cells without their backquotes. */
function tableRows(text: string): string[][] {
  return text.split("\n").filter((line) => /^\| `/.test(line)).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""))
  );
}

Deno.test("docs/plan_review.md lists every rule of each kind, and no other", async () => {
  const rows = tableRows(await read("docs/plan_review.md"));
  const documented = (column: number) =>
    rows.filter((row) => row[column] === "yes").map(([code]) => code!);
  const itinerary = itineraryRules({ request: richWish, destination: null });
  const bundles = bundlesRules({
    request: { preferences: richPreferences },
    startedAt: 0,
    destination: null,
    isKnownLink: () => true,
  });
  assertEquals(documented(1), itinerary.map(({ code }) => code));
  assertEquals(documented(2), bundles.map(({ code }) => code));
});

/** The schemas of the parts of plans, and a member that only its example in the document has. */
const shownParts = [
  { name: "day of an itinerary", part: Day, member: '"needsMet"' },
  { name: "event of a bundle", part: KeyEvent, member: '"startsAt"' },
];

for (const { name, part, member } of shownParts) {
  Deno.test(`docs/http_api.md shows every member of a ${name}`, async () => {
    const examples = [...(await read("docs/http_api.md")).matchAll(/^```json\n([^]*?)^```$/gm)];
    const [, json] = examples.find(([, json]) =>
      json!.startsWith("{\n") && json!.includes(member)
    )!;
    const shown = JSON.parse(json!);

    assertEquals(Object.keys(shown).toSorted(), Object.keys(part.shape).toSorted());
    for (const activity of shown.activities ?? []) {
      assertEquals(Activity.parse(activity), activity);
      assertEquals(Object.keys(activity).toSorted(), Object.keys(Activity.shape).toSorted());
    }
  });
}

Deno.test("docs/configuration.md explains every variable, and no other", async () => {
  const documented = tableRows(await read("docs/configuration.md")).map(([name]) => name);
  assertEquals(documented, ours);
});

Deno.test(".env.example shows every variable, and sets none", async () => {
  const text = await read(".env.example");
  const shown = [...text.matchAll(/^# ([A-Z_]+)=/gm)].map((match) => match[1]!);
  assertEquals(shown.toSorted(), ours.toSorted());
  assertNotMatch(text, /^[^#\n]/m);
});

Deno.test(".env.example and docs/configuration.md agree on the defaults", async () => {
  const text = await read(".env.example");
  for (const [name, value] of tableRows(await read("docs/configuration.md"))) {
    const example = text.match(new RegExp(`^# ${name}=(.*)$`, "m"))?.[1];
    if (value !== "none") assertStrictEquals(example, value, name);
  }
});

/**
 * The parts of a key, written as an array in the source: `["due", job.kind]` has `due` and `kind`.
 */
function keyParts(array: string): string[] {
  return array.split(",").map((part) => part.trim().split(".").at(-1)!.replaceAll(/\W/g, ""));
}

/** The prefix of a key that is not stored: a read of it shows whether the database answers. */
const UNSTORED = "ping";

Deno.test("the table of keys has every key that lib/store builds, with its parts", async () => {
  const rows = new Map(keyRows().map(([key]) => keyParts(key!)).map((row) => [row[0], row]));
  const modules = new Map<string, string>();
  const complete = new Set<string>();
  for await (const { name } of Deno.readDir(join(root, "lib/store"))) {
    const code = (await read(`lib/store/${name}`)).replaceAll(/^ *(\*|\/\/).*/gm, "");
    // Excludes the category of a logger, and a member of a type such as Kv["get"].
    for (
      const [, array] of code.matchAll(
        /(?<![\w>)\]]|getLogger\()\[("[a-z_]+"(?:,\s*[\w.]+)*),?\s*\]/g,
      )
    ) {
      const parts = keyParts(array!);
      const [prefix] = parts;
      if (prefix === UNSTORED) continue;
      const row = rows.get(prefix) ?? [];
      assertEquals(parts, row.slice(0, parts.length), `${name}: ${array}`);
      // A value that is too large is stored in parts below the key.
      if (parts.length === row.filter((part) => part !== "part").length) complete.add(prefix!);
      assertStrictEquals(modules.get(prefix!) ?? name, name, `two modules build keys of ${prefix}`);
      modules.set(prefix!, name);
    }
  }
  assertEquals([...complete].sort(), [...rows.keys()].sort());
});

Deno.test("CHANGELOG.md begins with the version of the program", async () => {
  const text = await read("CHANGELOG.md");
  const [, newest] = text.match(/^## \[?(\d+\.\d+\.\d+)\]? /m) ?? [];
  assertStrictEquals(newest, VERSION);
});

Deno.test("docs/job_lifecycle.md explains every failure, and whether it is retried", async () => {
  const rows = tableRows(await read("docs/job_lifecycle.md")).filter((row) => row.length === 4);
  const documented = rows.map(([code, , job, retryable]) => [
    code,
    { retriedByJob: job!.startsWith("tries again"), retryable: retryable === "true" },
  ]);
  const actual = Object.entries(failureKinds).map(([code, { retriedByJob, retryable }]) => [
    code,
    { retriedByJob, retryable },
  ]);
  assertEquals(documented, actual);
});

/** The documents whose claims name their tests, and the sections of some of them. */
const claiming = [
  { path: "docs/invariants.md", heading: "##", claims: ["10. Secrets"] },
  {
    path: "docs/security.md",
    heading: "###",
    claims: ["A page of another site", "cancel a job", "requests of a caller"],
  },
] as const;

for (const { path, heading, claims: expected } of claiming) {
  Deno.test(`each claim of ${path} names existing tests`, async () => {
    const claims = claimsOf(await read(path), heading);
    for (const start of expected) {
      assert(claims.some(({ claim }) => claim.startsWith(start)), `no claim: ${start}`);
    }
    const names = await testNames();
    for (const { claim, tests } of claims) {
      assert(tests.length > 0, `no test: ${claim}`);
      for (const test of tests) {
        assert(names.some((name) => matchesName(name, test)), `${claim}: no test is named ${test}`);
      }
    }
  });
}

Deno.test("docs/invariants.md has eleven invariants", async () => {
  const claims = claimsOf(await read("docs/invariants.md"), "##");
  const numbers = claims.map(({ claim }) => parseInt(claim));
  assertEquals(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

Deno.test("claimsOf() finds sections and rows, also without tests", () => {
  const text = [
    "## Rights",
    "| who      | tests       |",
    "| -------- | ----------- |",
    "| a caller | `one` `two` |",
    "| a reader |             |",
    "",
    "| who      | what  |",
    "| -------- | ----- |",
    "| no claim | `one` |",
    "### A stranger",
    "- `three`",
    "- no test: `x`",
    "### A guest",
    "## Rest",
    "- `no claim`",
  ].join("\n");
  assertEquals(claimsOf(text, "###"), [
    { claim: "a caller", tests: ["one", "two"] },
    { claim: "a reader", tests: [] },
    { claim: "A stranger", tests: ["three"] },
    { claim: "A guest", tests: [] },
  ]);
});

/** Sources of tests, a name, and whether a test has it. */
const named: [source: string, test: string, isFound: boolean][] = [
  ['Deno.test("a", f)', "a", true],
  ['Deno.test(\n  "a",\n  f,\n)', "a", true],
  ['Deno.test({\n  name: "a",\n})', "a", true],
  ['browserTest("a", f)', "a", true],
  ["Deno.test(`a ${x} c${y}`, f)", "a b c", true],
  ["const title = `a ${x} ` +\n  `c`;\nDeno.test(title, f)", "a b c", true],
  ['const title = "a";\nassert(title)', "a", false],
  ['Deno.test("a", f)', "b", false],
  ['Deno.test("a b", f)', "a", false],
  ["Deno.test(`a ${x} c`, f)", "a b d", false],
  ['Deno.test("a. (b)", f)', "a. (b)", true],
  ['Deno.test("a. (b)", f)', "ax (b)", false],
];

for (const [source, test, isFound] of named) {
  Deno.test(`matchesName() is ${isFound} for ${test} and ${JSON.stringify(source)}`, () => {
    assertStrictEquals(namesIn(source).some((name) => matchesName(name, test)), isFound);
  });
}

Deno.test("the documents name only existing tasks and files", async () => {
  const documents = await Array.fromAsync(documentPaths());
  assert(documents.includes("README.md") && documents.includes("docs/tutorial.md"));
  for (const document of documents) {
    const text = await read(document);
    for (
      const [, task] of text.matchAll(/(?:\bdeno(?:@[\d.]+)?\s+|`)task\s+(\w(?:[\w:.-]*\w)?)/g)
    ) {
      assert(task! in denoJson.tasks, `${document}: there is no task ${task}`);
    }
    for (
      const [, path] of text.matchAll(
        /`((?:lib|jobs|routes|web|tests|testing|docs|bench)\/[\w./]*\w)`/g,
      )
    ) {
      await Deno.stat(join(root, path!));
    }
  }
});

Deno.test("the runbook has a row and a section for each alert, and no other", async () => {
  const text = await read("docs/operations.md");
  const part = text.split("\n## Alerts\n")[1]!.split("\n## ")[0]!;
  assertEquals(tableRows(part).map(([name]) => name), alertNames);
  assertEquals([...part.matchAll(/^### (.*)$/gm)].map((match) => match[1]!), alertNames);
});

Deno.test("the runbook names each threshold of an alert with its default", async () => {
  const rows = tableRows((await read("docs/operations.md")).split("\n## Alerts\n")[1]!);
  for (const [name, thresholds] of Object.entries(thresholdsOf({}))) {
    const documented = rows.find(([alert]) => alert === name)!.at(-1)!;
    const actual = Object.entries(thresholds).map((pair) => pair.join(" ")).join(", ");
    assertStrictEquals(documented, actual);
  }
});

Deno.test("docs/evaluation.md explains each constraint that only the evaluation measures", async () => {
  const text = (await read("docs/evaluation.md")).split("<!-- constraints:")[1]!;
  const documented = tableRows(text).map(([code]) => code!);
  assertEquals(documented.toSorted(), [...ownCodes, ...trapCodes].sort());
});
