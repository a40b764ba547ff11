/**
 * The commands of operators over the whole application, with their tables and their exit codes.
 */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { JobError } from "../../../lib/job/failure.ts";
import type { ModelProvider } from "../../../lib/model/model.ts";
import { sampleModel } from "../../../lib/model/sample_model.ts";
import { openAdminCommand, RecordedTerminal } from "../../../testing/admin_command.ts";
import { kinds, tokyo } from "../../../testing/app.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { post } from "../../../testing/http.ts";
import { testKind } from "../../../testing/jobs.ts";
import { asOperator } from "../../../testing/operators.ts";
import { heldWork, submit } from "../../../testing/runtimes.ts";
import { serveLocally } from "../../../testing/local_server.ts";

const NO_ID = "2bdc9145-8c4c-4874-951b-38a0032b4ca2";

/** For a command that must not act on jobs. */
const hasBegun = () => Promise.reject(new Error("the bulk job has begun"));

/** Opens the application with a model that fails until the test repairs it. */
async function openBroken() {
  const clock = new FakeClock();
  let isBroken = true;
  const model: ModelProvider = (plan, reasoning) => {
    const sample = sampleModel({ plan, reasoning, delayMs: 0, clock });
    return {
      ...sample,
      chat: (...call) =>
        isBroken
          ? Promise.reject(new JobError("rejected", "OpenAI API error: 404"))
          : sample.chat(...call),
    };
  };
  const env = await openAdminCommand({ clock }, { kinds, model });
  return {
    ...env,
    repair: () => void (isBroken = false),
    /** Lets a job end. @returns its id */
    async make(destination = "Tokyo"): Promise<string> {
      const { body } = await post(env.app, "/api/itineraries", { ...tokyo, destination });
      await env.a.instance.idle();
      clock.advance(1_000);
      return body.jobId;
    },
    /** Executes what is due, while a command waits. */
    async onWait() {
      await env.b.instance.sweep();
      await env.settled();
    },
    api: async (path: string) => (await (await env.app.fetch(
      new Request(`http://localhost/admin/api${path}`, { headers: asOperator }),
    )).text()),
  };
}

Deno.test("jobs lists the jobs that match, newest first, as a table or as the API's JSON", async () => {
  await using env = await openBroken();
  const failed = await env.make();
  env.repair();
  const done = await env.make("Oslo");
  const all = await env.run("jobs");
  assertStrictEquals(all.code, 0);
  const [head, ...lines] = all.text.split("\n");
  assertMatch(head!, /^id +kind +state +created +took +attempts +cost +source +owner$/);
  assertMatch(lines[0]!, new RegExp(`^${done} +itinerary +succeeded +1 s ago +0 ms +1 +– +sample`));
  assertMatch(lines[1]!, new RegExp(`^${failed} +itinerary +failed rejected +2 s ago +0 ms +1 `));
  assertStrictEquals(lines.length, 2);

  const filtered = await env.run("jobs --state failed --since 2h --json");
  assertStrictEquals(filtered.text, await env.api("/jobs?state=failed&since=2h"));
  assertEquals(JSON.parse(filtered.text).jobs.map(({ id }: { id: string }) => id), [failed]);

  const first = await env.run("jobs --limit 1");
  const [, cursor] = first.notes.match(/--cursor (\S+)$/)!;
  assertMatch((await env.run(`jobs --cursor ${cursor}`)).text, new RegExp(`\n${failed} `));
  assertEquals((await env.run("jobs --kind bundles")).text, "No job matches.");
});

Deno.test("job shows a job with its history, and reveal its request, which the audit records", async () => {
  await using env = await openBroken();
  const id = await env.make("Mousehole");
  const { code, text } = await env.run(`job ${id}`);
  assertStrictEquals(code, 0);
  assertMatch(text, /^state +failed rejected$/m);
  assertMatch(text, /^failure +rejected: The operator of this service must fix this/m);
  assertMatch(text, /^possible +replay, reveal$/m);
  assertMatch(text, /^ +0 ms +0 ms +attempt 1 +failed rejected/m);
  assert(!text.includes("Mousehole"));
  assertStrictEquals((await env.run(`job ${id} --json`)).text, await env.api(`/jobs/${id}`));
  assertMatch((await env.run(`reveal ${id} --as bea`)).text, /"destination": "Mousehole"/);
  assertMatch((await env.run("audit")).text, new RegExp(` bea +job.reveal +${id} +done`));
});

