/**
 * The command `drain` over the whole application.
 */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { openAdminCommand } from "../../../testing/admin_command.ts";
import { kinds, tokyo } from "../../../testing/app.ts";
import { post } from "../../../testing/http.ts";
import { heldWork, submit } from "../../../testing/runtimes.ts";

Deno.test("drain pauses the intake, and ends when no job waits or runs", async () => {
  const { kind, begun, finish } = heldWork();
  await using env = await openAdminCommand({ kinds: [kind] }, { kinds: [kind], concurrency: 1 });
  await submit(env.a, kind, { text: "runs" });
  await begun;
  await submit(env.a, kind, { text: "waits" });
  let looks = 0;
  const { code, text, notes } = await env.run(["drain", "--note", "We move."], {
    async onWait() {
      looks++;
      if (looks === 2) finish();
      await env.settled();
      if (looks === 3) await env.b.instance.sweep();
      await env.settled();
    },
  });
  assertStrictEquals(code, 0, notes);
  assertEquals(notes.split("\n").slice(0, 2), [
    "The intake is paused.",
    "1 job waiting, 1 job running",
  ]);
  assertMatch(notes, /\n0 jobs waiting, 0 jobs running$/);
  assertMatch(text, /^No job waits or runs\. Its last result expires at \S+Z \(in 23 h\): /);
  assertStrictEquals((await env.a.operator.controls.read()).note, "We move.");
});

Deno.test("drain looks twice, because a job may be between two lists at the first look", async () => {
  const { kind, begun, finish } = heldWork();
  await using env = await openAdminCommand({ kinds: [kind] }, { kinds: [kind] });
  await submit(env.a, kind, { text: "runs" });
  await begun;
  // The first two answers, one for each state, miss the job.
  const { jobs } = env.a.operator;
  const page = jobs.page.bind(jobs);
  let missed = 0;
  jobs.page = (...args) =>
    missed++ < 2 ? Promise.resolve({ jobs: [], cursor: null, isPartial: false }) : page(...args);
  let looks = 0;
  const { notes, text } = await env.run("drain --json", {
    async onWait() {
      looks++;
      if (looks === 2) finish();
      await env.settled();
    },
  });
  assertMatch(
    notes,
    /0 jobs running\n0 jobs waiting, 1 job running\n0 jobs waiting, 0 jobs running$/,
  );
  const { resultsUntil, ...counts } = JSON.parse(text);
  assertEquals(counts, { waiting: 0, running: 0 });
  assertMatch(resultsUntil, /Z$/);
});

Deno.test("drain goes on after a time in which the service cannot be reached, and says so once", async () => {
  const { kind, begun, finish } = heldWork();
  await using env = await openAdminCommand({ kinds: [kind] }, { kinds: [kind] });
  await submit(env.a, kind, { text: "runs" });
  await begun;
  const { app } = env;
  const answer = app.fetch.bind(app);
  let looks = 0;
  const isDown = () => looks === 1 || looks === 2;
  app.fetch = (request) =>
    isDown() ? new Response("Bad gateway", { status: 502 }) : answer(request);
  const { code, notes } = await env.run("drain", {
    async onWait() {
      looks++;
      if (looks === 3) finish();
      await env.settled();
    },
  });
  assertStrictEquals(code, 0, notes);
  assertEquals(notes.split("\n"), [
    "The intake is paused.",
    "0 jobs waiting, 1 job running",
    `Something else answers at ${env.url} (status 502). Trying again.`,
    "0 jobs waiting, 0 jobs running",
  ]);
});

Deno.test("drain names the kinds whose jobs cannot end, because they are paused", async () => {
  await using env = await openAdminCommand({ kinds }, { kinds });
  await env.run("pause itinerary");
  const { body } = await post(env.app, "/api/itineraries", tokyo);
  const { code, notes } = await env.run("drain", {
    async onWait() {
      await env.a.operator.jobs.cancel({ name: "ann", via: "api" }, body.jobId);
    },
  });
  assertStrictEquals(code, 0);
  assertMatch(notes, /^Jobs of itinerary do not start: deno task admin resume itinerary$/m);
});

Deno.test("drain of an empty service ends at once", async () => {
  await using env = await openAdminCommand();
  const { code, text } = await env.run("drain");
  assertEquals([code, text], [0, "No job waits or runs. It has no results: you may stop it."]);
});
