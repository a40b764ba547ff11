import { assert, assertEquals, assertNotMatch, assertStrictEquals } from "@std/assert";
import { newJobId } from "../../../lib/job/job_id.ts";
import { Contract } from "../../../testing/contract.ts";
import { CALLBACK, openOperatedJobs } from "../../../testing/operated_jobs.ts";
import { ask, asOperator } from "../../../testing/operators.ts";
import type { App } from "../../../testing/http.ts";

/** Sends a request to the API for operators, and checks that the answer is as it is described. */
async function client(app: App) {
  const document = await ask(app, "/admin/api/openapi.json", { headers: asOperator });
  const { assertDescribed } = new Contract(JSON.parse(document.text));
  return async (method: "GET" | "POST", path: string, body?: object) => {
    const url = `/admin/api${path}`;
    const answer = await ask(app, url, {
      method,
      headers: { ...asOperator, operator: "Ada" },
      ...(method === "POST" && { body: JSON.stringify(body ?? {}) }),
    });
    const described = assertDescribed(method, url, answer, answer.text);
    return { described, text: answer.text, body: JSON.parse(answer.text) };
  };
}

Deno.test("an operator reads, reveals, cancels, replays and redelivers jobs over the API", async () => {
  await using env = await openOperatedJobs();
  const send = await client(env.app);
  const failed = await env.create("fail for Grace", CALLBACK);
  const held = await env.create("hold for Grace");
  const unknown = newJobId(env.clock.now());
  const callback = (await send("GET", `/jobs/${failed}`)).body.callbacks[0].id;
  const requests: ["GET" | "POST", string, object | undefined, string][] = [
    ["GET", `/jobs`, undefined, "listJobs 200"],
    ["GET", `/jobs?attempts=0`, undefined, "listJobs 400 invalid_request"],
    ["GET", `/jobs?state=failed&limit=501`, undefined, "listJobs 400 invalid_request"],
    ["GET", `/jobs/${failed}`, undefined, "getJob 200"],
    ["GET", `/jobs/${failed.toUpperCase()}`, undefined, "getJob 200"],
    ["GET", `/jobs/${callback}`, undefined, "getJob 200"],
    ["GET", `/jobs/${unknown}`, undefined, "getJob 404 job_not_found"],
    ["GET", `/jobs/x`, undefined, "getJob 404 job_not_found"],
    ["POST", `/jobs/${failed}/reveal`, undefined, "revealRequest 200"],
    ["POST", `/jobs/${callback}/reveal`, undefined, "revealRequest 409 action_not_possible"],
    ["POST", `/jobs/${unknown}/reveal`, undefined, "revealRequest 404 job_not_found"],
    ["POST", `/jobs/${held}/replay`, {}, "replayJob 409 job_not_ended"],
    ["POST", `/jobs/${callback}/replay`, {}, "replayJob 409 action_not_possible"],
    ["POST", `/jobs/${failed}/replay`, { steps: "some" }, "replayJob 400 invalid_request"],
    ["POST", `/jobs/${unknown}/replay`, {}, "replayJob 404 job_not_found"],
    ["POST", `/jobs/${held}/redeliver`, undefined, "redeliverCallback 409 action_not_possible"],
    ["POST", `/jobs/${failed}/redeliver`, undefined, "redeliverCallback 200"],
    ["POST", `/jobs/${unknown}/redeliver`, undefined, "redeliverCallback 404 job_not_found"],
    ["POST", `/jobs/${held}/cancel`, undefined, "cancelJob 200"],
    ["POST", `/jobs/${held}/cancel`, undefined, "cancelJob 409 job_finished"],
    ["POST", `/jobs/${unknown}/cancel`, undefined, "cancelJob 404 job_not_found"],
    ["POST", `/jobs/${failed}/replay`, { steps: "reuse" }, "replayJob 200"],
  ];
  for (const [method, path, body, expected] of requests) {
    const { described, text } = await send(method, path, body);
    assertStrictEquals(described, expected, `${method} ${path}`);
    // Only the operator who asks for the request sees it. No answer has the URL of the callback.
    if (!path.endsWith("/reveal")) assertNotMatch(text, /Grace/, path);
    assertNotMatch(text, /hooks\.example|token=secret/, path);
  }
  const { entries } = await env.a.operator.audit.page({}, { limit: 20 });
  const actions = entries.map(({ action }) => action).toSorted();
  assertEquals(actions, ["callback.redeliver", "job.cancel", "job.replay", "job.reveal"]);
  assert(entries.every(({ actor }) => actor.name === "Ada" && actor.via === "api"));
  assertNotMatch(JSON.stringify(entries), /Grace|hooks\.example|onerror/);
});

Deno.test("a replay over the API pays no finished step again, and a second one is the same", async () => {
  await using env = await openOperatedJobs();
  const send = await client(env.app);
  const id = await env.create("fail");
  env.state.isFixed = true;
  const first = await send("POST", `/jobs/${id}/replay`, { steps: "reuse" });
  await env.a.instance.idle();
  assertStrictEquals(env.state.steps, 1);
  const replay = (await send("GET", `/jobs/${first.body.id}`)).body;
  assertEquals([replay.state, replay.replayOf, first.body.isNew], ["succeeded", id, true]);
  const steps = replay.spans.filter(({ type }: { type: string }) => type === "step");
  assertEquals(steps.map(({ attempt }: { attempt: number }) => attempt), [0]);
  const second = await send("POST", `/jobs/${id}/replay`, { steps: "discard" });
  assertEquals(second.body, { id: first.body.id, isNew: false });
  assertStrictEquals((await send("GET", `/jobs/${id}`)).body.replayedAs, first.body.id);
  const all = await send("POST", `/jobs/${replay.id}/replay`, { steps: "discard" });
  await env.a.instance.idle();
  assertEquals([all.body.isNew, env.state.steps], [true, 2]);
});

Deno.test("pages of the API's list show each job that matches once, newest first", async () => {
  await using env = await openOperatedJobs();
  const send = await client(env.app);
  const ids: string[] = [];
  for (const text of ["fail 1", "plan", "fail 2", "fail 3"]) {
    ids.unshift(await env.create(text));
    env.clock.advance(60_000);
  }
  const collect = async (filter: string) => {
    const found: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const query = cursor === "" ? filter : `${filter}&cursor=${cursor}`;
      const { body } = await send("GET", `/jobs?limit=2&${query}`);
      found.push(...body.jobs.map(({ id }: { id: string }) => id));
      cursor = body.cursor;
      assert(found.length <= ids.length, "the pages repeat jobs");
    }
    return found;
  };
  assertEquals(await collect(""), ids);
  const failed = [ids[0]!, ids[1]!, ids[3]!];
  assertEquals(await collect("state=failed"), failed);
  assertEquals(await collect("code=refused&since=3m"), failed.slice(0, 2));
  assertEquals(await collect("until=3m"), [ids[3]!]);
});
