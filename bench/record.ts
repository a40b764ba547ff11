/**
 * Records what the real program answers to some hundred requests of every sort, byte by byte but for
 * what has to differ (ids, times, versions). It knows the program by its interface alone. Record two
 * versions of the program and compare the files, to see what a change does to the answers.
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
  console.error("Cannot record: name the file to write");
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
// Side by side: most of the time a scenario waits for its program.
const recordings = await Promise.all(services.map(record));
const entries = Object.assign({}, ...recordings);
await Deno.writeTextFile(path, JSON.stringify(entries, null, 2) + "\n");
const count = Object.values<unknown[]>(entries).reduce((sum, list) => sum + list.length, 0);
console.log(`${count} answers in ${path}`);
Deno.exit(0);
