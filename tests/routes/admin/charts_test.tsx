import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import type { HistoryPoint } from "../../../lib/history/range.ts";
import { emptyRow, mergeRows } from "../../../lib/history/row.ts";
import { HistoryStore } from "../../../lib/store/history_store.ts";
import {
  Chart,
  dotPath,
  linePath,
  roundUp,
  stackedBars,
} from "../../../routes/admin/pages/chart.tsx";
import {
  type ChartDefinition,
  type ChartName,
  charts,
  contentOf,
  headlineOf,
  hintOf,
} from "../../../routes/admin/pages/charts.ts";
import { bytes, count, dollars, duration, percent } from "../../../routes/admin/pages/values.tsx";
import { NOON } from "../../../testing/fake_clock.ts";
import { ask, asOperator, openAdminApp } from "../../../testing/operators.ts";
import { busyRow, storeHistory } from "../../../testing/stored_history.ts";

/** Three minutes: busy, without an instance, and busy with failures. */
const points: HistoryPoint[] = [busyRow(1), emptyRow(), busyRow(0.5, { failed: 5 })]
  .map((row, n) => ({ at: NOON + n * 60_000, lengthMs: 60_000, row }));

/** The number of each chart, and the names and values of its series. */
const expected: [ChartName, headline: string, series: Record<string, (number | null)[]>][] = [
  ["jobs", "60", { succeeded: [40, 0, 15], failed: [0, 0, 5], canceled: [0, 0, 0] }],
  ["success", "91.7 %", { "success rate": [1, null, 0.75] }],
  ["waiting", "6", { waiting: [12, null, 6] }],
  ["polls", "6.0", { "polls per job": [6, null, 6] }],
  ["errors", "6", { rate_limited: [0, 0, 5], upstream_error: [0, 0, 1] }],
  ["tokens", "180K", { output: [84_000, 0, 42_000], input: [36_000, 0, 18_000] }],
  ["cost", "$0.06", { "gpt-6-luna": [0.04, 0, 0.02] }],
  ["storage", "95.4 MiB", { size: [120e6, null, 100e6] }],
  ["expired", "15", { expired: [30, null, 15] }],
  ["running", "4", { running: [8, null, 4] }],
  ["oldest", "1 min 30 s", { age: [180, null, 90] }],
  ["attempts", "65", { succeeded: [40, 0, 15], retried: [0, 0, 5], failed: [0, 0, 5] }],
  ["lost", "3", { rescues: [1, 0, 1], "lost leases": [0, 0, 1] }],
  ["saved", "500", { saved: [0, 0, 500] }],
  ["callbacks", "9", { delivered: [6, 0, 2], failed: [0, 0, 1] }],
  ["requests", "420", { 200: [280, 0, 135], 500: [0, 0, 5] }],
  ["streams", "2", { streams: [4, null, 2] }],
  ["memory", "143 MiB", { process: [200e6, null, 150e6], heap: [100e6, null, 75e6] }],
];

for (const [name, headline, series] of expected) {
  Deno.test(`the chart "${name}" shows ${headline}`, () => {
    const definition: ChartDefinition = charts[name];
    assertStrictEquals(headlineOf(definition, points), headline);
    const content = contentOf(definition, { points, range: "hour" });
    assertEquals(
      Object.fromEntries(content.series.map(({ name, values }) => [name, values])),
      series,
    );
  });
}

Deno.test("the number of the last point says what it covers, and running jobs are a mean", () => {
  const tenMinutes = mergeRows(Array.from({ length: 10 }, () => busyRow(0.5)));
  const point = { at: NOON, lengthMs: 600_000, row: tenMinutes };
  assertStrictEquals(headlineOf(charts.running, [point]), "4");
  assertEquals(contentOf(charts.streams, { points: [point], range: "day" }).series[0]?.values, [2]);
  const hints = (["hour", "day", "month"] as const).map((range) => hintOf(charts.oldest, range));
  assertEquals(hints, [
    "its age, now",
    "its age, in the last 10 minutes",
    "its age, in the last 6 hours",
  ]);
  assertStrictEquals(hintOf(charts.jobs, "hour"), "");
  const begun = { at: NOON + 600_000, lengthMs: 60_000, row: emptyRow() };
  begun.row.gauges = { waiting: { itinerary: 1 } };
  assertStrictEquals(headlineOf(charts.running, [point, begun]), "4");
  assertStrictEquals(headlineOf(charts.waiting, [point, begun]), "1");
});

Deno.test("charts of durations show the median and the slow ones", () => {
  for (const name of ["duration", "wait", "latency", "delay"] as const) {
    const { series } = contentOf(charts[name], { points, range: "hour" });
    assertEquals(series.map(({ name }) => name), ["median", "95 % are faster"]);
    for (const [n, median] of series[0]!.values.entries()) {
      if (n === 1) assertStrictEquals(median, null);
      else assert(median! < series[1]!.values[n]!);
    }
  }
});

Deno.test("a chart of many codes shows the five largest, and the others together", () => {
  const modelErrors = Object.fromEntries("abcdefgh".split("").map((code, n) => [code, n + 1]));
  const row = { ...emptyRow(), counters: { modelErrors } };
  const { series } = contentOf(charts.errors, {
    points: [{ at: NOON, lengthMs: 60_000, row }],
    range: "hour",
  });
  assertEquals(
    series.map(({ name, values }) => [name, values[0]]),
    [["h", 8], ["g", 7], ["f", 6], ["e", 5], ["d", 4], ["others", 6]],
  );
});

