/**
 * The least that a service on this stack can do: bare routes of Hono over Deno KV, without limits,
 * security headers, idempotency, a worker or a log. `bench/throughput.ts` compares the program with
 * it in the same run.
 *
 * `GET /jobs/:id` reads one record. `POST /jobs` checks the body and stores a record with its index
 * entry; what arrives during a commit shares the next one.
 */
import { Hono } from "hono";
import { z } from "zod";
import type { AtomicOperation } from "../lib/platform/kv.ts";

const [path] = Deno.args;
const kv = await Deno.openKv(path);
const DAY_MS = 86_400_000;

const Request = z.object({
  destination: z.string().trim().min(1).max(120),
  durationDays: z.int().min(1).max(30),
});

const waiting: { add: (commit: AtomicOperation) => void; done: () => void }[] = [];
let isCommitting = false;

async function commitAll(): Promise<void> {
  isCommitting = true;
  while (waiting.length > 0) {
    const group = waiting.splice(0, 200);
    const commit = kv.atomic();
    for (const { add } of group) add(commit);
    await commit.commit();
    for (const { done } of group) done();
  }
  isCommitting = false;
}

function store(add: (commit: AtomicOperation) => void): Promise<void> {
  return new Promise((done) => {
    waiting.push({ add, done });
    if (!isCommitting) commitAll();
  });
}

const app = new Hono();
app.post("/jobs", async (c) => {
  const request = Request.safeParse(await c.req.json());
  if (!request.success) return c.json({ error: "invalid" }, 400);
  const id = crypto.randomUUID();
  const createdAt = Date.now();
  const job = { id, state: "queued", request: request.data, createdAt, attempt: 0, timeline: [] };
  const options = { expireIn: DAY_MS };
  await store((commit) =>
    commit.set(["job", id], job, options).set(["due", createdAt, id], createdAt, options)
  );
  return c.json({ jobId: id, status: "processing" }, 202);
});
app.get("/jobs/:id", async (c) => {
  const { value } = await kv.get(["job", c.req.param("id")]);
  return value === null ? c.json({ error: "not found" }, 404) : c.json(value);
});

Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) },
  app.fetch,
);
