/**
 * The real program with few file descriptors.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { EventSource } from "../../testing/event_source.ts";
import { serveOpenAIBy } from "../../testing/openai_server.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { RawConnection } from "../../testing/raw_connection.ts";

const wish = { destination: "Lisbon", durationDays: 2 };
const reply = { content: JSON.stringify(sampleItinerary(wish)) };

/** More than the program may have open. */
const MAX_FILES = 256;

/** Opens connections that send nothing, until the server refuses one. */
async function openUntilRefused(url: string): Promise<RawConnection[]> {
  const opened: RawConnection[] = [];
  while (opened.length < 2 * MAX_FILES) {
    try {
      opened.push(await RawConnection.open(url));
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return opened;
      throw error;
    }
  }
  throw new Error(`The program accepted ${opened.length} connections`);
}

Deno.test("without free descriptors, jobs and streams go on, and connections are accepted again later", async () => {
  const firstMayEnd = Promise.withResolvers<void>();
  await using openai = serveOpenAIBy(async (_call, index) => {
    if (index === 0) await firstMayEnd.promise;
    return reply;
  });
  await using directory = await workDirectory();
  await using program = new Program(directory.path, {
    env: { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: openai.url, WORKER_CONCURRENCY: "4" },
    maxFiles: MAX_FILES,
  });
  const url = await program.url();
  const { headers } = await program.post("/api/itineraries", wish);
  const events = await EventSource.connect(`${url}${headers.get("location")}/events`);
  using open = await RawConnection.open(url);
  assertStrictEquals((await open.get("/livez"))?.status, 200);

  const idle = await openUntilRefused(url);
  await program.untilLogged("connections cannot be accepted");
  // A new job, over a connection that was open, and its call of the model.
  const second = await open.post("/api/itineraries", { ...wish, destination: "Porto" });
  assertStrictEquals(second?.status, 202);
  await program.untilLogged("completed");
  firstMayEnd.resolve();
  const job = (await events.rest()).at(-1)!;
  assertEquals([job.event, job.data.status, job.data.attempt], ["end", "completed", 1]);
  const poll = await open.get(second.headers.get("location")!);
  assertEquals([JSON.parse(poll!.body).status, JSON.parse(poll!.body).attempt], ["completed", 1]);
  assertStrictEquals((await open.get("/openapi.json"))?.status, 200);

  for (const connection of idle) connection[Symbol.dispose]();
  await program.untilLogged("connections are accepted again");
  using next = await RawConnection.open(url);
  assertStrictEquals((await next.get("/readyz"))?.status, 200);
  assert(!/unhandled|uncaught/i.test(program.output), program.output);
  assertStrictEquals((await program.end("SIGTERM")).code, 0);
});