Deno.test("job shows how a job waits, in place of progress", async () => {
  const { kind, begun, finish } = heldWork();
  await using env = await openAdminCommand({ kinds: [kind] }, {
    kinds: [kind],
    concurrency: 1,
  });
  await submit(env.a, kind, { text: "runs" });
  await begun;
  const { job: { id } } = await submit(env.a, kind, { text: "waits" });
  await env.settled();
  const { jobs } = env.a.operator;
  const report = (await jobs.read(id))!;
  const queue = { isPaused: false, position: 3, expectedStartAt: env.clock.now() + 40_000 };
  jobs.read = () => Promise.resolve({ ...report, queue });
  const waiting = (await env.run(`job ${id}`)).text;
  assertMatch(waiting, /^position +3\nmay start +in 40 s$/m);
  assertNotMatch(waiting, /^(progress|waits for)/m);
  jobs.read = () =>
    Promise.resolve({ ...report, queue: { ...queue, isPaused: true, expectedStartAt: null } });
  assertMatch((await env.run(`job ${id}`)).text, /^waits for +the end of the pause of its kind$/m);
  finish();
  await env.settled();
});

Deno.test("no text of a traveler, a plan or an operator controls the terminal", async () => {
  const hostile = "\x1b[2J\x9b2J\x7f\u202eand\rso\non";
  const kind = testKind(({ text }) => Promise.resolve({ text }));
  await using env = await openAdminCommand({ kinds: [kind] }, { kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: hostile });
  await env.a.instance.idle();
  await env.a.operator.controls.pause({ name: "ann", via: "api" }, {
    what: "intake",
    note: hostile,
  });
  const lines = [`reveal ${id}`, `reveal ${id} --json`, `job ${id} --json`, "breakers"];
  for (const line of lines) {
    const { text } = await env.run(line);
    assert(text.includes("so"), line);
    // deno-lint-ignore no-control-regex -- what must not be there
    assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(text), line);
  }
  assertEquals(JSON.parse((await env.run(`reveal ${id}`)).text), { text: hostile });
  const { notes } = await env.run(["breakers", "--url", `ftp://${hostile}`]);
  // deno-lint-ignore no-control-regex -- what must not be there
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(notes), notes);
});

Deno.test("replay of one job names the new job, and cancel refuses a job that has ended", async () => {
  await using env = await openBroken();
  const id = await env.make();
  env.repair();
  const { text } = await env.run(`replay ${id}`);
  const [, replay] = text.match(/^Job (\S+) replays it\.$/)!;
  assertStrictEquals((await env.run(`replay ${id}`)).text, `Job ${replay} already replays it.`);
  await env.a.instance.idle();
  const refused = await env.run(`cancel ${replay}`);
  assertEquals([refused.code, refused.text], [1, ""]);
  assertMatch(refused.notes, /already ended \(job_finished\)$/);
  await env.run("pause itinerary");
  const { body } = await post(env.app, "/api/itineraries", { ...tokyo, destination: "Oslo" });
  const canceled = await env.run(`cancel ${body.jobId}`);
  assertEquals([canceled.code, canceled.text], [0, `Job ${body.jobId} is canceled.`]);
});

