/**
 * The files for supervisors: they start the program as its task does, and restart it only when it
 * does not answer `/livez`.
 */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { Variables } from "../../lib/variables.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { root } from "../../testing/source_files.ts";
import { taskCommand } from "../../testing/task_command.ts";

const read = (path: string) => Deno.readTextFile(join(root, "ops", path));

/** The command of the task `start` with the permissions for a database. */
function startCommand(kvPath: string): string[] {
  const { flags, script, args } = taskCommand("start", { kvPath });
  return ["deno", "run", ...flags, script, ...args];
}

/** The command in JSON after the last instruction of this name in the Containerfile. */
async function containerCommand(instruction: string): Promise<string[]> {
  const text = (await read("Containerfile")).replaceAll("\\\n", "");
  const found = [...text.matchAll(new RegExp(`^${instruction}\\b.*?(\\[.*\\])$`, "gm"))].at(-1);
  return JSON.parse(found![1]!);
}

Deno.test("the systemd unit and the container start the program as its task does", async () => {
  const unit = await read("tripwright.service");
  const start = unit.match(/^ExecStart=\S*\/(deno .*)$/m)![1]!.split(" ");
  assertEquals(start, startCommand(unit.match(/KV_PATH=(\S+)/)![1]!));
  const image = await read("Containerfile");
  assertEquals(await containerCommand("CMD"), startCommand(image.match(/KV_PATH=(\S+)/)![1]!));
});

Deno.test("the systemd unit may write where its database is, and nowhere else", async () => {
  const unit = await read("tripwright.service");
  const [, directory] = unit.match(/^StateDirectory=(\S+)$/m)!;
  assertStrictEquals(dirname(unit.match(/KV_PATH=(\S+)/)![1]!), `/var/lib/${directory}`);
  assertMatch(unit, /^StateDirectoryMode=0700$/m);
  assertMatch(unit, /^ProtectSystem=strict$/m);
  assertNotMatch(unit, /^ReadWritePaths=/m);
});

Deno.test("the systemd unit restarts the program whatever ends it", async () => {
  const unit = await read("tripwright.service");
  assertMatch(unit, /^Restart=always$/m);
  assertMatch(unit, /^StartLimitIntervalSec=0$/m);
  assertMatch(unit, /^KillSignal=SIGTERM$/m);
});

/** How long a stop may take after the time for running jobs, in seconds: docs/configuration.md. */
const PUT_BACK_SECONDS = 5;

const stopTimes: [file: string, pattern: RegExp][] = [
  ["ops/tripwright.service", /^TimeoutStopSec=(\d+)$/m],
  ["ops/compose.yaml", /^\s+stop_grace_period: (\d+)s$/m],
  ["docs/operations.md", /--stop-timeout (\d+) /],
  ["docs/operations.md", /^terminationGracePeriodSeconds: (\d+)$/m],
];

for (const [file, pattern] of stopTimes) {
  Deno.test(`a supervisor waits longer than a stop takes: ${file}, ${pattern.source}`, async () => {
    const text = await Deno.readTextFile(join(root, file));
    const graceSeconds = Variables.shape.SHUTDOWN_GRACE_SECONDS.parse(undefined);
    assert(Number(text.match(pattern)![1]) > graceSeconds + PUT_BACK_SECONDS);
  });
}

/** Starts the check of the container with another URL and other times. */
async function startCheck(
  url: string,
  { timeoutMs = 5_000, pauseMs = 0 }: { timeoutMs?: number | undefined; pauseMs?: number } = {},
): Promise<Deno.ChildProcess> {
  const [, ...args] = await containerCommand("HEALTHCHECK");
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...args.map((text) => text.replace("127.0.0.1:8000", new URL(url).host)),
      `${url}/livez`,
      String(timeoutMs),
      String(pauseMs),
    ],
    cwd: root,
    stderr: "piped",
  }).spawn();
}

/** Runs the check to its end. */
async function check(url: string, timeoutMs?: number): Promise<{ code: number; lines: number }> {
  const { code, stderr } = await (await startCheck(url, { timeoutMs })).output();
  return { code, lines: new TextDecoder().decode(stderr).trim().split("\n").length };
}

const answers: [what: string, answer: () => Promise<Response>, code: number, requests: number][] = [
  ["200", () => Promise.resolve(new Response()), 0, 1],
  ["503", () => Promise.resolve(new Response(null, { status: 503 })), 1, 3],
  ["no answer in time", () => new Promise(() => {}), 1, 3],
];

for (const [what, answer, code, requests] of answers) {
  Deno.test(`the liveness check exits with ${code} after ${requests} requests for ${what}`, async () => {
    await using server = serveLocally(answer);
    // A missing answer needs no long wait, a good one gets enough time.
    const outcome = await check(server.url, code === 0 ? undefined : 100);
    assertStrictEquals(outcome.code, code);
    assertEquals(server.requests.map(({ pathname }) => pathname), Array(requests).fill("/livez"));
  });
}

/** An address that refuses connections. */
async function closedAddress(): Promise<{ url: string; port: number }> {
  const server = serveLocally(() => new Response());
  await server[Symbol.asyncDispose]();
  return { url: server.url, port: Number(new URL(server.url).port) };
}

Deno.test("the liveness check tolerates refused connections for five minutes", async () => {
  const { url } = await closedAddress();
  assertEquals(await check(url), { code: 1, lines: 60 });
  // In production it waits five seconds between two tries.
  assertMatch(await read("livez.ts"), /pauseMs = "5000"/);
});

Deno.test("the liveness check is good when connections are accepted again", async () => {
  const { url, port } = await closedAddress();
  const process = await startCheck(url, { pauseMs: 500 });
  const output = process.stderr.getReader();
  // Its first try has failed.
  await output.read();
  const hostname = "127.0.0.1";
  const server = Deno.serve({ port, hostname, onListen: () => {} }, () => new Response());
  assertStrictEquals((await process.status).code, 0);
  await output.cancel();
  await server.shutdown();
});

/** The command of a liveness check, without what a shell adds. */
const livez = ["deno", ...(await containerCommand("HEALTHCHECK")).slice(1)].join(" ");

Deno.test("systemd, the image and Kubernetes use the same liveness check", async () => {
  const unit = await read("tripwright-livez.service");
  const [command] = unit.match(/^ExecStart=.*$/m)!;
  assert(command.includes(`${livez} || systemctl try-restart tripwright.service`));
  assertNotMatch(command, /readyz/);
  const guide = await Deno.readTextFile(join(root, "docs", "operations.md"));
  const [, items] = guide.match(/exec:\n\s+command:\n((?:\s+- .*\n)+)/)!;
  assertStrictEquals(items!.trim().split(/\s*\n?\s*- /).filter(Boolean).join(" "), livez);
});
