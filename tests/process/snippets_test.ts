/** Runs the code that `/docs` and `/llms.txt` show, as a developer would: copied, and not changed. */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { openService } from "../../testing/page_service.ts";
import { workDirectory } from "../../testing/program.ts";
import { isSkipped } from "../../testing/skipped.ts";

const KEY = "our-own-key-0123456789";

/** The service as it is, and one that needs a key. */
const services: [what: string, env: Record<string, string>][] = [
  ["as it is", {}],
  ["with an API key", { API_KEYS: KEY }],
];

/** Returns the code of a language in the summary that the service writes. */
async function snippetOf(url: string, language: string): Promise<string> {
  const text = await (await fetch(`${url}/llms.txt`)).text();
  const [, code] = text.match(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "m"))!;
  return code!;
}

/** Runs a command, with the API key in its environment, and returns what it prints. */
async function run([command, ...args]: string[], cwd?: string): Promise<string> {
  const env = { NO_COLOR: "1", API_KEY: KEY };
  const process = new Deno.Command(command!, { args, env, stdin: "null", ...cwd && { cwd } });
  const { success, stdout, stderr } = await process.output();
  assert(success, `${command}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Whether a command is there. */
async function exists(command: string): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

const withoutCurl = isSkipped("the code for curl", await exists("curl") ? null : "it is missing");
const withoutPython = isSkipped(
  "the code for Python",
  await exists("python3") ? null : "it is missing",
);

/** The tests of this file share one program, which is open when a test ends. */
const shared = { sanitizeOps: false, sanitizeResources: false };

for (const [what, env] of services) {
  const options = { env: { SAMPLE_DELAY_MS: "300", ...env } };

  Deno.test({
    name: `the code for curl prints a plan, then a stream of days: ${what}`,
    ...shared,
    ignore: withoutCurl,
    async fn() {
      await using service = await openService(options);
      const code = await snippetOf(service.url, "sh");
      const printed = await run(["bash", "-euc", code]);
      const [plan] = printed.match(/^\{.*\}(?=event: |:|id: |retry: )/)!;
      const job = JSON.parse(plan!);
      assertEquals([job.status, job.itinerary.length], ["completed", 3]);
      assertStrictEquals(printed.match(/^event: item$/gm)?.length, 3);
      assertMatch(printed, /^event: end$/m);
    },
  });

  Deno.test({
    name: `the code of the client compiles with its types, and runs: ${what}`,
    ...shared,
    async fn() {
      await using service = await openService(options);
      await using directory = await workDirectory();
      const file = join(directory.path, "plan.ts");
      const code = await snippetOf(service.url, "ts");
      // Outside a page, only a key or a token lists and changes jobs; a plan can be changed by anyone.
      await Deno.writeTextFile(file, code.replace('"…"', JSON.stringify(KEY)));
      const { host } = new URL(service.url);
      const flags = ["--no-config", "--no-lock", "--quiet", `--allow-import=${host}`];
      const printed = await run(
        [Deno.execPath(), "run", "--check", ...flags, `--allow-net=${host}`, file],
        directory.path,
      );
      assertMatch(printed, /^(\d days are written\n)+1 .+\n2 .+\n3 .+\n.+\n$/);
      const wrong = join(directory.path, "wrong.ts");
      await Deno.writeTextFile(wrong, code.replace("durationDays: 3", 'durationDays: "3"'));
      const checked = await new Deno.Command(Deno.execPath(), {
        args: ["check", ...flags, wrong],
        env: { NO_COLOR: "1" },
      }).output();
      assertMatch(new TextDecoder().decode(checked.stderr), /TS2322.*'string'.*'number'/);
    },
  });

  Deno.test({
    name: `the code for Python prints the days of a plan: ${what}`,
    ...shared,
    ignore: withoutPython,
    async fn() {
      await using service = await openService(options);
      const printed = await run(["python3", "-c", await snippetOf(service.url, "python")]);
      assertMatch(printed, /^1 .+\n2 .+\n3 .+\n$/);
    },
  });
}
