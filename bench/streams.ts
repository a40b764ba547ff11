/**
 * Measures what many streams of one finished job cost the real program: its processor time, the
 * longest answer of `/livez` meanwhile, and its memory. It prints a table.
 *
 * `deno task streams --streams 400 --kilobytes 900`; `--slow` opens streams that are not read
 */
import { parseArgs } from "node:util";
import { sampleItinerary } from "../jobs/kinds/itinerary/sample.ts";
import { chatChunks, frame, streamOf } from "../testing/event_stream.ts";
import { serveLocally } from "../testing/local_server.ts";
import { Program, workDirectory } from "../testing/program.ts";
import type { ReadTask } from "./stream_reader.ts";

const { values } = parseArgs({
  options: {
    streams: { type: "string", default: "400" },
    kilobytes: { type: "string", default: "900" },
    slow: { type: "boolean", default: false },
  },
});
const streams = Number(values.streams);
const kilobytes = Number(values.kilobytes);

const DAYS = 30;
/** How often the memory and `/livez` are measured. */
const SAMPLE_MS = 50;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A plan of about this size. Its texts can hardly be compressed into nothing. */
function planOf(characters: number): string {
  const plan = sampleItinerary({ destination: "Tokyo", durationDays: DAYS });
  const activities = plan.days.flatMap(({ activities }) => activities);
  const length = Math.floor(characters / activities.length);
  for (const activity of activities) {
    while (activity.description.length < length) {
      activity.description += ` ${crypto.randomUUID().slice(0, 8)}`;
    }
  }
  return JSON.stringify({ days: plan.days });
}

/** Reads streams in another thread. Returns the number of bytes. */
async function readStreams(task: ReadTask): Promise<number> {
  const worker = new Worker(import.meta.resolve("./stream_reader.ts"), { type: "module" });
  const read = new Promise<number>((resolve) => worker.onmessage = ({ data }) => resolve(data));
  worker.postMessage(task);
  const bytes = await read;
  worker.terminate();
  return bytes;
}

const plan = planOf(1_000 * kilobytes);
const model = serveLocally(() => {
  const pieces = plan.match(/[^]{1,4000}/g)!;
  return streamOf([...chatChunks(pieces).map(frame), "data: [DONE]\n\n"]);
});
const directory = await workDirectory();
const env = {
  OPENAI_API_KEY: "sk-streams",
  OPENAI_BASE_URL: `${model.url}/v1`,
};
const program = new Program(directory.path, { env });
const url = await program.url();
const wish = { destination: "Tokyo", durationDays: DAYS };
const { headers } = await program.post("/api/itineraries", wish);
const path = headers.get("location")!;
for (;;) {
  const { body: { status } } = await program.get(path, { prefer: "wait=20" });
  if (status === "completed") break;
  if (status !== "processing") throw new Error(`the job is ${status}`);
}
// What the first stream loads is not measured.
const events = `${url}${path}/events`;
await readStreams({ url: events, streams: 1, slow: false });

const before = await program.processorSeconds();
let [peakBytes, stallMs, isOver] = [0, 0, false];
const sampling = (async () => {
  while (!isOver) {
    const startedAt = performance.now();
    await (await fetch(`${url}/livez`)).body?.cancel();
    stallMs = Math.max(stallMs, performance.now() - startedAt);
    peakBytes = Math.max(peakBytes, await program.memoryBytes());
    await wait(SAMPLE_MS);
  }
})();
const startedAt = performance.now();
const bytes = await readStreams({ url: events, streams, slow: values.slow });
const seconds = (performance.now() - startedAt) / 1_000;
isOver = true;
await sampling;
console.table([{
  streams,
  "plan KB": Math.round(plan.length / 1_000),
  "MB read": Math.round(bytes / 1e6),
  seconds: Number(seconds.toFixed(1)),
  "processor s": Number((await program.processorSeconds() - before).toFixed(1)),
  "longest /livez ms": Math.round(stallMs),
  "peak MB": Math.round(peakBytes / 1e6),
}]);
await program.end("SIGTERM");
await model[Symbol.asyncDispose]();
await directory[Symbol.asyncDispose]();
