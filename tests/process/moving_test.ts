/**
 * Two deployments, each with its own database, behind the proxies of `ops/` for a move, and behind
 * a small proxy with the same rules. Without nginx or Caddy, its test is ignored.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { systemClock } from "../../lib/clock.ts";
import { runAdmin } from "../../ops/admin/program.ts";
import { RecordedTerminal } from "../../testing/admin_command.ts";
import { EventSource } from "../../testing/event_source.ts";
import { localCertificate } from "../../testing/local_certificate.ts";
import { passedOn, serveLocally } from "../../testing/local_server.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { hasProxy, type ProxyName, startProxy } from "../../testing/proxy.ts";
import { isSkipped } from "../../testing/skipped.ts";
import { withWaitLimit } from "../../testing/wait_limit.ts";

const API_KEY = "moving-client-0123456789";
const ADMIN_TOKEN = "moving-operator-0123456789";
const PATH = "/api/itineraries";
const tokyo = { destination: "Tokyo, Japan", durationDays: 3 };

/** A proxy in front of two deployments, and what it does with idempotency keys. */
interface MovingProxy {
  name: string;
  keepsKeys: boolean;
  /** Why this machine cannot run it; `null`: it can. */
  missing: string | null;
  start: (upstream: string, old: string) => Promise<AsyncDisposable & { url: string }>;
}

/** The rules of `ops/nginx_moving.conf`. */
function startSmallProxy(upstream: string, old: string) {
  const refused = [400, 404, 503];
  return Promise.resolve(serveLocally(async ({ method, headers, body: stream }, url) => {
    const body = stream && await new Response(stream).arrayBuffer();
    const ask = (base: string) =>
      fetch(base + url.pathname + url.search, { method, headers, body });
    const isKeyed = method === "POST" && headers.has("idempotency-key");
    const first = await ask(isKeyed ? old : upstream);
    if (!(isKeyed ? refused : [404]).includes(first.status)) return passedOn(first);
    await first.body?.cancel();
    return passedOn(await ask(isKeyed ? upstream : old));
  }));
}

function installed(name: ProxyName, options: { keepsKeys: boolean }): MovingProxy {
  return {
    name,
    ...options,
    missing: hasProxy(name) ? null : "the proxy is not installed",
    async start(upstream, old) {
      const directory = await workDirectory();
      const proxy = await startProxy(name, { upstream, old, directory: directory.path });
      return {
        url: proxy.url,
        async [Symbol.asyncDispose]() {
          await proxy[Symbol.asyncDispose]();
          await directory[Symbol.asyncDispose]();
        },
      };
    },
  };
}

const movingProxies: MovingProxy[] = [
  { name: "a small proxy", keepsKeys: true, missing: null, start: startSmallProxy },
  installed("nginx", { keepsKeys: true }),
  installed("caddy", { keepsKeys: false }),
];

