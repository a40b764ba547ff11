import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { JobError } from "../../../lib/job/failure.ts";
import { tokyo } from "../../../testing/app.ts";
import { Contract } from "../../../testing/contract.ts";
import { assertProblem, post } from "../../../testing/http.ts";
import { ask, asOperator, openAdminApp, sendForm, signIn } from "../../../testing/operators.ts";

type Env = Awaited<ReturnType<typeof openAdminApp>>;

/** Sends a request of the API, and checks the answer against the description. */
async function call(env: Env, [method, path]: [string, string], body?: object) {
  const document = await ask(env.app, "/admin/api/openapi.json", { headers: asOperator });
  const answer = await ask(env.app, path, {
    method,
    headers: { ...asOperator, operator: "Ada" },
    ...(body && { body: JSON.stringify(body) }),
  });
  new Contract(JSON.parse(document.text)).assertDescribed(method, path, answer, answer.text);
  return { status: answer.status, body: JSON.parse(answer.text) };
}

const PAUSE: [string, string] = ["POST", "/admin/api/pause"];
const RESUME: [string, string] = ["POST", "/admin/api/resume"];
const CONTROLS: [string, string] = ["GET", "/admin/api/controls"];

Deno.test("the API pauses and resumes the intake, with a note for travelers", async () => {
  await using env = await openAdminApp();
  const { body } = await call(env, PAUSE, { what: "intake", note: " Back at six " });
  assertEquals([body.intake, body.note, body.changedBy], ["paused", "Back at six", "Ada"]);
  const answer = await post(env.app, "/api/itineraries", tokyo);
  assertProblem(answer, 503, "intake_paused");
  assertStrictEquals(answer.body.note, "Back at six");
  assertStrictEquals(answer.headers.get("retry-after"), "60");
  assertStrictEquals((await ask(env.app, "/readyz")).status, 200);
  assertStrictEquals((await call(env, RESUME, { what: "intake" })).body.intake, "open");
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo)).status, 202);
  await env.settled();
});

Deno.test("the API pauses a kind, whose jobs say so and start after it is resumed", async () => {
  await using env = await openAdminApp();
  await call(env, PAUSE, { what: "itinerary" });
  const { kinds } = (await call(env, CONTROLS)).body;
  assertEquals(
    kinds.map(({ kind, isPaused }: { kind: string; isPaused: boolean }) => [kind, isPaused]),
    [["itinerary", true], ["bundles", false]],
  );
  const { body: job } = await post(env.app, "/api/itineraries", tokyo);
  assertStrictEquals(job.progress.phase, "paused");
  assertStrictEquals(job.progress.expectedStartAt, null);
  await env.settled();
  const path = `/api/itineraries/${job.jobId}`;
  const poll = async () => JSON.parse((await ask(env.app, path)).text);
  assertEquals((await poll()).progress.phase, "paused");
  await call(env, RESUME, { what: "itinerary" });
  await env.settled();
  assertStrictEquals((await poll()).status, "completed");
  await env.settled();
});

const refusals: [name: string, call: [string, string], body: object | undefined, status: number][] =
  [
    ["an unknown kind", PAUSE, { what: "dinner" }, 400],
    ["a note for a kind", PAUSE, { what: "itinerary", note: "Back at six" }, 400],
    ["a long note", PAUSE, { what: "intake", note: "x".repeat(301) }, 400],
    ["an unknown member", RESUME, { what: "intake", note: "x" }, 400],
    ["a breaker of no kind", ["POST", "/admin/api/breakers/dinner/close"], undefined, 404],
    ["a breaker of the intake", ["POST", "/admin/api/breakers/intake/close"], undefined, 404],
  ];

for (const [name, request, body, status] of refusals) {
  Deno.test(`the API refuses ${name} with ${status}`, async () => {
    await using env = await openAdminApp();
    assertStrictEquals((await call(env, request, body)).status, status);
    const { intake, changedAt } = (await call(env, CONTROLS)).body;
    assertEquals([intake, changedAt], ["open", null]);
  });
}

Deno.test("the API closes a breaker, and lists the instances", async () => {
  const refusal = new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");
  const model = () => ({
    source: "openai" as const,
    chat: () => Promise.reject(refusal),
    respond: () => Promise.reject(refusal),
  });
  await using env = await openAdminApp({}, { model: model as never });
  await post(env.app, "/api/itineraries", tokyo);
  await env.settled();
  const [itinerary] = (await call(env, CONTROLS)).body.kinds;
  assertEquals([itinerary.breaker, itinerary.openedBy, itinerary.holdsBack], [
    "open",
    "quota_exceeded",
    "all",
  ]);
  const close: [string, string] = ["POST", "/admin/api/breakers/itinerary/close"];
  assertEquals((await call(env, close)).body, { kind: "itinerary", wasOpen: true });
  assertEquals((await call(env, close)).body, { kind: "itinerary", wasOpen: false });
  assertStrictEquals((await call(env, CONTROLS)).body.kinds[0].breaker, "closed");
  const { instances } = (await call(env, ["GET", "/admin/api/instances"])).body;
  assert(instances.some(({ isAlive }: { isAlive: boolean }) => isAlive));
});

Deno.test("the forms of the overview pause, resume and close, and say so once", async () => {
  await using env = await openAdminApp();
  const { cookie } = await signIn(env.app, "Ann");
  const headers = { cookie };
  const send = async (path: string, fields: Record<string, string> = {}) => {
    const answer = await sendForm(env.app, path, { fields, headers });
    assertEquals([answer.status, answer.headers.get("location")], [303, "/admin"], answer.text);
  };
  const page = async () => (await ask(env.app, "/admin", { headers })).text;
  await send("/admin/pause", { what: "intake", note: "Back <b>at</b> six" });
  assert((await page()).includes("Back &lt;b>at&lt;/b> six"));
  assert((await page()).includes("Accept new jobs"));
  await send("/admin/pause", { what: "bundles" });
  assert((await page()).includes("Resume bundles"));
  await send("/admin/resume", { what: "intake" });
  await send("/admin/resume", { what: "bundles" });
  assert((await page()).includes("Pause new jobs"));
  await send("/admin/breakers/bundles/close");
  const actions = (await env.a.operator.audit.page({ actor: "Ann" }, { limit: 10 })).entries
    .map(({ action }) => action);
  assertEquals(actions.toSorted(), [
    "breaker.close",
    "intake.pause",
    "intake.resume",
    "kind.pause",
    "kind.resume",
    "sign_in",
  ]);
  const wrong = await sendForm(env.app, "/admin/pause", { fields: { what: "dinner" }, headers });
  assertStrictEquals(wrong.status, 400);
  const again = await ask(env.app, "/admin/pause", { headers });
  assertEquals([again.status, again.headers.get("location")], [303, "/admin"]);
});
