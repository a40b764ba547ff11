import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { durationText, priceText } from "../../../routes/admin/pages/job_words.ts";
import { newJobId } from "../../../lib/job/job_id.ts";
import { CALLBACK, openOperatedJobs } from "../../../testing/operated_jobs.ts";
import { ask, cookieOf, ownForm, sendForm, signIn } from "../../../testing/operators.ts";

/** Opens the application, and signs in. */
async function open() {
  const env = await openOperatedJobs();
  const session = await signIn(env.app, "Ada");
  return {
    ...env,
    get: (path: string) => ask(env.app, path, { headers: session }),
    post: (path: string, fields: Record<string, string> = {}) =>
      sendForm(env.app, path, { fields, headers: session }),
    /** Opens the page that a form leads to, and returns its notice. */
    async noticeOf(answer: { status: number; headers: Headers }): Promise<string | undefined> {
      assertStrictEquals(answer.status, 303);
      const cookie = `${session.cookie}; ${cookieOf(answer.headers)}`;
      const page = await ask(env.app, answer.headers.get("location")!, { headers: { cookie } });
      assertStrictEquals(page.status, 200);
      return page.text.match(/role="status">([^<]+)<\/p>/)?.[1];
    },
  };
}

Deno.test("the page of jobs shows what its filter selects, and keeps it in its links", async () => {
  await using env = await open();
  const failed = await env.create("fail");
  const finished = await env.create("plan");
  const { status, text } = await env.get("/admin/jobs?state=failed&kind=&since=1h&id=");
  assertStrictEquals(status, 200);
  assert(text.includes(`href="/admin/jobs/${failed}"`));
  assert(!text.includes(finished));
  assertMatch(text, /<option selected value="failed">/);
  assertMatch(text, /<option selected value="1h">/);
});

Deno.test("a filter or an id that is not valid is explained beside the form", async () => {
  await using env = await open();
  const wrong = await env.get("/admin/jobs?attempts=many&since=yesterday");
  assertStrictEquals(wrong.status, 400);
  assertMatch(wrong.text, /role="alert">attempts: .+since: must be a time such as/);
  const { status, text } = await env.get("/admin/jobs?id=%3Cb%3E");
  assertStrictEquals(status, 200);
  assertMatch(text, /“&lt;b>” is not the id of a job/);
});

Deno.test("the search for an id leads to the job, and an unknown job is a page", async () => {
  await using env = await open();
  const id = await env.create("plan");
  const found = await env.get(`/admin/jobs?id=+${id}+`);
  assertEquals([found.status, found.headers.get("location")], [303, `/admin/jobs/${id}`]);
  for (const path of [newJobId(env.clock.now()), "x"]) {
    const { status, text } = await env.get(`/admin/jobs/${path}`);
    assertStrictEquals(status, 404);
    assertMatch(text, /<h1>/);
  }
});

Deno.test("empty lists say why they are empty", async () => {
  await using env = await open();
  const texts: [string, RegExp][] = [
    ["/admin/jobs", /There are no jobs yet/],
    ["/admin/jobs?state=failed", /No job matches these filters/],
    [`/admin/jobs?cursor=${newJobId(0)}`, /There are no older jobs/],
  ];
  for (const [path, expected] of texts) assertMatch((await env.get(path)).text, expected);
});

Deno.test("the list has pages, and the last one leads back", async () => {
  await using env = await open();
  const ids: string[] = [];
  for (let n = 0; n < 51; n++) {
    ids.push(await env.create("plan"));
    env.clock.advance(1);
  }
  const first = await env.get("/admin/jobs?kind=test");
  const next = first.text.match(/href="([^"]+)" rel="next"/)![1]!.replaceAll("&amp;", "&");
  const second = await env.get(next);
  assert(!first.text.includes(ids[0]!) && second.text.includes(ids[0]!));
  assertNotMatch(second.text, /rel="next"/);
  assertMatch(second.text, /href="\/admin\/jobs\?kind=test">Newest/);
});

Deno.test("the page of a job escapes the failure, and hides the request and the callback's URL", async () => {
  await using env = await open();
  const id = await env.create("fail for Grace", CALLBACK);
  const { text } = await env.get(`/admin/jobs/${id}`);
  assertMatch(text, /&lt;img src=x onerror=/);
  assertNotMatch(text, /<img|Grace|hooks\.example/);
  assertMatch(text, /Attempt 1/);
  assertMatch(text, /Step draft/);
  assertMatch(text, /The model declined this request/);
});

