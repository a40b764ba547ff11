import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { heldWork } from "../../../testing/runtimes.ts";
import { countWork } from "../../../testing/counted_work.ts";
import { EventSource, parseEvents } from "../../../testing/event_source.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";
import { testKind } from "../../../testing/jobs.ts";

const hello = { text: "hello" };

async function openHeld() {
  const work = heldWork();
  const env = await openApp({}, { kinds: [work.kind] });
  const { headers } = await post(env.app, "/api/tests", hello);
  await work.begun;
  return { ...env, work, location: headers.get("location")! };
}

Deno.test("an event stream of a finished job sends its parts, then the job as GET shows it", async () => {
  for (
    const [path, wish, member] of [
      ["/api/itineraries", tokyo, "itinerary"],
      ["/api/generations", techno, "bundles"],
    ] as const
  ) {
    await using env = await openApp();
    const location = (await post(env.app, path, wish)).headers.get("location")!;
    await env.a.instance.idle();
    const source = await EventSource.open(env.app, `${location}/events`);
    const events = await source.rest();
    const { body } = await send(env.app, location);
    assertEquals(
      events.map(({ event }) => event),
      [...body[member].map(() => "item"), "end"],
    );
    assertEquals(events.slice(0, -1).map(({ data }) => data.item), body[member]);
    assertEquals(events.slice(0, -1).map(({ data }) => data.index), [...body[member].keys()]);
    assertEquals(events.at(-1)!.data, body);
  }
});

Deno.test("an event stream has headers against caching, changes and buffering", async () => {
  await using env = await openHeld();
  const source = await EventSource.open(env.app, `${env.location}/events`);
  const { headers } = source.response;
  assertStrictEquals(headers.get("content-type"), "text/event-stream");
  assertStrictEquals(headers.get("cache-control"), "private, no-cache, no-transform");
  assertStrictEquals(headers.get("x-accel-buffering"), "no");
  assertStrictEquals(headers.get("connection"), null);
  await source.close();
  env.work.finish();
  await env.a.instance.idle();
});

Deno.test("HEAD of an event stream opens no stream", async () => {
  await using env = await openHeld();
  const head = await env.app.request(`${env.location}/events`, { method: "HEAD" });
  assertStrictEquals(head.headers.get("content-type"), "text/event-stream");
  assertStrictEquals(await head.text(), "");
  assertStrictEquals(env.a.jobs.watched, 0);
  env.work.finish();
  await env.a.instance.idle();
});

Deno.test("an event stream sends progress and the end as they happen, and closes", async () => {
  await using env = await openHeld();
  const source = await EventSource.open(env.app, `${env.location}/events`);
  const first = await source.next();
  assertStrictEquals(first?.event, "progress");
  assertStrictEquals(first?.data.status, "processing");
  env.work.finish();
  const rest = await source.rest();
  assertEquals(rest.map(({ event }) => event), ["item", "end"]);
  assertStrictEquals(rest.at(-1)!.data.status, "completed");
  await env.a.instance.idle();
  assertStrictEquals(env.a.jobs.watched, 0);
});

Deno.test("a client that has received the end gets 204 when it reconnects", async () => {
  await using env = await openHeld();
  const path = `${env.location}/events`;
  const early = await EventSource.open(env.app, path, { "last-event-id": "end" });
  assertStrictEquals(early.response.status, 200);
  await early.close();
  env.work.finish();
  await env.a.instance.idle();
  for (const [url, headers] of [[path, { "last-event-id": "end" }], [`${path}?after=end`, {}]]) {
    const answer = await send(env.app, url as string, { headers: headers as HeadersInit });
    assertStrictEquals(answer.status, 204);
  }
});

Deno.test("Last-Event-ID takes precedence over ?after=, which is for the first connection", async () => {
  await using env = await openApp();
  const { headers } = await post(env.app, "/api/itineraries", tokyo);
  await env.a.instance.idle();
  const path = `${headers.get("location")}/events`;
  const [first, second] = await (await EventSource.open(env.app, path)).rest();
  const after = await EventSource.open(env.app, `${path}?after=${first!.id}`);
  assertStrictEquals((await after.next())?.data.index, 1);
  await after.close();
  const back = await EventSource.open(env.app, `${path}?after=${first!.id}`, {
    "last-event-id": second!.id!,
  });
  assertStrictEquals((await back.next())?.event, "end");
  await back.close();
});

Deno.test("comments keep a connection alive while the job does not change", async () => {
  await using env = await openHeld();
  const source = await EventSource.open(env.app, `${env.location}/events`);
  await source.next();
  for (let n = 1; n <= 2; n++) {
    env.clock.advance(15_000);
    await source.comment();
  }
  assertEquals(source.comments, ["keep-alive", "keep-alive"]);
  await source.close();
  env.work.finish();
  await env.a.instance.idle();
});