Deno.test("replay by a filter asks, follows the progress, and tells what was done", async () => {
  await using env = await openBroken();
  for (const town of ["Oslo", "Lima", "Rome"]) await env.make(town);
  const terminal = new RecordedTerminal();
  terminal.answer = false;
  const unwanted = await env.run("replay --code rejected", { terminal, onWait: hasBegun });
  assertEquals([unwanted.code, unwanted.text], [1, ""]);
  assertMatch(unwanted.notes, /^The filter matches 3 jobs\.\nDo you want to replay them\?/);
  assertMatch((await env.run("bulk")).text, /^There is no bulk job\.$/);

  env.repair();
  const { code, text, notes } = await env.run("replay --code rejected --yes", env);
  assertStrictEquals(code, 0, notes);
  assertMatch(notes, /^begins in 15 s\nbegins in 10 s\nbegins in 5 s$/m);
  const [, id] = text.match(/^id +(\S+)$/m)!;
  for (const line of [/^state +completed$/m, /^replayed +3$/m, /^failed +0$/m, /^by +ann$/m]) {
    assertMatch(text, line);
  }
  await env.onWait();
  assertStrictEquals(
    (await env.run("jobs --kind itinerary --state succeeded")).text.split("\n").length,
    1 + 3,
  );
  assertMatch((await env.run("bulk")).text, new RegExp(`^${id} +replay +completed +3 `, "m"));
  assertStrictEquals((await env.run(`bulk ${id}`)).text.match(/ done /g)?.length, 3);
  assertStrictEquals((await env.run(`bulk ${id} --json`)).text, await env.api(`/bulk/${id}`));
  assertMatch((await env.run(`undo ${id}`)).text, /had ended before/);
});

Deno.test("a bulk job can be undone while it waits, and a followed one that is undone is exit 1", async () => {
  await using env = await openBroken();
  await env.make();
  const started = await env.run("replay --code rejected --yes --no-wait --json");
  assertStrictEquals(started.code, 0);
  const { id, state } = JSON.parse(started.text);
  assertStrictEquals(state, "scheduled");
  const undone = await env.run(`undo ${id}`);
  assertEquals([undone.code, undone.text], [0, "The bulk job is undone. No job was changed."]);

  const followed = await env.run("replay --code rejected --yes", {
    async onWait() {
      const [, id] = (await env.run("bulk")).text.match(/^(\S+) +replay +scheduled/m) ?? [];
      if (id) await env.run(`undo ${id}`);
    },
  });
  assertStrictEquals(followed.code, 1);
  assertMatch(followed.notes, /The bulk job is undone$/);
});

Deno.test("a bulk action without matching jobs changes nothing, and is done", async () => {
  await using env = await openBroken();
  assertEquals(await env.run("cancel --state queued"), {
    code: 0,
    text: "No job matches.",
    notes: "",
  });
  assertMatch((await env.run("bulk")).text, /^There is no bulk job\.$/);
});

Deno.test("pause, resume and breakers show what starts, and the intake keeps its note", async () => {
  await using env = await openBroken();
  const paused = await env.run(["pause", "intake", "--note", "Back at noon"]);
  assertMatch(
    paused.text,
    /^The intake is paused\. Last change by ann, now\.\nNote for travelers: Back/,
  );
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo)).body.code, "intake_paused");
  assertMatch((await env.run("pause bundles")).text, /^bundles +paused +closed/m);
  assertMatch((await env.run("resume intake")).text, /^The intake is open/);
  assertMatch((await env.run("breakers")).text, /^bundles +paused +closed/m);
  assertMatch((await env.run("resume bundles")).text, /^bundles +on +closed/m);
  assertStrictEquals((await env.run("breakers --json")).text, await env.api("/controls"));
  const closed = await env.run("close-breaker bundles");
  assertEquals([closed.code, closed.text], [0, "The breaker of bundles was not open."]);
});

