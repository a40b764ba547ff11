/**
 * Sends many jobs at once to the real program, with the sample generator. It measures the time
 * until all are done, and how often each job was generated.
 *
 * `deno task load --jobs 100 --delay 2000 --concurrency 100 --doorbell queue`
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Program, workDirectory } from "../testing/program.ts";

const { values } = parseArgs({
  options: {
    /** The number of jobs. */
    jobs: { type: "string", default: "100" },
    /** How long the generator takes for each, in milliseconds. */
    delay: { type: "string", default: "2000" },
    concurrency: { type: "string", default: "100" },
    doorbell: { type: "string", default: "queue" },
  },
});
const count = Number(values.jobs);

/** Returns the size of the pages that the database uses, in bytes. */
async function databaseBytes(): Promise<number> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", PAGES, join(directory.path, "data/kv.sqlite")],
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

/** A process of its own, because closing another handle of the file would release its locks. */
const PAGES = `
  const { DatabaseSync } = await import("node:sqlite");
  const file = new DatabaseSync(Deno.args[0], { readOnly: true });
  const read = (name) => Object.values(file.prepare("pragma " + name).get())[0];
  console.log((read("page_count") - read("freelist_count")) * read("page_size"));
`;

await using directory = await workDirectory();
await using program = new Program(directory.path, {
  env: {
    SAMPLE_DELAY_MS: values.delay,
    WORKER_CONCURRENCY: values.concurrency,
    DOORBELL: values.doorbell,
  },
});
await program.url();

const bytesBefore = await databaseBytes();
const processorBefore = await program.processorSeconds();
const startedAt = performance.now();
const answers = await Promise.all(
  Array.from(
    { length: count },
    () => program.post("/api/itineraries", { destination: "Tokyo, Japan", durationDays: 5 }),
  ),
);
const acceptedMs = performance.now() - startedAt;
await program.untilLogged("completed", count);
const doneMs = performance.now() - startedAt;
const processorMs = 1_000 * (await program.processorSeconds() - processorBefore);

const bytes = await databaseBytes() - bytesBefore;

const statuses = new Map<string, number>();
for (const { headers } of answers) {
  const { body } = await program.get(headers.get("location")!);
  statuses.set(body.status, (statuses.get(body.status) ?? 0) + 1);
}
const turns = new Map<unknown, number>();
for (const { message, jobId, step } of program.log) {
  if (message === "step" && step === "turn-1") turns.set(jobId, (turns.get(jobId) ?? 0) + 1);
}
console.table({
  jobs: count,
  "generating one job takes, ms": Number(values.delay),
  "all accepted after, ms": Math.round(acceptedMs),
  "all done after, ms": Math.round(doneMs),
  "database of a job, KB": Number((bytes / count / 1_000).toFixed(1)),
  "processor time of a job, ms": Number((processorMs / count).toFixed(1)),
  ...Object.fromEntries([...statuses].map(([status, n]) => [`polled as ${status}`, n])),
  "generated once": [...turns.values()].filter((n) => n === 1).length,
  "generated more than once": [...turns.values()].filter((n) => n > 1).length,
});
