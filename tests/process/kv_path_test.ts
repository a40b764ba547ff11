/** The tasks permit the program to use the database wherever `KV_PATH` says. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { dirname, join } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import { type Access, dataPaths } from "../../ops/data_paths.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { linkProgram } from "../../testing/source_files.ts";
import { withWaitLimit } from "../../testing/wait_limit.ts";

const beside = (file: string) => [file, `${file}.reserve`, `${file}.instances`];

const rows: [kvPath: string | undefined, read: string[], write: string[]][] = [
  [undefined, ["data"], ["data"]],
  ["", ["data"], ["data"]],
  [":memory:", ["data"], ["data"]],
  ["https://kv.example.com", ["data"], ["data"]],
  ["data/kv.sqlite", ["data"], ["data"]],
  ["/var/lib/tripwright/kv.sqlite", ["/var/lib/tripwright"], ["/var/lib/tripwright"]],
  ["/srv/app2/kv.sqlite", ["/srv/app2"], ["/srv/app2"]],
  ["../kv/kv.sqlite", ["../kv"], ["../kv"]],
  // The directory contains the program.
  ["kv.sqlite", ["."], beside("kv.sqlite")],
  ["../kv.sqlite", [".."], beside("../kv.sqlite")],
  ["/srv/app/kv.sqlite", ["/srv/app"], beside("/srv/app/kv.sqlite")],
  ["/kv.sqlite", ["/"], beside("/kv.sqlite")],
];

for (const [kvPath, read, write] of rows) {
  Deno.test(`with KV_PATH ${kvPath}, the program may write ${write[0]}`, () => {
    const paths = (access: Access) => dataPaths(kvPath, { access, directory: "/srv/app" });
    assertEquals([paths("read"), paths("write")], [read, write]);
  });
}

Deno.test("dataPaths() throws for a path with a comma, which would permit two paths", () => {
  const options = { access: "write", directory: "/srv/app" } as const;
  assertThrows(() => dataPaths("/a,/etc/kv.sqlite", options), Error, "comma");
});

/** Starts `deno task start` in a directory that has the program, and reads its output. */
function startTask(directory: string, env: Record<string, string>) {
  const task = new Deno.Command(Deno.execPath(), {
    args: ["task", "start"],
    cwd: directory,
    env: { NO_COLOR: "1", PORT: "0", HOST: "127.0.0.1", LOG_LEVEL: "debug", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = task.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const errors = new Response(task.stderr).text();
  const readUntil = async (text: string) => {
    for (let output = ""; !output.includes(text);) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`No ${text} in:\n${output}\n${await errors}`);
      output += value;
    }
  };
  return { task, readUntil, errors };
}

const places: [where: string, setUp: (kvPath: string, directory: string) => Promise<unknown>][] = [
  ["of the environment", () => Promise.resolve()],
  [
    "in .env",
    (kvPath, directory) => Deno.writeTextFile(join(directory, ".env"), `KV_PATH="${kvPath}"\n`),
  ],
  ["behind a symbolic link", async (kvPath) => {
    const target = `${dirname(kvPath)} target`;
    await Deno.mkdir(target);
    await Deno.symlink(target, dirname(kvPath));
  }],
];

for (const [where, setUp] of places) {
  Deno.test(`\`deno task start\` uses the KV_PATH ${where}, and SIGTERM ends it in order`, async () => {
    await using source = await workDirectory();
    await using elsewhere = await workDirectory();
    await linkProgram(source.path);
    // Without the build, which the tests have already.
    const { dependencies: _, ...start } = denoJson.tasks.start;
    const config = { ...denoJson, tasks: { start } };
    await Deno.writeTextFile(join(source.path, "deno.json"), JSON.stringify(config));
    const kvPath = join(elsewhere.path, "with space", "kv.sqlite");
    await setUp(kvPath, source.path);
    const env = where.includes(".env") ? {} : { KV_PATH: kvPath };
    const { task, readUntil, errors } = startTask(source.path, env);
    const run = async () => {
      await readUntil('"message":"listening"');
      // After the reserve, which is the last file that the start makes.
      await readUntil('"message":"files ');
      task.kill("SIGTERM");
      await readUntil('"message":"stopped"');
      return (await task.status).code;
    };
    assertEquals(await withWaitLimit(run(), () => "the task starts and ends"), 0, await errors);
    // Nothing that needs a permission has failed.
    assert(!(await errors).includes("NotCapable"), await errors);
    assertEquals((await Deno.stat(kvPath)).isFile, true);
  });
}

Deno.test("without permission for the database, the message names no flag", async () => {
  await using directory = await workDirectory();
  const flags = [`--deny-write=${directory.path}/data`];
  await using program = new Program(directory.path, { flags });
  assertEquals((await program.ended()).code, 1);
  assert(program.output.includes("Cannot start: the program has no permission"));
  assertEquals(program.output.match(/\s-+allow\S*/g), null);
});

Deno.test("the message about a path that is not a file says what KV_PATH must name", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path, { env: { KV_PATH: directory.path } });
  assertEquals((await program.ended()).code, 1);
  assertMatch(program.output, /^Cannot start: .* KV_PATH must name a file of Deno KV, not a /m);
});
