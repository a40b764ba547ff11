/**
 * The dashboard of Grafana and the rules of Prometheus: they use only what the service exports, with
 * the labels that it exports.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { z } from "zod";
import { alertNames } from "../../lib/alert_thresholds.ts";
import { JobError } from "../../lib/job/failure.ts";
import { instrumentNames } from "../../lib/metrics/instruments.ts";
import { measureEventLoop, observeProcess } from "../../lib/metrics/process_metrics.ts";
import { openApp, tokyo } from "../../testing/app.ts";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { scriptedModel } from "../../testing/jobs.ts";
import { root } from "../../testing/source_files.ts";
import { openTestDisk } from "../../testing/test_disk.ts";

/** What Prometheus adds to all samples, and `le` of histograms. */
const ADDED_LABELS = ["instance", "job", "le"];

const NAME = /\b(?:tripwright|http_server|gen_ai_client)_[a-z_]+\b/g;

/** Ends one job with a plan after a failed call of the model. Returns what Prometheus scrapes. */
async function scrapeAfterRun(): Promise<string> {
  const clock = new FakeClock();
  const { storage } = openTestDisk(clock);
  const usage = {
    inputTokens: 10,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 10,
    reasoningTokens: 0,
  };
  const { model } = scriptedModel([
    new JobError("connection_lost", "lost"),
    { text: JSON.stringify(sampleItinerary(tokyo)), usage },
  ]);
  using env = await openApp({ clock }, {
    model: () => model,
    storage,
    prices: { "gpt-6-luna": { input: 1, output: 1 } },
  });
  await storage.measure();
  const { metrics } = env.a;
  observeProcess(metrics, "1.0.0");
  const stop = new AbortController();
  const measured = measureEventLoop(metrics, { clock, signal: stop.signal });
  const body = JSON.stringify(tokyo);
  const headers = { "content-type": "application/json" };
  const posted = await env.app.request("/api/itineraries", { method: "POST", body, headers });
  const path = posted.headers.get("location")!;
  await env.settled();
  await clock.advance(120_000);
  await env.settled();
  const polled = await (await env.app.request(path)).json();
  assertStrictEquals(polled.status, "completed", JSON.stringify(polled.error));
  stop.abort();
  await measured;
  return await metrics.prometheusText();
}

/** The labels of each exported name. */
async function exportedLabels(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const labels = new Map<string, Set<string>>();
  const samples = (await scrapeAfterRun()).matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm);
  for (const [, name = "", list = ""] of samples) {
    const own = labels.get(name) ?? new Set();
    for (const [, label] of list.matchAll(/(\w+)="/g)) own.add(label!);
    labels.set(name, own);
  }
  return labels;
}

const exported = await exportedLabels();

const Dashboard = z.object({
  templating: z.object({ list: z.array(z.object({ name: z.string() })) }),
  panels: z.array(z.object({
    type: z.string(),
    title: z.string(),
    targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
  })),
});

const rules = await Deno.readTextFile(join(root, "ops/prometheus/alerts.yml"));
const dashboard = Dashboard.parse(
  JSON.parse(await Deno.readTextFile(join(root, "ops/grafana/dashboard.json"))),
);
const targets = dashboard.panels.flatMap(({ targets }) => targets);

/** The expressions of both files, and the labels that their texts use. */
const uses = [
  ...rules.split(/(?=- alert: )/).slice(1).map((text) => ({ expression: text, text })),
  ...targets.map(({ expr, legendFormat }) => ({ expression: expr, text: legendFormat })),
];

/** Lists names and labels of an expression that are not exported. */
function unknownIn({ expression, text }: { expression: string; text: string }): string[] {
  const names = expression.match(NAME) ?? [];
  const unknown = names.filter((name) => !exported.has(name));
  const known = new Set([
    ...names.flatMap((name) => [...exported.get(name) ?? []]),
    ...ADDED_LABELS,
  ]);
  const grouped = [...expression.matchAll(/\b(?:by|without|on) \(([^)]*)\)/g)]
    .flatMap(([, list]) => list!.split(",").map((label) => label.trim()));
  const shown = [...text.matchAll(/\{\{ ?(?:\$labels\.)?([a-z_]+) ?\}\}/g)].map(([, label]) =>
    label!
  );
  unknown.push(...[...grouped, ...shown].filter((label) => !known.has(label)));
  for (const [, name = "", selector = ""] of expression.matchAll(/(\w+)\{([^{}]*)\}/g)) {
    const own = new Set([...exported.get(name) ?? [], ...ADDED_LABELS]);
    const used = [...selector.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label!);
    unknown.push(...used.filter((label) => !own.has(label)).map((label) => `${name} ${label}`));
  }
  return unknown;
}

Deno.test("after a run, each instrument has a value", () => {
  const missing = instrumentNames.filter((name) => {
    const prefix = name.replaceAll(".", "_");
    return ![...exported.keys()].some((key) => key.startsWith(prefix));
  });
  assertEquals(missing, []);
});

Deno.test("the dashboard and the rules use only names and labels that the service exports", () => {
  assert(uses.length > 40, `only ${uses.length} expressions`);
  for (const use of uses) {
    assert(use.expression.match(NAME), use.expression);
    assertEquals(unknownIn(use), [], use.expression);
  }
});

const broken: [why: string, expression: string, text: string, unknown: string[]][] = [
  ["an unknown name", "sum(tripwright_jobs_total)", "", ["tripwright_jobs_total"]],
  [
    "an unknown label",
    'tripwright_info{owner="x"}',
    "",
    ["tripwright_info owner"],
  ],
  ["an unknown group", "sum by (owner) (tripwright_info)", "", ["owner"]],
  ["an unknown label in a text", "tripwright_info", "{{ $labels.owner }}", ["owner"]],
];

for (const [why, expression, text, unknown] of broken) {
  Deno.test(`the check of the dashboard and the rules finds ${why}`, () => {
    assertEquals(unknownIn({ expression, text }), unknown);
  });
}

Deno.test("each alert of the service has rules, and each rule names its section of the runbook", async () => {
  const links = [...rules.matchAll(/^ {10}runbook: docs\/operations\.md#(\w+)$/gm)];
  assertEquals([...new Set(links.map(([, name]) => name))].toSorted(), alertNames.toSorted());
  assertStrictEquals(links.length, [...rules.matchAll(/- alert: /g)].length);
  const runbook = await Deno.readTextFile(join(root, "docs/operations.md"));
  const sections = [...runbook.matchAll(/^#+ `?(\w+)`?$/gm)].map(([, heading]) => heading);
  assertEquals(links.filter(([, name]) => !sections.includes(name)), []);
  assertStrictEquals(links.length, [...rules.matchAll(/^ {10}summary: "/gm)].length);
});

Deno.test("the dashboard has its rows and its variables", () => {
  const rows = dashboard.panels.filter(({ type }) => type === "row").map(({ title }) => title);
  assertEquals(rows, ["Requests", "Jobs", "Queue", "Model", "Cost", "Process", "Storage"]);
  const variables = dashboard.templating.list.map(({ name }) => name);
  assertEquals(variables, ["datasource", "instance"]);
});
