import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  alertNames,
  AlertSettings,
  thresholdSchemas,
  thresholdsOf,
} from "../../../lib/alert_thresholds.ts";
import { MINUTE_MS } from "../../../lib/history/range.ts";
import { emptyRow, type Row } from "../../../lib/history/row.ts";
import type { JobRecord } from "../../../lib/job/job_record.ts";
import { AlertStore } from "../../../lib/store/alert_store.ts";
import { HistoryStore } from "../../../lib/store/history_store.ts";
import { Alerts } from "../../../jobs/operator/alerts.ts";
import { alertRules, type Situation } from "../../../jobs/operator/alert_rules.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { durations, rowOf } from "../../../testing/history.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, MINUTE } from "../../../testing/jobs.ts";
import { captureLogs } from "../../../testing/log_records.ts";
import { openStores } from "../../../testing/runtimes.ts";

/** What happens in a minute, and what the service looks like at its end. */
interface Minute {
  row?: Row;
  breaker?: Situation["breakers"][number]["state"];
  free?: number;
  expiredForMs?: number;
  gauges?: Row["gauges"];
}

const LOW_MARK = 1_000;

/** Alerts of several instances over one database, whose situation the test sets. */
async function openAlerts(settings: AlertSettings = {}) {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const { store: jobs } = openStores(kv, { clock });
  const history = new HistoryStore(kv, clock);
  let minute: Minute = {};
  let rows = 0;
  const quiet = { waiting: { bundles: 0 }, oldestAge: { bundles: 0 } };
  function open(holder: string, clockOfIt: FakeClock = clock) {
    return new Alerts({
      store: new AlertStore(kv, { clock: clockOfIt, jobs }),
      history: {
        get gauges() {
          return minute.gauges ?? quiet;
        },
        lastMinutes: (lengthMs) => {
          const now = clockOfIt.now();
          return history.read("minute", { from: now - lengthMs, to: now + MINUTE_MS });
        },
      },
      thresholds: thresholdsOf(settings),
      kinds: [{ name: "itinerary", expectedMs: 20_000 }, { name: "bundles", expectedMs: 180_000 }],
      readBreaker: (kind) => {
        const state = kind === "bundles" ? minute.breaker ?? "closed" : "closed";
        return Promise.resolve({ state, holdsBack: state === "closed" ? null : "all" });
      },
      readStorage: () => ({
        state: "ok",
        freeBytes: minute.free ?? 10 * LOW_MARK,
        reusableBytes: 0,
        lowBelowBytes: LOW_MARK,
      }),
      readExpiredForMs: () => Promise.resolve(minute.expiredForMs ?? 0),
      isDelivered: true,
      jobTtlMs: 24 * HOUR,
      holder,
      clock: clockOfIt,
    });
  }
  const alerts = open("a");
  /** Lets a minute pass in which this happens, and evaluates the alerts at its end. */
  async function pass(next: Minute, by: readonly Alerts[] = [alerts]): Promise<void> {
    minute = next;
    const period = Math.floor(clock.now() / MINUTE_MS);
    const row = next.row ?? emptyRow();
    const presence = {
      version: "1.0.0",
      hostName: null,
      startedAt: 0,
      at: 0,
      running: {},
      freeSlots: 0,
    };
    const writer = `row-${rows++}`;
    await history.write(writer, { rows: [{ level: "minute", period, writer, row }], presence });
    await Promise.all(by.map((one) => one.run()));
    clock.advance(MINUTE_MS);
  }
  return {
    kv,
    hooks,
    clock,
    alerts,
    open,
    pass,
    /** The changes of all alerts so far, oldest first. */
    changes: async () =>
      (await alerts.read())?.changes.toReversed()
        .map(({ name, subject, change }) => [change, name, subject].filter(Boolean).join(" ")) ??
        [],
    jobs: async () =>
      (await Array.fromAsync(kv.list<JobRecord>({ prefix: ["job"] }))).map(({ value }) => value),
    [Symbol.dispose]: () => kv.close(),
  };
}

const ended = (succeeded: number, failed: number) =>
  rowOf({
    counters: { ended: { "bundles succeeded": succeeded, "bundles failed": failed } },
  });
const took = (kind: string, count: number, seconds: number) =>
  rowOf({ histograms: { duration: { [kind]: durations(count, seconds) } } });
const errors = (count: number) => rowOf({ counters: { modelErrors: { timeout: count } } });
const queue = (waiting: number, minutes: number): Minute => ({
  gauges: { waiting: { bundles: waiting }, oldestAge: { bundles: minutes * 60 } },
});

interface Case {
  alert: string;
  /** Fires. */
  bad: Minute;
  /** For how many minutes until it fires, with the evaluation of the first minute. */
  firesAfter: number;
  /** Neither fires nor clears. */
  between: Minute | null;
  /** Clears. */
  good: Minute;
  clearsAfter: number;
  /** As bad, but not enough to judge; or almost as bad. */
  quiet: Minute;
}