/** Two deployments behind a proxy, and requests of a client and of an operator. */
async function openMove({ start }: MovingProxy, receiver: string) {
  const stack = new AsyncDisposableStack();
  const open = async () => {
    const { path } = stack.use(await workDirectory());
    return stack.use(
      new Program(path, {
        env: {
          API_KEYS: API_KEY,
          ADMIN_TOKEN,
          TRUSTED_PROXIES: "1",
          CALLBACK_PRIVATE_HOSTS: new URL(receiver).host,
        },
      }),
    );
  };
  const [old, next] = [await open(), await open()];
  const proxy = stack.use(await start(await next.url(), await old.url()));
  const client = Deno.createHttpClient({ caCerts: [localCertificate] });
  stack.defer(() => client.close());
  const send = (path: string, init: RequestInit = {}) =>
    withWaitLimit(
      fetch(proxy.url + path, {
        ...init,
        headers: { authorization: `Bearer ${API_KEY}`, ...init.headers },
        client,
      }),
      () => `${path} is answered`,
    );
  return {
    old,
    next,
    async openStream(path: string) {
      const stream = new EventSource(await send(path));
      // Otherwise a failed test would leave a stream open, for whose end Caddy waits.
      stack.defer(() => stream.close());
      return stream;
    },
    async ask(path: string, init: RequestInit = {}) {
      const response = await send(path, init);
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    },
    /** Runs a command of operators on the old deployment. It looks ten times as often. */
    async admin(line: string, terminal = new RecordedTerminal()) {
      const code = await runAdmin(line.split(" "), {
        terminal,
        clock: { ...systemClock, wait: (ms, signal) => systemClock.wait(ms / 10, signal) },
        readVariables: async () => ({ ADMIN_TOKEN, TRIPWRIGHT_URL: await old.url() }),
      });
      return { code, text: terminal.written.join("\n") };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Returns a terminal, and a promise that resolves when a note of it contains a text. */
function watchNotes(text: string) {
  const terminal = new RecordedTerminal();
  const seen = Promise.withResolvers<void>();
  const note = terminal.note.bind(terminal);
  terminal.note = (line) => {
    note(line);
    if (line.includes(text)) seen.resolve();
  };
  return { terminal, seen: withWaitLimit(seen.promise, () => `drain notes ${text}`) };
}

const creation = (body: unknown, headers: Record<string, string> = {}) => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

for (const proxy of movingProxies) {
  const { name, keepsKeys } = proxy;
  const ignore = isSkipped(`the move behind ${name}`, proxy.missing);

  Deno.test(
    `behind ${name}, a service moves to another database and loses no job`,
    { ignore },
    async () => {
      const called: string[] = [];
      await using receiver = serveLocally(async (request) => {
        called.push((await request.json()).data.jobId);
        return new Response();
      });
      await using move = await openMove(proxy, receiver.url);
      const { old, next, ask, admin } = move;
      const authorization = { authorization: `Bearer ${API_KEY}` };
      const isIn = async (program: Program, id: string) =>
        (await program.get(`${PATH}/${id}`, authorization)).status === 200;

      // Before the move: two jobs of the old deployment wait. The answer for one of them got lost.
      assertStrictEquals((await admin("pause itinerary")).code, 0);
      const key = { "idempotency-key": "before-the-move" };
      const wish = { ...tokyo, callbackUrl: `${receiver.url}/callback` };
      const first = await old.post(PATH, wish, { ...authorization, ...key });
      const second = await old.post(PATH, tokyo, authorization);
      const [id, canceled] = [first.body.jobId, second.body.jobId];

      // The drain begins. New wishes go to the new deployment, and streams of old jobs open.
      const { terminal, seen } = watchNotes("2 jobs waiting");
      const drained = admin("drain", terminal);
      await seen;
      const stream = await move.openStream(`${PATH}/${id}/events`);
      assertStrictEquals(stream.response.status, 200);
      const wished = await ask(PATH, creation(tokyo));
      assertStrictEquals(wished.status, 202);
      assert(await isIn(next, wished.body.jobId));
      assert(!await isIn(old, wished.body.jobId));

      // A new key is one of the new deployment, and a known key still finds its old job.
      const keyed = () => ask(PATH, creation(tokyo, { "idempotency-key": "during-the-move" }));
      const { body: { jobId: newId } } = await keyed();
      assert(await isIn(next, newId));
      assertStrictEquals((await keyed()).body.jobId, newId);
      const repeated = await ask(PATH, creation(wish, key));
      assertStrictEquals(repeated.status, 202);
      assertStrictEquals(repeated.body.jobId === id, keepsKeys);

      // An old job can be canceled, and the others end. The drain then ends too.
      assertStrictEquals((await ask(`${PATH}/${canceled}`, { method: "DELETE" })).status, 202);
      assertStrictEquals((await ask(`${PATH}/${canceled}`)).body.status, "canceled");
      assertStrictEquals((await admin("resume itinerary")).code, 0);
      const { code, text } = await withWaitLimit(drained, () => terminal.notes.join("\n"));
      assertStrictEquals(code, 0);
      assertMatch(text, /^No job waits or runs\. Its last result expires at /);

      // All is there: the plan, the end of the stream, the callback, of the old one by the old one.
      assertStrictEquals((await ask(`${PATH}/${id}`)).body.itinerary.length, tokyo.durationDays);
      let last;
      for (let event; (event = await stream.next());) last = event;
      assertStrictEquals(last?.event, "end");
      assertEquals(called.filter((jobId) => jobId === id), [id]);

      // What is in no deployment is unknown. A list has the jobs of the new one only.
      assertStrictEquals((await ask(`${PATH}/${crypto.randomUUID()}`)).status, 404);
      const listed = (await ask(PATH)).body.items.map(({ jobId }: { jobId: string }) => jobId);
      assert(listed.includes(newId));
      assertEquals([listed.includes(id), listed.includes(canceled)], [false, false]);
    },
  );
}