Deno.test("a line leaves gaps, and a single value is a dot", () => {
  const values = [0, 10, null, 5];
  assertStrictEquals(linePath(values, 10), "M0 100L200 0");
  assertStrictEquals(dotPath(values, 10), "M600 50h0");
  assertStrictEquals(linePath([null, null], 10) + dotPath([null, null], 10), "");
});

Deno.test("stackedBars() puts each series on those below it", () => {
  const paths = stackedBars([{ name: "a", values: [4, 0] }, { name: "b", values: [6, 10] }], 10);
  assertEquals(paths, [
    "M22.5 100V60h255V100z",
    "M22.5 60V0h255V60zM322.5 100V0h255V100z",
  ]);
});

Deno.test("a chart describes itself to readers that see no picture", () => {
  const content = contentOf(charts.waiting, { points, range: "hour" });
  const html = renderToString(<Chart {...content} label="Waiting jobs" />);
  assertMatch(html, /role="img" aria-label="Waiting jobs\. waiting: from 6 to 12, at last 6\."/);
});

Deno.test("the chart of model errors names the code also if there is one alone", () => {
  const row = { ...emptyRow(), counters: { modelErrors: { quota_exceeded: 3 } } };
  const point = { at: NOON, lengthMs: 60_000, row };
  const content = contentOf(charts.errors, { points: [point], range: "hour" });
  const html = renderToString(<Chart {...content} label="Model errors" />);
  assertMatch(html, /<ul class="legend">.*quota_exceeded<\/li>/);
});

/** The ends of axes, by the largest value. */
const rounded: [value: number, top: number][] = [
  [0, 1],
  [0.3, 0.5],
  [1, 1],
  [1.1, 2],
  [20.1, 50],
  [999, 1_000],
  [0.0007, 0.001],
];

for (const [value, top] of rounded) {
  Deno.test(`an axis for ${value} ends at ${top}`, () => assertStrictEquals(roundUp(value), top));
}

/** The ends of axes of durations, by the largest value in seconds. */
const roundedDurations: [seconds: number, label: string][] = [
  [0.3, "500 ms"],
  [15, "20 s"],
  [33, "1 min"],
  [70, "2 min"],
  [130, "5 min"],
  [5_000, "120 min"],
  [9_000, "300 min"],
];

for (const [seconds, label] of roundedDurations) {
  Deno.test(`an axis of durations up to ${seconds} s ends at ${label}`, () => {
    const { format, round } = charts.oldest;
    assertStrictEquals(format(round(seconds)), label);
  });
}

/** Values as the pages write them. */
const written: [text: string, expected: string][] = [
  [count(950), "950"],
  [count(12_345), "12.3K"],
  [percent(1), "100 %"],
  [percent(0.9999), "99.9 %"],
  [percent(0), "0 %"],
  [duration(0), "0 s"],
  [duration(0.0004), "1 ms"],
  [duration(3.44), "3.4 s"],
  [duration(0.9996), "1 s"],
  [duration(59.7), "1 min"],
  [duration(125), "2 min 5 s"],
  [dollars(0), "$0.00"],
  [dollars(0.0123), "$0.0123"],
  [dollars(0.5), "$0.50"],
  [dollars(12.3), "$12.30"],
  [bytes(null), "not known"],
  [bytes(0), "0 B"],
  [bytes(17_000_000), "16.2 MiB"],
];

for (const [text, wanted] of written) {
  Deno.test(`a page writes ${wanted}`, () => assertStrictEquals(text, wanted));
}

Deno.test("the pages read a range of the history once in ten seconds", async () => {
  const kv = await Deno.openKv(":memory:");
  await using env = await openAdminApp({ kv });
  await storeHistory(kv, env.clock);
  let reads = 0;
  const { history } = env.a.operator;
  const read = history.read.bind(history);
  history.read = (range) => {
    reads++;
    return read(range);
  };
  const open = (path: string) => ask(env.app, path, { headers: asOperator });
  const chart = /<strong>([^<]+)<\/strong>/;
  const first = await open("/admin");
  assertStrictEquals(first.text.match(chart)?.[1], "1.7K");
  await Promise.all([open("/admin"), open("/admin/charts/jobs?range=hour")]);
  assertStrictEquals(reads, 1);
  await open("/admin?range=day");
  env.clock.advance(10_000);
  await open("/admin");
  assertStrictEquals(reads, 3);
  for (const path of ["/admin?range=year", "/admin?range=day&range=hour"]) {
    assertStrictEquals((await open(path)).status, 400);
  }
  assertStrictEquals((await open("/admin/charts/nothing")).status, 404);
  assertStrictEquals((await open("/admin/charts/toString")).status, 404);
});

Deno.test("the charts count no jobs that the service creates itself", async () => {
  const kv = await Deno.openKv(":memory:");
  await using env = await openAdminApp({ kv });
  const ended = { [`${env.kind.name} failed`]: 1, "callback succeeded": 3 };
  const row = { ...emptyRow(), counters: { ended } };
  const period = Math.floor(env.clock.now() / 60_000);
  const rows = [{ level: "minute" as const, period, writer: "other", row }];
  await new HistoryStore(kv, env.clock).writeLast("other", rows);
  const { text } = await ask(env.app, "/admin/charts/success", { headers: asOperator });
  assertMatch(text, /<strong>0 %<\/strong>/);
});
