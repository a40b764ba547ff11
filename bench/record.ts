/**
 * Records the real program's answers to several hundred requests of every sort. It replaces only
 * values that differ in each run (ids, times, versions). It uses only the HTTP interface of the
 * program. To see the effect of a change on the answers, record both versions of the program and
 * compare the files.
 *
 * `deno task record answers.json`
 */
import { failingService } from "./recording/failing_service.ts";
import { keyedService } from "./recording/keyed_service.ts";
import { limitedService } from "./recording/limited_service.ts";
import { openService } from "./recording/open_service.ts";
import { queueService } from "./recording/queue_service.ts";
import { researchService } from "./recording/research_service.ts";
import { record } from "./recording/service.ts";

const [path] = Deno.args;
if (path === undefined) {
  console.error("Cannot record: no output file given, run deno task record answers.json");
  Deno.exit(1);
}

const services = [
  openService,
  keyedService,
  limitedService,
  queueService,
  researchService,
  failingService,
];
// In parallel, because a scenario mostly waits for its program.
const recordings = await Promise.all(services.map(record));
const entries = Object.assign({}, ...recordings);
await Deno.writeTextFile(path, JSON.stringify(entries, null, 2) + "\n");
const count = Object.values<unknown[]>(entries).reduce((sum, list) => sum + list.length, 0);
console.log(`Recorded ${count} answers in ${path}`);
Deno.exit(0);
