/**
 * Runs the commands of docs/tutorial.md with bash against the real program. The test starts and kills the
 * program itself where the tutorial does, and skips blocks that do not talk to the service.
 */
import { assertMatch, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { withWaitLimit } from "../../testing/wait_limit.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { root } from "../../testing/source_files.ts";

/** The address of the service in the tutorial. */
const ADDRESS = "http://localhost:8000";

/** The command that starts the service in the background, with the whole line. */
const START = /^npx .* task start .*&$/m;

/**
 * How long the plans take that one program after another writes. The second program is killed before
 * its plan is written.
 */
const SAMPLE_DELAYS_MS = ["1000", "60000", "0"];

/** A shell block of the tutorial. */
interface Block {
  /** The heading above it, without its number. */
  section: string;
  code: string;
}

/** A heading of the tutorial, or a fenced block with its language. */
const HEADING_OR_BLOCK =
  /^## (?:\d+\. )?(?<heading>.*)$|^```(?<language>\w*)\n(?<code>[^]*?)^```$/gm;

/** Returns the shell blocks that kill the service or talk to it, in order. */
async function readBlocks(): Promise<Block[]> {
  const text = await Deno.readTextFile(join(root, "docs/tutorial.md"));
  const blocks: Block[] = [];
  let section = "";
  for (const { groups } of text.matchAll(HEADING_OR_BLOCK)) {
    const { heading, language, code } = groups!;
    if (heading !== undefined) section = heading;
    else if (language === "sh") blocks.push({ section, code: code! });
  }
  return blocks.filter(({ code }) => isKill(code) || code.includes(ADDRESS));
}

function isKill(code: string): boolean {
  return code.includes("kill -9");
}

/** A bash that keeps its variables from one block to the next; `await using` ends it. */
class Shell implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<string>;

  constructor(directory: string) {
    this.#process = new Deno.Command("bash", {
      cwd: directory,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /**
   * Runs a block.
   *
   * @returns what it prints
   * @throws {Error} if its last command fails
   */
  async run(code: string): Promise<string> {
    const end = crypto.randomUUID();
    await this.#input.write(new TextEncoder().encode(`${code}\nprintf '${end} %s\\n' $?\n`));
    let output = "";
    const read = async () => {
      while (!new RegExp(`${end} \\d+\n`).test(output)) {
        const { value, done } = await this.#output.read();
        if (done) throw new Error(`bash ended:\n${code}\n${output}`);
        output += value;
      }
    };
    await withWaitLimit(read(), () => `${code}\n${output}`);
    const [printed, status] = output.split(end);
    assertStrictEquals(status, " 0\n", `${code}\n${printed}`);
    return printed!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#output.cancel();
    await this.#process.status;
  }
}

/** Runs all blocks. @returns the output of each block that talks to the service, by section */
async function runTutorial(directory: string): Promise<Map<string, string[]>> {
  const outputs = new Map<string, string[]>();
  await using shell = new Shell(directory);
  const delays = SAMPLE_DELAYS_MS.values();
  let program: Program | undefined;
  const start = async () => {
    await program?.[Symbol.asyncDispose]();
    // On a Deno that cannot try locks, a lease has to end before the job continues.
    const env = { SAMPLE_DELAY_MS: delays.next().value!, LEASE_SECONDS: "1" };
    program = new Program(directory, { env });
    return await program.url();
  };
  try {
    let url = await start();
    for (const { section, code } of await readBlocks()) {
      if (isKill(code)) {
        await program!.untilLogged("claimed");
        await program!.end("SIGKILL");
        continue;
      }
      if (START.test(code)) url = await start();
      // A reader waits for the plan; the test asks again at once.
      const adapted = code.replace(START, "")
        .replaceAll(ADDRESS, url).replaceAll(/\bsleep \d+/g, "true");
      outputs.set(section, [...outputs.get(section) ?? [], await shell.run(adapted)]);
    }
    assertStrictEquals(delays.next().done, true, "the tutorial starts the service fewer times");
    return outputs;
  } finally {
    await program?.[Symbol.asyncDispose]();
  }
}

Deno.test("the commands of the tutorial work, and its job survives kill -9", async () => {
  await using directory = await workDirectory();
  const outputs = await runTutorial(directory.path);

  const [created] = outputs.get("Create a job")!;
  assertMatch(created!, /^HTTP\/1\.1 202 /);
  assertMatch(created!, /"status":"processing","destination":"Tokyo, Japan"/);

  const [polled, planned] = outputs.get("Poll")!;
  // On a busy machine the plan may be complete by the first poll.
  assertMatch(polled!, /^"status":"(?:processing|completed)"\n/);
  assertMatch(planned!, /^"status":"completed"\n(?:"theme":"[^"]+"\n){5}$/);

  const [streamed] = outputs.get("Stream")!;
  assertStrictEquals(streamed!.match(/^event: item$/gm)?.length, 3);
  assertMatch(streamed!, /^event: end\n.*\n.*"status":"complete/m);

  const page = await Deno.readTextFile(join(directory.path, "data/trip.html"));
  assertMatch(
    page,
    /import \{ createTripClient, partsOf \} from "http:\/\/127\.0\.0\.1:\d+\/client\.js";/,
  );

  const [markdown] = outputs.get("Use the web app")!;
  assertMatch(markdown!, /^# Lisbon: 3 days\n(?:## Day \d.*\n){3}$/);

  const [, running, , completed] = outputs.get("Kill the service")!;
  // The test waits for the claim only before the kill.
  assertMatch(running!, /^"status":"processing"\n"attempt":[01]\n$/);
  assertMatch(completed!, /^"status":"completed"\n"attempt":2\n"event":"accepted"\n/);
  assertMatch(completed!, /"event":"rescued"\n"event":"claimed"\n[^]*"event":"completed"\n$/);
});
