/**
 * The real program with few file descriptors.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { EventSource } from "../../testing/event_source.ts";
import { serveOpenAIBy } from "../../testing/openai_server.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { RawConnection } from "../../testing/raw_connection.ts";

const wish = { destination: "Lisbon", durationDays: 2 };
const reply = { content: JSON.stringify(sampleItinerary(wish)) };

/** More than the program may have open. */
const MAX_FILES = 256;

/** How many jobs call the model at the same time. */
const JOBS = 12;

/** Opens connections that send nothing, until the server refuses one. */
async function openUntilRefused(url: string): Promise<RawConnection[]> {
  const opened: RawConnection[] = [];
  while (opened.length < 2 * MAX_FILES) {
    try {
      opened.push(await RawConnection.open(url));
    } catch (error) {
      const { ConnectionRefused, ConnectionReset } = Deno.errors;
      // A connection is reset if the listener closes before it accepts the connection.
      if (error instanceof ConnectionRefused || error instanceof ConnectionReset) return opened;
      throw error;
    }
  }
  throw new Error(`The program accepted ${opened.length} connections`);
}

/** Creates jobs over a connection, and returns their paths. */
async function postMany(connection: RawConnection, count: number): Promise<string[]> {
  const paths = [];
  for (let number = 0; number < count; number++) {
    const answer = await connection.post("/api/itineraries", wish);
    assertStrictEquals(answer?.status, 202);
    paths.push(answer.headers.get("location")!);
  }
  return paths;
}

/** Opens connections until the program has few descriptors left, which jobs then use up. */
async function openMost(program: Program): Promise<RawConnection[]> {
  const url = await program.url();
  const opened: RawConnection[] = [];
  while (program.openFiles < MAX_FILES - JOBS / 4) {
    const connection = await RawConnection.open(url);
    opened.push(connection);
    // The program has accepted it when it answers.
    await connection.get("/livez");
  }
  return opened;
}

interface Attack {
  what: string;
  begin: (program: Program) => Promise<RawConnection[]>;
  /** Whether all jobs call the model at once. Otherwise the breaker holds back some of them. */
  allCall: boolean;
}

const attacks: Attack[] = [
  {
    what: "when connections are refused",
    begin: async (program) => await openUntilRefused(await program.url()),
    allCall: true,
  },
  { what: "when jobs use the last descriptor", begin: openMost, allCall: false },
];

for (const { what, begin, allCall } of attacks) {
  // Only Linux shows the descriptors of a process.
  const ignore = Deno.build.os !== "linux";
  Deno.test(
    `${what}, jobs and streams go on, and connections are accepted again later`,
    { ignore },
    async () => {
      const mayEnd = Promise.withResolvers<void>();
      await using openai = serveOpenAIBy(() => mayEnd.promise.then(() => reply));
      await using directory = await workDirectory();
      await using program = new Program(directory.path, {
        env: { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: openai.url },
        maxFiles: MAX_FILES,
      });
      const url = await program.url();
      const { headers } = await program.post("/api/itineraries", wish);
      const events = await EventSource.connect(`${url}${headers.get("location")}/events`);
      using open = await RawConnection.open(url);
      assertStrictEquals((await open.get("/livez"))?.status, 200);

      const idle = await begin(program);
      if (allCall) await program.untilLogged("connections cannot be accepted");
      // New jobs, over a connection that was open, and their calls of the model.
      const paths = await postMany(open, JOBS);
      await program.untilLogged("connections cannot be accepted");
      if (allCall) await openai.untilCalled(1 + JOBS);
      mayEnd.resolve();
      const job = (await events.rest()).at(-1)!;
      assertEquals([job.event, job.data.status, job.data.attempt], ["end", "completed", 1]);
      await program.untilLogged("completed", 1 + JOBS);
      for (const path of paths) {
        const { status, attempt } = JSON.parse((await open.get(path))!.body);
        assertEquals([status, attempt], ["completed", 1]);
      }

      for (const connection of idle) connection[Symbol.dispose]();
      await program.untilLogged("connections are accepted again");
      using next = await RawConnection.open(url);
      assertStrictEquals((await next.get("/readyz"))?.status, 200);
      assertEquals(program.log.filter(({ message }) => /refused|retry|failed/.test(message)), []);
      assertStrictEquals((await program.end("SIGTERM")).code, 0);
    },
  );
}

Deno.test("a program with fewer descriptors than its reserve would need still serves", async () => {
  await using directory = await workDirectory();
  const env = { WORKER_CONCURRENCY: "1000" };
  await using program = new Program(directory.path, { env, maxFiles: MAX_FILES });
  const { headers } = await program.post("/api/itineraries", wish);
  await program.untilLogged("completed");
  const { body } = await program.get(headers.get("location")!);
  assertStrictEquals(body.status, "completed");
});

/** The reserve for these jobs is larger than the limit. */
const MANY_SLOTS = 150;

Deno.test({
  name: "the descriptors of running jobs are not reserved again, so connections are accepted",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const mayEnd = Promise.withResolvers<void>();
    await using openai = serveOpenAIBy(() => mayEnd.promise.then(() => reply));
    await using directory = await workDirectory();
    await using program = new Program(directory.path, {
      env: {
        OPENAI_API_KEY: "sk-test",
        OPENAI_BASE_URL: openai.url,
        WORKER_CONCURRENCY: String(MANY_SLOTS),
      },
      maxFiles: MAX_FILES,
    });
    const url = await program.url();
    using open = await RawConnection.open(url);
    await postMany(open, 80);
    await openai.untilCalled(80);
    const opened: RawConnection[] = [];
    while (opened.length < 60) {
      const connection = await RawConnection.open(url);
      opened.push(connection);
      assertStrictEquals((await connection.get("/livez"))?.status, 200);
    }
    for (const connection of opened) connection[Symbol.dispose]();
    mayEnd.resolve();
    await program.untilLogged("completed", 80);
  },
});