Deno.test("a client that disconnects does not affect the job, and leaves no resources", async () => {
  await using env = await openHeld();
  const before = env.clock.waiting;
  const source = await EventSource.open(env.app, `${env.location}/events`);
  await source.next();
  assertStrictEquals(env.a.jobs.watched, 1);
  await source.close();
  while (env.a.jobs.watched > 0 || env.clock.waiting > before) await nextTurn();
  env.work.finish();
  await env.a.instance.idle();
  assertStrictEquals((await send(env.app, env.location)).body.status, "completed");
});

Deno.test("1,000 clients that connect and disconnect leave no resources", async () => {
  await using env = await openHeld();
  const before = env.clock.waiting;
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 50 }, async (_, n) => {
      const source = await EventSource.open(env.app, `${env.location}/events`);
      // Half of them disconnect before the first event.
      if (n % 2 === 0) await source.next();
      await source.close();
    }));
  }
  while (env.a.jobs.watched > 0 || env.clock.waiting > before) await nextTurn();
  env.work.finish();
  await env.a.instance.idle();
});

/** Opens a stream, and reads it up to the progress. It then waits at the end of a chunk. */
async function openUnread(env: Awaited<ReturnType<typeof openHeld>>) {
  const reader = (await env.app.request(`${env.location}/events`)).body!.getReader();
  await reader.read();
  await reader.read();
  assertStrictEquals(env.a.jobs.watched, 1);
  return reader;
}

Deno.test("a client that reads nothing for a minute loses its stream, which leaves no resources", async () => {
  await using env = await openHeld();
  const before = env.clock.waiting;
  const reader = await openUnread(env);
  for (let n = 0; n < 4; n++) {
    assertStrictEquals(env.a.jobs.watched, 1, `after ${n * 15} seconds`);
    env.clock.advance(15_000);
    await nextTurn();
  }
  await assertRejects(() => reader.read(), Error, "The client reads too slowly");
  while (env.a.jobs.watched > 0 || env.clock.waiting > before) await nextTurn();
  env.work.finish();
  await env.a.instance.idle();
});

Deno.test("a client that disconnects without reading leaves no resources", async () => {
  await using env = await openHeld();
  const before = env.clock.waiting;
  const reader = await openUnread(env);
  await reader.cancel();
  while (env.a.jobs.watched > 0 || env.clock.waiting > before) await nextTurn();
  env.work.finish();
  await env.a.instance.idle();
});

Deno.test("a client that reads slowly skips progress, and gets the end", async () => {
  await using env = await openHeld();
  const reader = await openUnread(env);
  env.work.finish();
  await env.a.instance.idle();
  const decoder = new TextDecoder();
  let rest = "";
  for (let read; !(read = await reader.read()).done;) rest += decoder.decode(read.value);
  assertEquals(parseEvents(rest).map(({ event }) => event), ["item", "end"]);
});

Deno.test("a finished job is read and encoded once for many streams", async () => {
  await using env = await openApp();
  const { headers } = await post(env.app, "/api/itineraries", { ...tokyo, durationDays: 30 });
  await env.a.instance.idle();
  const path = `${headers.get("location")}/events`;
  const read = async () => (await env.app.request(path)).body!.pipeTo(new WritableStream());
  const first = await countWork(read);
  await Promise.all(Array.from({ length: 3 }, read));
  let reads = 0;
  const getMany = env.kv.getMany.bind(env.kv);
  env.kv.getMany = ((...args: Parameters<typeof getMany>) => {
    reads++;
    return getMany(...args);
  }) as typeof getMany;
  const others = await countWork(() => Promise.all(Array.from({ length: 100 }, read)));
  assertStrictEquals(reads, 0);
  // What is left are the headers.
  assert(others / 100 < first / 10, `${first} characters, then ${others} for 100 streams`);
});

Deno.test("an instance that stops closes its streams, so that clients reconnect elsewhere", async () => {
  await using env = await openHeld();
  const source = await EventSource.open(env.app, `${env.location}/events`);
  await source.next();
  const stopping = env.a.instance.stop(0);
  // The event of the release may or may not arrive before the stream ends.
  for (const { event, data } of await source.rest()) {
    assertEquals([event, data.progress.phase], ["progress", "queued"]);
  }
  env.work.finish();
  await stopping;
});

Deno.test("a job that is canceled in another instance ends its stream", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const location = (await post(env.app, "/api/itineraries", tokyo)).headers.get("location")!;
  const source = await EventSource.open(env.app, `${location}/events`);
  await source.next();
  await env.store.cancel(location.split("/").at(-1)!);
  const rest = await source.rest();
  assertEquals(rest.map(({ event, data }) => [event, data.status]), [["end", "canceled"]]);
});

Deno.test("the events of an unknown job are 404", async () => {
  await using env = await openApp({}, { kinds: [testKind()] });
  for (const id of [crypto.randomUUID(), "nonsense"]) {
    assertProblem(await send(env.app, `/api/tests/${id}/events`), 404, "job_not_found");
  }
});
