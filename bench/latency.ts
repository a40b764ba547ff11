/**
 * Measures how soon a client sees a day after the model has written it. The real program uses a
 * model that writes five days in 20 s. It prints a table.
 *
 * `deno task latency --runs 5`
 */
import { parseArgs } from "node:util";
import { sampleItinerary } from "../jobs/kinds/itinerary/sample.ts";
import { chatChunks, frame } from "../testing/event_stream.ts";
import { serveLocally } from "../testing/local_server.ts";
import { Program, workDirectory } from "../testing/program.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "5" } } });

const DAYS = 5;
const WRITING_MS = 20_000;
/** The size of the pieces of a real model. */
const PIECE_CHARACTERS = 12;
/** The client polls this often, so that the polling hardly delays the result. */
const POLL_MS = 20;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The times of events, in milliseconds since the request. */
interface Run {
  dayWritten: number;
  daySeen: number;
  allWritten: number;
  allSeen: number;
}

/** Starts a model for one run. It writes slowly, and records when it has written what. */
function serveSlowly(destination: string) {
  const plan = sampleItinerary({ destination, durationDays: DAYS });
  const text = JSON.stringify(plan);
  const dayEnd = text.indexOf(JSON.stringify(plan.days[0])) + JSON.stringify(plan.days[0]).length;
  const pieces = text.match(new RegExp(`.{1,${PIECE_CHARACTERS}}`, "gs"))!;
  const written = { day: 0, all: 0 };
  const server = serveLocally(() => {
    const encoder = new TextEncoder();
    const startedAt = Date.now();
    const chunks = async function* () {
      let length = 0;
      for (const [n, chunk] of chatChunks(pieces).entries()) {
        await wait(Math.max(0, startedAt + WRITING_MS * n / pieces.length - Date.now()));
        yield encoder.encode(frame(chunk));
        length += pieces[n - 1]?.length ?? 0;
        if (length >= dayEnd) written.day ||= Date.now();
      }
      written.all = Date.now();
    };
    const headers = { "content-type": "text/event-stream" };
    return new Response(ReadableStream.from(chunks()), { headers });
  });
  return { server, written };
}

async function measure(number: number): Promise<Run> {
  const destination = `Town ${number}`;
  const { server, written } = serveSlowly(destination);
  await using _ = server;
  await using directory = await workDirectory();
  await using program = new Program(directory.path, {
    env: { OPENAI_API_KEY: "sk-bench", OPENAI_BASE_URL: `${server.url}/v1` },
  });
  await program.url();
  const sentAt = Date.now();
  const { headers } = await program.post("/api/itineraries", { destination, durationDays: DAYS });
  let [daySeen, allSeen] = [0, 0];
  while (allSeen === 0) {
    const { body } = await program.get(headers.get("location")!);
    if (body.partial?.length >= 1) daySeen ||= Date.now();
    if (body.status === "completed") allSeen = Date.now();
    else if (body.status === "failed") throw new Error(body.error);
    else await wait(POLL_MS);
  }
  return {
    dayWritten: written.day - sentAt,
    daySeen: daySeen - sentAt,
    allWritten: written.all - sentAt,
    allSeen: allSeen - sentAt,
  };
}

const runs = await Promise.all(Array.from({ length: Number(values.runs) }, (_, n) => measure(n)));
console.table(runs.map((run) => ({
  "day 1 written (ms)": run.dayWritten,
  "day 1 seen (ms)": run.daySeen,
  "ratio": (run.daySeen / run.dayWritten).toFixed(3),
  "all written (ms)": run.allWritten,
  "all seen (ms)": run.allSeen,
})));
Deno.exit(runs.every((run) => run.daySeen < 1.2 * run.dayWritten) ? 0 : 1);
