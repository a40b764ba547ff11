import { assertEquals, assertStrictEquals } from "@std/assert";
import { openApp, tokyo } from "../../../testing/app.ts";
import { EventSource } from "../../../testing/event_source.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { post, send } from "../../../testing/http.ts";

const LIMIT = 2;

/** More turns of the event loop than a request takes to begin its wait. */
const TURNS = 20;

/** Opens an application, and creates a job that stays waiting. */
async function openWaiting(options: Parameters<typeof openApp>[0] = {}) {
  const env = await openApp({ maxStreamsPerCaller: LIMIT, ...options }, { concurrency: 0 });
  const headers = options.apiKeys ? { authorization: `Bearer ${options.apiKeys[0]}` } : {};
  const made = await post(env.app, "/api/itineraries", tokyo, headers);
  const location = made.headers.get("location")!;
  const stream = (headers: Record<string, string> = {}) =>
    EventSource.open(env.app, `${location}/events`, headers);
  return { ...env, location, stream };
}

Deno.test("a caller may have only so many event streams open; a closed one makes room", async () => {
  using env = await openWaiting();
  const first = await env.stream();
  const second = await env.stream();
  const refused = await env.stream();
  assertStrictEquals(refused.response.status, 429);
  assertStrictEquals(refused.response.headers.get("retry-after"), "5");
  await refused.close();
  await first.close();
  await nextTurn();
  const third = await env.stream();
  assertStrictEquals(third.response.status, 200);
  await Promise.all([second.close(), third.close()]);
});

Deno.test("a stream that ends by itself makes room", async () => {
  await using env = await openApp({ maxStreamsPerCaller: 1 });
  const { headers } = await post(env.app, "/api/itineraries", tokyo);
  await env.a.instance.idle();
  for (let round = 0; round < 3; round++) {
    const source = await EventSource.open(env.app, `${headers.get("location")}/events`);
    assertStrictEquals(source.response.status, 200);
    assertStrictEquals((await source.rest()).at(-1)?.event, "end");
    await nextTurn();
  }
});

Deno.test("HEAD of a stream counts as none", async () => {
  using env = await openWaiting();
  for (let round = 0; round <= LIMIT; round++) {
    const { status } = await env.app.request(`${env.location}/events`, { method: "HEAD" });
    assertStrictEquals(status, 200);
  }
});

Deno.test("each API key has its own streams", async () => {
  const apiKeys = ["our-own-key-0123456789", "another-key-0123456789"];
  using env = await openWaiting({ apiKeys, publicReads: true });
  const open = await Promise.all(
    apiKeys.flatMap((key) =>
      Array.from({ length: LIMIT }, () => env.stream({ authorization: `Bearer ${key}` }))
    ),
  );
  assertEquals(open.map(({ response }) => response.status), Array(2 * LIMIT).fill(200));
  await Promise.all(open.map((source) => source.close()));
});

Deno.test("a client token gives a caller no further streams", async () => {
  using env = await openWaiting();
  const open = await Promise.all([env.stream(), env.stream()]);
  const refused = await env.stream({ "client-token": crypto.randomUUID() });
  assertStrictEquals(refused.response.status, 429);
  await refused.close();
  await Promise.all(open.map((source) => source.close()));
});

Deno.test("a long poll above the limit is answered at once, as without Prefer", async () => {
  using env = await openWaiting();
  const open = await Promise.all([env.stream(), env.stream()]);
  const prefer = { prefer: "wait=30" };
  const answers = [
    send(env.app, env.location, { headers: prefer }),
    post(env.app, "/api/itineraries", tokyo, prefer),
  ];
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
  // Ends a wait, which the assertions would see.
  env.clock.advance(30_000);
  const [polled, made] = await Promise.all(answers);
  assertEquals([polled!.status, made!.status], [200, 202]);
  assertStrictEquals(polled!.headers.get("preference-applied"), null);
  assertStrictEquals(made!.headers.get("preference-applied"), null);
  await Promise.all(open.map((source) => source.close()));
});

Deno.test("long polls count, and make room when they end", async () => {
  using env = await openWaiting();
  const { headers } = await post(env.app, "/api/itineraries", tokyo);
  const paths = [env.location, headers.get("location")!];
  const polls = paths.map((path) => send(env.app, path, { headers: { prefer: "wait=30" } }));
  while (env.a.jobs.watched < paths.length) await nextTurn();
  const refused = await env.stream();
  assertStrictEquals(refused.response.status, 429);
  await refused.close();
  for (const path of paths) await send(env.app, path, { method: "DELETE" });
  for (const { headers } of await Promise.all(polls)) {
    assertStrictEquals(headers.get("preference-applied"), "wait=30");
  }
  const source = await env.stream();
  assertStrictEquals(source.response.status, 200);
  await source.rest();
});