// The windows of rates and means are one minute, so that each minute stands for itself.
const settings = AlertSettings.parse({
  success_rate: { windowMinutes: 1 },
  duration: { windowMinutes: 1 },
  model_errors: { windowMinutes: 1 },
});

const cases: Case[] = [
  {
    alert: "success_rate",
    bad: { row: ended(94, 6) },
    firesAfter: 1,
    between: { row: ended(96, 4) },
    good: { row: ended(98, 2) },
    clearsAfter: 6,
    quiet: { row: ended(0, 19) },
  },
  {
    alert: "duration bundles",
    bad: { row: took("bundles", 10, 301) },
    firesAfter: 1,
    between: { row: took("bundles", 10, 260) },
    good: { row: took("bundles", 10, 200) },
    clearsAfter: 6,
    quiet: { row: took("bundles", 9, 900) },
  },
  {
    alert: "duration itinerary",
    bad: { row: took("itinerary", 10, 61) },
    firesAfter: 1,
    between: { row: took("itinerary", 10, 55) },
    good: { row: took("itinerary", 10, 40) },
    clearsAfter: 6,
    quiet: { row: took("itinerary", 9, 900) },
  },
  {
    alert: "model_errors",
    bad: { row: errors(10) },
    firesAfter: 1,
    // It depends on the hour before, so it has a test of its own.
    between: null,
    good: { row: errors(0) },
    clearsAfter: 11,
    quiet: { row: errors(9) },
  },
  {
    alert: "backlog",
    bad: queue(1_001, 1),
    firesAfter: 2,
    between: queue(800, 1),
    good: queue(400, 1),
    clearsAfter: 6,
    quiet: queue(1_000, 10),
  },
  {
    alert: "backlog",
    bad: queue(1, 11),
    firesAfter: 2,
    between: queue(1, 8),
    good: queue(1, 4),
    clearsAfter: 6,
    quiet: {},
  },
  {
    alert: "breaker_open bundles",
    bad: { breaker: "open" },
    firesAfter: 6,
    between: { breaker: "half_open" },
    good: { breaker: "closed" },
    clearsAfter: 3,
    quiet: { breaker: "half_open" },
  },
  {
    alert: "storage_nearly_full",
    bad: { free: 1.9 * LOW_MARK },
    firesAfter: 1,
    between: { free: 2.2 * LOW_MARK },
    good: { free: 2.5 * LOW_MARK },
    clearsAfter: 6,
    quiet: { free: 2 * LOW_MARK },
  },
  {
    alert: "expiry_behind",
    bad: { expiredForMs: 11 * MINUTE },
    firesAfter: 1,
    between: { expiredForMs: 8 * MINUTE },
    good: { expiredForMs: 5 * MINUTE },
    clearsAfter: 3,
    quiet: { expiredForMs: 10 * MINUTE },
  },
];

for (const [n, row] of cases.entries()) {
  const { alert, bad, firesAfter, between, good, clearsAfter, quiet } = row;
  Deno.test(`${alert} fires and clears once, with a gap in between (row ${n + 1})`, async () => {
    using env = await openAlerts(settings);
    for (let n = 0; n < firesAfter - 1; n++) await env.pass(bad);
    assertEquals(await env.changes(), []);
    for (let n = 0; n < 3; n++) await env.pass(bad);
    assertEquals(await env.changes(), [`firing ${alert}`]);
    for (let n = 0; between && n < 20; n++) await env.pass(between);
    assertEquals(await env.changes(), [`firing ${alert}`]);
    for (let n = 0; n < clearsAfter - 1; n++) await env.pass(good);
    assertEquals(await env.changes(), [`firing ${alert}`]);
    for (let n = 0; n < 3; n++) await env.pass(good);
    assertEquals(await env.changes(), [`firing ${alert}`, `cleared ${alert}`]);
  });

  Deno.test(`${alert} keeps quiet below its threshold and its minimum (row ${n + 1})`, async () => {
    using env = await openAlerts(settings);
    for (let n = 0; n < 15; n++) await env.pass(quiet);
    for (let n = 0; between && n < 15; n++) await env.pass(between);
    assertEquals(await env.changes(), []);
  });
}

Deno.test("every alert has a case", () => {
  const tested = new Set(cases.map(({ alert }) => alert.split(" ")[0]));
  assertEquals([...tested].toSorted(), alertNames.toSorted());
});

