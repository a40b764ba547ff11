/** Runs the examples, as `examples/README.md` says. The page is in `tests/pages/example_test.ts`. */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { withWaitLimit } from "../../testing/wait_limit.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { root } from "../../testing/source_files.ts";

const examples = join(root, "examples");

/** An example that goes on until `await using` ends it. */
function startExample(name: string, env: Record<string, string>) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--config", join(root, "deno.json"), join(examples, name)],
    env: { NO_COLOR: "1", PORT: "0", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    /** The next line that it prints. */
    async line(): Promise<string> {
      while (!text.includes("\n")) {
        const { value } = await withWaitLimit(
          reader.read(),
          () => `a line of ${name}, after: ${text}`,
        );
        text += value ?? "\n";
      }
      const line = text.slice(0, text.indexOf("\n"));
      text = text.slice(line.length + 1);
      return line;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

Deno.test("examples/poll.sh polls an itinerary until it has ended", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path, {
    env: { GENERATOR: "sample", SAMPLE_DELAY_MS: "0" },
  });
  const command = new Deno.Command("bash", {
    args: [join(examples, "poll.sh"), await program.url(), "Porto", "2"],
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const progress = new TextDecoder().decode(stderr);
  assertStrictEquals(code, 0, progress);
  assertMatch(progress, /^created http\S+\/api\/itineraries\/[\da-f-]{36}$/m);
  assertMatch(progress, /^completed: $/m);
  const job = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals([job.status, job.destination, job.itinerary.length], ["completed", "Porto", 2]);
});

Deno.test("examples/callback_receiver.ts accepts what the service signs, once, and nothing else", async () => {
  const apiKey = "a-secret-key-of-this-test";
  await using receiver = startExample("callback_receiver.ts", { API_KEY: apiKey });
  const [url] = (await receiver.line()).match(/http:\S+/)!;
  await using directory = await workDirectory();
  await using program = new Program(directory.path, {
    env: {
      GENERATOR: "sample",
      SAMPLE_DELAY_MS: "0",
      API_KEYS: apiKey,
      CALLBACK_PRIVATE_HOSTS: new URL(url).host,
    },
  });
  const forged = await fetch(url, {
    method: "POST",
    body: '{"type":"itinerary.completed","data":{"jobId":"forged"}}',
    headers: {
      "webhook-id": "1",
      "webhook-timestamp": `${Math.floor(Date.now() / 1_000)}`,
      "webhook-signature": "v1,bm8=",
    },
  });
  assertStrictEquals(forged.status, 401);
  await forged.body?.cancel();
  const wish = { destination: "Porto", durationDays: 1, callbackUrl: url };
  const headers = { authorization: `Bearer ${apiKey}` };
  const { body } = await program.post("/api/itineraries", wish, headers);
  assertStrictEquals(await receiver.line(), `itinerary.completed ${body.jobId}`);
});

Deno.test("examples/local_model_server.ts writes plans of both kinds", async () => {
  await using server = startExample("local_model_server.ts", {});
  const [url] = (await server.line()).match(/http:\S+/)!;
  await using directory = await workDirectory();
  await using program = new Program(directory.path, {
    env: { OPENAI_API_KEY: "local", OPENAI_BASE_URL: `${url}/v1` },
  });
  const wishes = [
    ["/api/itineraries", { destination: "Porto", durationDays: 2 }],
    ["/api/generations", { preferences: { interests: ["fado"] } }],
  ] as const;
  for (const [path, wish] of wishes) {
    const { headers } = await program.post(path, wish);
    const location = headers.get("location")!;
    const id = location.split("/").at(-1);
    await program.until(({ log }) =>
      log.some(({ message, jobId }) => /completed|failed/.test(message) && jobId === id)
    );
    const { body } = await program.get(location);
    assertEquals([body.status, body.source], ["completed", "openai"]);
  }
});