Deno.test("keys are made with their secret once, listed without it, and revoked", async () => {
  await using env = await openBroken();
  const create =
    "keys create --name web --scope make read --daily-jobs 5 --expires 2026-12-24T00:00:00Z";
  const unsure = await env.run(create);
  assertStrictEquals(unsure.code, 2);
  assertMatch(unsure.notes, /With the first key all need one[^]*confirm with --yes$/);
  const terminal = new RecordedTerminal();
  terminal.answer = false;
  assertStrictEquals((await env.run(create, { terminal })).code, 1);
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo)).status, 202);
  const made = await env.run(`${create} --yes`);
  assertStrictEquals(made.code, 0, made.notes);
  const [, secret] = made.text.match(/^key +(\S+)$/m)!;
  assertMatch(made.notes, /only time that you see it\.\nFrom now on, callers need a key\.$/);
  const headers = { authorization: `Bearer ${secret}` };
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo, headers)).status, 202);
  const listed = await env.run("keys");
  const [, id] = listed.text.match(/^(\S+) +web +valid +\S+ +make read +now +in 32 d +5 /m)!;
  assert(!listed.text.includes(secret!));
  assertStrictEquals((await env.run(`keys revoke ${id}`)).text, 'The key "web" is revoked.');
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo, headers)).status, 401);
  assertStrictEquals((await env.run("keys --json")).text, await env.api("/keys"));
});

Deno.test("overview shows what is paused and what fires", async () => {
  await using env = await openBroken();
  const lines = async () => (await env.run("overview")).text.split("\n").slice(7);
  assertEquals(await lines(), ["paused         none", "alerts         none fires"]);
  await env.run("pause intake");
  await env.run("pause bundles");
  const at = env.clock.now();
  const finding = { name: "duration", subject: "bundles", summary: "Slow" };
  const alert = { ...finding, isFiring: true, firedAt: at, pendingMs: null };
  const book = { at, holder: "x", alerts: [alert], changes: [] };
  env.a.operator.alerts.read = () => Promise.resolve(book);
  assertEquals(await lines(), [
    "paused         intake, bundles",
    "alerts         1 firing",
    "Alert duration of bundles: Slow",
  ]);
});

Deno.test("overview, instances, alerts and audit are the API's JSON with --json", async () => {
  await using env = await openBroken();
  for (
    const [command, path] of [["alerts"], ["audit --limit 5", "/audit?limit=5"], ["instances"]]
  ) {
    const { code, text } = await env.run(`${command} --json`);
    assertEquals([code, text], [0, await env.api(path ?? `/${command}`)]);
  }
  assertMatch((await env.run("overview")).text, /^service +http:\S+, version [\d.]+$/m);
  assertMatch((await env.run("instances")).text, /^instance +state +version +started +heartbeat/);
  assertStrictEquals((await env.run("alerts")).text, "The alerts were not evaluated yet.");
});