Deno.test("model_errors compares with the hour before: fires at 3 times, clears below 2 times", async () => {
  using env = await openAlerts();
  const minutes = async (count: number, each: number) => {
    for (let n = 0; n < count; n++) await env.pass({ row: errors(each) });
  };
  // The first errors after a quiet time are a spike. Then they are usual: 60 in ten minutes.
  await minutes(150, 6);
  assertEquals(await env.changes(), ["firing model_errors", "cleared model_errors"]);
  // 179 in the last ten minutes.
  await minutes(1, 125);
  await minutes(80, 6);
  assertStrictEquals((await env.changes()).length, 2);
  await minutes(1, 126);
  assertEquals((await env.changes()).slice(2), ["firing model_errors"]);
  // More than twice as many as usual for nine minutes, then good for ten.
  await minutes(19, 6);
  assertStrictEquals((await env.changes()).length, 3);
  await minutes(1, 6);
  assertEquals((await env.changes()).slice(2), ["firing model_errors", "cleared model_errors"]);
});

Deno.test("an alert writes one line of the log when it fires, and one when it clears", async () => {
  using env = await openAlerts(settings);
  using logs = captureLogs();
  for (let n = 0; n < 3; n++) await env.pass({ free: LOW_MARK });
  for (let n = 0; n < 9; n++) await env.pass({});
  const lines = logs.records.map(({ level, rawMessage, properties }) =>
    [level, rawMessage, properties.alert, properties.summary].join(" | ")
  );
  assertEquals(lines, [
    "warning | alert firing | storage_nearly_full | The free space is 1 times the mark for new jobs",
    "info | alert cleared | storage_nearly_full | The free space is 10 times the mark for new jobs",
  ]);
});

Deno.test("instances that evaluate at the same time deliver each change once", async () => {
  using env = await openAlerts(settings);
  const all = [env.alerts, env.open("b"), env.open("c")];
  for (let n = 0; n < 3; n++) await env.pass({ free: LOW_MARK }, all);
  for (let n = 0; n < 9; n++) await env.pass({}, all);
  assertEquals(await env.changes(), ["firing storage_nearly_full", "cleared storage_nearly_full"]);
  const jobs = await env.jobs();
  assertEquals(jobs.map(({ kind, state }) => [kind, state]), [
    ["alert", "queued"],
    ["alert", "queued"],
  ]);
  assertEquals(jobs.map(({ request }) => (request as { change: string }).change), [
    "firing",
    "cleared",
  ]);
});

for (const aheadMs of [0, 5 * MINUTE, -5 * MINUTE, HOUR]) {
  Deno.test(`one instance evaluates, and a dead one is replaced within two minutes, with its clock ${aheadMs / MINUTE} minutes ahead`, async () => {
    using env = await openAlerts(settings);
    const other = new FakeClock(env.clock.now() + aheadMs);
    const b = env.open("b", other);
    await env.alerts.run();
    // It may evaluate once, because it has watched nothing yet.
    await b.run();
    const both = [env.alerts, b];
    const evaluated = [0, 0];
    for (let n = 0; n < 20; n++) {
      env.clock.advance(MINUTE_MS / 2);
      other.advance(MINUTE_MS / 2);
      if (await both[n % 2]!.run()) evaluated[n % 2]!++;
    }
    const [first, second] = evaluated as [number, number];
    assertEquals([first, second].toSorted(), [0, 10], `${first} and ${second} evaluations`);
    const heir = both[first === 10 ? 1 : 0]!;
    const turns = [];
    for (let n = 0; n < 2; n++) {
      other.advance(MINUTE_MS);
      env.clock.advance(MINUTE_MS);
      turns.push(await heir.run());
    }
    assert(turns.includes(true), `${turns}`);
  });
}

Deno.test("a new instance leaves the turn to a living one, and takes it at once from a dead one", async () => {
  using env = await openAlerts(settings);
  await env.alerts.run();
  env.clock.advance(MINUTE_MS);
  assertStrictEquals(await env.open("b").run(), false);
  env.clock.advance(2 * MINUTE_MS);
  assertStrictEquals(await env.open("c").run(), true);
});

Deno.test("a restart neither repeats nor forgets an alert", async () => {
  using env = await openAlerts(settings);
  await env.pass({ free: LOW_MARK });
  env.clock.advance(10 * MINUTE);
  await env.pass({ free: LOW_MARK }, [env.open("after-restart")]);
  assertEquals(await env.changes(), ["firing storage_nearly_full"]);
  const again = env.open("again");
  env.clock.advance(10 * MINUTE);
  for (let n = 0; n < 6; n++) await env.pass({}, [again]);
  assertEquals(await env.changes(), ["firing storage_nearly_full", "cleared storage_nearly_full"]);
  assertStrictEquals((await env.jobs()).length, 2);
});