Deno.test("the request is shown only in the answer to its form, which is not stored", async () => {
  await using env = await open();
  // Its callback still waits, so its page updates itself.
  const id = await env.create("fail for <b>Grace</b>", CALLBACK);
  const shown = await env.post(`/admin/jobs/${id}/reveal`);
  assertStrictEquals(shown.status, 200);
  assertStrictEquals(shown.headers.get("cache-control"), "no-store");
  assertMatch(shown.text, /fail for &lt;b>Grace&lt;\/b>/);
  assertNotMatch(shown.text, /data-live-seconds/);
  const hidden = (await env.get(`/admin/jobs/${id}`)).text;
  assertNotMatch(hidden, /Grace/);
  assertMatch(hidden, /data-live-seconds/);
  const again = await env.get(`/admin/jobs/${id}/reveal`);
  assertEquals([again.status, again.headers.get("location")], [303, `/admin/jobs/${id}`]);
  const { entries } = await env.a.operator.audit.page({ action: "job.reveal" }, { limit: 5 });
  assertEquals(entries.map(({ actor, target }) => [actor.name, target]), [["Ada", id]]);
});

Deno.test("forms cancel, replay and redeliver, and say what has happened", async () => {
  await using env = await open();
  const held = await env.create("hold");
  const cancel = `/admin/jobs/${held}/cancel`;
  assertStrictEquals(await env.noticeOf(await env.post(cancel)), "The job is canceled.");
  await env.a.instance.idle();
  assertStrictEquals(await env.noticeOf(await env.post(cancel)), "The job had already ended.");
  const failed = await env.create("fail", CALLBACK);
  const replay = await env.post(`/admin/jobs/${failed}/replay`, { steps: "discard" });
  assertStrictEquals(await env.noticeOf(replay), "This is the new job.");
  assertNotMatch(replay.headers.get("location")!, new RegExp(failed));
  const again = await env.post(`/admin/jobs/${failed}/replay`, { steps: "reuse" });
  assertMatch((await env.noticeOf(again))!, /replayed before/);
  assertStrictEquals(again.headers.get("location"), replay.headers.get("location"));
  const redeliver = await env.post(`/admin/jobs/${failed}/redeliver`);
  assertStrictEquals(await env.noticeOf(redeliver), "An earlier delivery still waits or runs.");
  const { callbacks } = (await env.a.operator.jobs.read(failed))!;
  await env.post(`/admin/jobs/${callbacks[0]!.id}/cancel`);
  const second = await env.post(`/admin/jobs/${failed}/redeliver`);
  assertStrictEquals(await env.noticeOf(second), "The callback is delivered again.");
});

Deno.test("the page of a job that waits says that its kind is paused", async () => {
  await using env = await open();
  const actor = { name: "Ada", via: "api" } as const;
  await env.a.operator.controls.pause(actor, { what: env.kind.name, note: null });
  const id = await env.create("plan");
  const { text } = await env.get(`/admin/jobs/${id}`);
  assertMatch(text, />queued</);
  assertMatch(text, /the end of the pause of its kind/);
});

Deno.test("a form of another site changes no job", async () => {
  await using env = await open();
  const held = await env.create("hold");
  const session = await signIn(env.app);
  const headers = {
    ...ownForm,
    ...session,
    origin: "https://evil.example",
    "sec-fetch-site": "cross-site",
  };
  const { status } = await sendForm(env.app, `/admin/jobs/${held}/cancel`, { headers });
  assertStrictEquals(status, 403);
  assertStrictEquals((await env.a.operator.jobs.read(held))?.summary.state, "running");
  await env.a.jobs.cancel(env.kind, held);
  await env.settled();
});

const durations: [number, string][] = [
  [0, "0 ms"],
  [940, "940 ms"],
  [999.6, "1.0 s"],
  [12_400, "12 s"],
  [60_000, "1 min"],
  [200_000, "3 min 20 s"],
  [3_600_000, "1 h"],
  [7_500_000, "2 h 5 min"],
];

Deno.test("durationText() has one unit or two", () => {
  for (const [ms, text] of durations) assertStrictEquals(durationText(ms), text);
});

Deno.test("priceText() shows cents of a cent for small prices", () => {
  assertEquals([0, 0.000022, 0.00123, 0.5, 12.345].map(priceText), [
    "$0.0000",
    "under $0.0001",
    "$0.0012",
    "$0.5000",
    "$12.35",
  ]);
});