const usages: [line: string, code: number, said: RegExp][] = [
  ["jobs --state nope", 2, /^--state: .*"queued"/],
  ["jobs --since yesterday", 2, /^--since: must be a time such as/],
  ["jobs --limit 501", 2, /^limit: .* \(invalid_request\)$/],
  ["jobs --colour", 2, /unknown option '--colour'/],
  ["job", 2, /missing required argument 'id'/],
  ["nonsense", 2, /unknown command 'nonsense'/],
  ["replay", 2, /^Give the id of a job or a filter/],
  [`cancel ${NO_ID} --state queued`, 2, /^Give the id of a job or a filter/],
  ["cancel --code rejected", 2, /^filter: Only jobs that wait or run can be canceled/],
  ["replay --code rejected --limit many", 2, /^--limit is "many"/],
  ["pause everything", 2, /^what: .*\(invalid_request\)$/],
  ["keys create --name x --scope write --yes", 2, /^scopes\/0: .*\(invalid_request\)$/],
  ["keys create --name x --scope read --daily-jobs many", 2, /^--daily-jobs is "many"/],
  // An empty text at the end, as of an unset variable.
  ["keys create --name x --scope read --daily-jobs ", 2, /^--daily-jobs is ""/],
  ["keys create --name x --scope read --daily-cost ", 2, /^--daily-cost is ""/],
  ["keys create --name x --scope read --yes --expires ", 2, /^expiresAt: .*\(invalid_request\)$/],
  ["jobs --url ", 2, /^The URL is ""/],
  ["jobs --as ", 2, /^--as: expected/],
  ["jobs --url ftp://host", 2, /^The URL is "ftp:/],
  ["jobs --as ключ", 2, /^--as: expected/],
  [`job ${NO_ID}`, 3, /\(job_not_found\)$/],
  ["job ../keys", 3, /\(job_not_found\)$/],
  [`undo ${NO_ID}`, 3, /^Bulk job not found/],
  [`keys revoke ${NO_ID}`, 3, /\(key_not_found\)$/],
  ["close-breaker nope", 3, /^There is no kind "nope", but itinerary, bundles$/],
  ["overview --url http://127.0.0.1:9", 4, /^Cannot reach http:\/\/127\.0\.0\.1:9: /],
];

Deno.test("what is not possible has an exit code of its own, and says why", async (t) => {
  await using env = await openBroken();
  await env.make();
  for (const [line, code, said] of usages) {
    await t.step(line, async () => {
      const result = await env.run(line);
      assertEquals([result.code, result.text], [code, ""], result.notes);
      assertMatch(result.notes.replace(/\n\(--help lists what is possible\)$/, ""), said);
    });
  }
});

Deno.test("a filter without a terminal must be confirmed by --yes", async () => {
  await using env = await openBroken();
  await env.make();
  const { code, notes } = await env.run("replay --code rejected", { onWait: hasBegun });
  assertEquals([code, notes.split("\n").at(-1)], [2, "Without a terminal, confirm with --yes"]);
});

Deno.test("a wrong or missing token is exit 5, and a redirect passes no token on", async () => {
  await using env = await openBroken();
  for (const ADMIN_TOKEN of ["wrong-token-0123456789", undefined]) {
    const running = env.run("jobs", { variables: { ADMIN_TOKEN } });
    // A wrong token is answered after a second.
    while (await Promise.race([running, env.settled()]) === undefined) env.clock.advance(1_000);
    assertStrictEquals((await running).code, 5);
  }
  const other = serveLocally(() => new Response("stolen"));
  const location = `${other.url}/`;
  await using _other = other;
  await using moved = serveLocally(() =>
    new Response(null, { status: 302, headers: { location } })
  );
  await using page = serveLocally(() => new Response("<h1>Hello</h1>"));
  for (const { url } of [moved, page]) {
    const { code, notes } = await env.run(`jobs --url ${url}`);
    assertEquals([code, notes.startsWith("Something else answers at")], [4, true]);
  }
  assertEquals(other.requests, []);
  await env.settled();
});

Deno.test("a service without ADMIN_TOKEN has no calls for operators, which is exit 1", async () => {
  await using env = await openAdminCommand({ adminToken: undefined });
  const { code, notes } = await env.run("jobs");
  assertEquals([code, notes.includes("set ADMIN_TOKEN there")], [1, true]);
});

Deno.test("watch shows a screen with the newest jobs, and elsewhere a line for each change", async () => {
  await using env = await openBroken();
  const id = await env.make();
  /** Ends a command at its second pause. */
  const twice = (action: () => Promise<unknown>) => {
    let pauses = 0;
    return async () => {
      if (pauses++ > 0) throw new Error("enough");
      await action();
    };
  };
  const outcomeOf = async (terminal: RecordedTerminal, line: string) => {
    const ended = await env.run(line, { terminal, onWait: twice(() => env.make("Oslo")) })
      .catch((error) => error.message);
    assertStrictEquals(ended, "enough");
    return terminal;
  };
  const screen = new RecordedTerminal();
  Object.assign(screen, { isScreen: true, columns: 80 });
  const { screens } = await outcomeOf(screen, "watch");
  assertEquals(screens.length, 2);
  assertMatch(screens[0]!, new RegExp(`^service [^]*^${id} +itinerary +failed rejected`, "m"));
  assertStrictEquals(screens[1]!.match(/failed rejected/g)?.length, 2);

  const { written } = await outcomeOf(new RecordedTerminal(), "watch");
  assertStrictEquals(written.length, 3);
  assertMatch(written[0]!, new RegExp(`^2026-11-21T12:00:00.000Z ${id} itinerary failed rejected`));
  const lines = (await outcomeOf(new RecordedTerminal(), "watch --json")).written;
  assertStrictEquals(JSON.parse(lines[0]!).id, id);
});