Deno.test("an evaluation whose commit fails has changed nothing, and the next one fires", async () => {
  using env = await openAlerts(settings);
  env.hooks.commit = (sets, run) =>
    sets.some(([name]) => name === "alerts") ? Promise.reject(new Error("KV is down")) : run();
  await assertRejects(() => env.pass({ free: LOW_MARK }));
  assertEquals(await env.jobs(), []);
  env.hooks.commit = undefined;
  await env.pass({ free: LOW_MARK });
  assertEquals(await env.changes(), ["firing storage_nearly_full"]);
  assertStrictEquals((await env.jobs()).length, 1);
});

Deno.test("an evaluation of which only the answer got lost fires once", async () => {
  using env = await openAlerts(settings);
  using logs = captureLogs();
  env.hooks.commit = async (sets, run) => {
    const result = await run();
    if (sets.some(([name]) => name === "alerts")) throw new Error("KV is down");
    return result;
  };
  await env.pass({ free: LOW_MARK });
  env.hooks.commit = undefined;
  await env.pass({ free: LOW_MARK });
  assertStrictEquals((await env.jobs()).length, 1);
  assertStrictEquals(logs.records.filter(({ level }) => level === "warning").length, 1);
});

Deno.test("an alert that is switched off never fires, and clears if it was firing", async () => {
  using env = await openAlerts({ storage_nearly_full: false });
  for (let n = 0; n < 5; n++) await env.pass({ free: LOW_MARK });
  assertEquals(await env.changes(), []);
  using other = await openAlerts(settings);
  await other.pass({ free: LOW_MARK });
  const store = new AlertStore(other.kv, {
    clock: other.clock,
    jobs: openStores(other.kv, other).store,
  });
  const stored = await store.read();
  const removed = { ...stored.book!.alerts.find(({ isFiring }) => isFiring)!, name: "removed" };
  await store.save(stored, {
    book: { ...stored.book!, alerts: [...stored.book!.alerts, removed] },
    jobs: [],
  });
  await other.pass({ free: LOW_MARK });
  assertEquals(await other.changes(), ["firing storage_nearly_full", "cleared removed"]);
});

Deno.test("a book of another version is replaced", async () => {
  using env = await openAlerts(settings);
  await env.kv.set(["alerts"], { of: "another version" });
  using logs = captureLogs();
  await env.pass({ free: LOW_MARK });
  assertEquals(await env.changes(), ["firing storage_nearly_full"]);
  assert(logs.records.some(({ rawMessage }) => rawMessage === "alerts not readable"));
});

Deno.test("a backlog that is not known changes nothing", async () => {
  using env = await openAlerts(settings);
  for (let n = 0; n < 3; n++) await env.pass(queue(2_000, 1));
  for (let n = 0; n < 20; n++) await env.pass({ gauges: {} });
  assertEquals(await env.changes(), ["firing backlog"]);
});

/** What the rules say of a service that does nothing, and of one with a little work. */
const quiet: Situation = {
  during: () => emptyRow(),
  kinds: [{ name: "trip", expectedMs: 20_000 }],
  backlog: { waiting: 0, oldestMs: 0 },
  breakers: [],
  storage: { state: "ok", freeBytes: null, reusableBytes: null, lowBelowBytes: null },
  expiredForMs: 0,
};
const counters = { ended: { "trip succeeded": 1 }, modelErrors: { timeout: 1 } };
const someWork: Situation = {
  ...quiet,
  during: () => ({ ...emptyRow(), counters, histograms: { duration: { trip: durations(1, 8) } } }),
  backlog: { waiting: 1, oldestMs: 180_000 },
};
const found: [
  name: "success_rate" | "duration" | "model_errors" | "backlog",
  quiet: string,
  work: string,
][] = [
  ["success_rate", "No job ended in 15 minutes", "100 % of 1 job succeeded in 15 minutes"],
  [
    "duration",
    "No job of trip ended in 15 minutes",
    "1 job of trip took 8 s on average, the limit is 60 s",
  ],
  [
    "model_errors",
    "No model call failed in 10 minutes, 0 per 10 minutes in the hour before",
    "1 model call failed in 10 minutes, 0.2 per 10 minutes in the hour before",
  ],
  ["backlog", "No job waits", "1 job waiting, the oldest for 3 minutes"],
];

for (const [name, none, some] of found) {
  Deno.test(`${name} says what it has found in a quiet service, and with a job`, () => {
    const summaries = [quiet, someWork].map((situation) => {
      const [finding] = alertRules[name](situation, thresholdSchemas[name].parse({}) as never);
      return finding!.summary;
    });
    assertEquals(summaries, [none, some]);
  });
}

Deno.test("a breaker that holds back one source fires no alert, and the alert says so", () => {
  const breakers = [{ kind: "trip", state: "open", holdsBack: "source" }] as const;
  const thresholds = thresholdSchemas.breaker_open.parse({});
  const [finding] = alertRules.breaker_open({ ...quiet, breakers }, thresholds);
  assertEquals(finding, {
    subject: "trip",
    level: "good",
    summary: "The breaker of trip is open for one source only",
  });
});
