import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";
import { variableNames } from "../../lib/variables.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { workDirectory } from "../../testing/program.ts";
import { filesBelow, root } from "../../testing/source_files.ts";
import { taskArguments, taskCommand } from "../../testing/task_command.ts";

/**
 * The rooms of the program, and the rooms that each may import from beside itself. A room is a folder
 * without its subfolders, or a single file. `folder/*` stands for each room right below a folder that
 * has no line of its own.
 */
const rooms: Record<string, readonly string[]> = {
  "main.ts": [
    "routes",
    "routes/api",
    "routes/http",
    "jobs",
    "lib",
    "lib/openai",
    "lib/store",
    "lib/version.ts",
  ],
  "routes": ["routes/*", "routes/api/openapi", "jobs/engine", "jobs/kind.ts", "lib", "lib/job"],
  "routes/pages": [
    "routes/api",
    "routes/files",
    "routes/http",
    "web/app",
    "web/app/kinds",
    "web/assets",
    "web/client",
    "dist",
    "jobs/engine",
    "jobs/kind.ts",
    "jobs/kinds/contracts.ts",
    "lib",
    "lib/job",
  ],
  "routes/files": [
    "routes/http",
    "web/app",
    "web/app/kinds",
    "web/client",
    "jobs/kinds/contracts.ts",
    "lib",
  ],
  "routes/api/openapi": [
    "routes/api",
    "routes/http",
    "jobs/job_answer.ts",
    "jobs/kind.ts",
    "lib/version.ts",
  ],
  "routes/api": [
    "routes/http",
    "jobs/contract.ts",
    "jobs/engine",
    "jobs/job_answer.ts",
    "jobs/kind.ts",
    "jobs/kinds/callback",
    "lib",
    "lib/http",
    "lib/job",
    "lib/store",
  ],
  "routes/http": ["jobs/engine", "lib", "lib/http", "lib/job", "lib/store"],
  // What browsers run. A check of its own says what these may take from the server.
  "web/app": ["web/app/kinds", "web/client", "jobs/contract.ts", "jobs/kinds/contracts.ts", "lib"],
  "web/app/kinds": ["web/client", "jobs/job_answer.ts", "jobs/kinds/contracts.ts"],
  "web/client": [
    "jobs/contract.ts",
    "jobs/job_answer.ts",
    "jobs/kinds/contracts.ts",
    "jobs/registry.ts",
    "lib",
  ],
  "web/assets": [],
  "jobs": [
    "jobs/engine",
    "jobs/kind.ts",
    "jobs/kinds/callback",
    "jobs/registry.ts",
    "lib",
    "lib/job",
    "lib/model",
    "lib/openai",
    "lib/store",
  ],
  "jobs/registry.ts": [
    "jobs/kind.ts",
    "jobs/kinds/*",
    "jobs/kinds/contracts.ts",
    "jobs/tools",
    "lib",
  ],
  "jobs/engine": ["jobs/kind.ts", "lib", "lib/job", "lib/model", "lib/store"],
  "jobs/job_answer.ts": ["jobs/contract.ts", "jobs/kind.ts", "lib", "lib/job"],
  "jobs/kinds/*": [
    "jobs/contract.ts",
    "jobs/kind.ts",
    "jobs/kinds",
    "jobs/tools",
    "lib/job",
    "lib/model",
  ],
  "jobs/kinds/callback": ["jobs/kind.ts", "lib", "lib/http", "lib/job"],
  "jobs/kinds/contracts.ts": ["jobs/contract.ts", "jobs/kinds/*"],
  "jobs/kinds": ["jobs/kind.ts", "lib"],
  "jobs/tools": ["lib", "lib/http", "lib/model"],
  "jobs/kind.ts": ["jobs/contract.ts", "lib", "lib/job", "lib/model"],
  "jobs/contract.ts": [],
  "lib/openai": ["lib", "lib/http", "lib/job", "lib/model"],
  "lib/store": ["lib", "lib/job"],
  "lib/model": ["lib", "lib/job"],
  "lib/job": ["lib"],
  "lib/http": ["lib"],
  "lib": [],
  "lib/version.ts": ["."],
};

/** The folders of the program. */
const folders = ["routes", "web", "jobs", "lib"];

/** The room that a file lies in. */
function roomOf(file: string): string {
  if (file in rooms) return file;
  const folder = dirname(file);
  return folder.startsWith("dist") ? "dist" : folder;
}

/** The name under which a room stands in a list of rooms: its own, or that of its siblings. */
function entryOf(room: string, list: readonly string[]): string | undefined {
  return [room, `${dirname(room)}/*`].find((name) => list.includes(name));
}

function mayImport(from: string, to: string): boolean {
  const entry = entryOf(from, Object.keys(rooms));
  return from === to || (entry !== undefined && entryOf(to, rooms[entry]!) !== undefined);
}

async function* sourceFiles(): AsyncGenerator<string> {
  yield "main.ts";
  for (const folder of folders) yield* filesBelow(folder);
}

/** The relative imports of a module, static and dynamic, types included. */
function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) => match[1]!);
}

/** Imports that the table of rooms does not allow, as sentences. */
function violations(file: string, source: string): string[] {
  return importsOf(source).flatMap((specifier) => {
    const target = relative(root, join(root, dirname(file), specifier));
    return mayImport(roomOf(file), roomOf(target)) ? [] : [`${file} must not import ${target}`];
  });
}

Deno.test("every file lies in a room, and imports only from the rooms that its own allows", async () => {
  const found = [];
  const used = new Set<string>();
  let imports = 0;
  for await (const file of sourceFiles()) {
    const source = await Deno.readTextFile(join(root, file));
    const from = entryOf(roomOf(file), Object.keys(rooms));
    assert(from, `${file} lies in no room`);
    used.add(from);
    imports += importsOf(source).length;
    found.push(...violations(file, source));
    for (const path of importsOf(source)) {
      used.add(`${from} → ${entryOf(roomOf(join(dirname(file), path)), rooms[from]!)}`);
    }
  }
  assert(imports > 500, `only ${imports} imports were found`);
  assertEquals(found, []);
  const table = Object.entries(rooms).flatMap(([room, allowed]) => [
    room,
    ...allowed.map((other) => `${room} → ${other}`),
  ]);
  const unused = table.filter((entry) => !used.has(entry) && entry !== "web/assets");
  assertEquals(unused, [], "what the table has and no file needs");
});

Deno.test("the check of imports finds those that the table does not allow", () => {
  const source = `import type { Executor } from "../jobs/engine/executor.ts";
    import {
      x,
    } from "../routes/app.ts";
    const lazily = await import("../main.ts");
    import { JobStore } from "./store/job_store.ts";
    import { fine } from "./clock.ts";`;
  assertEquals(violations("lib/log.ts", source), [
    "lib/log.ts must not import jobs/engine/executor.ts",
    "lib/log.ts must not import routes/app.ts",
    "lib/log.ts must not import main.ts",
    "lib/log.ts must not import lib/store/job_store.ts",
  ]);
});

/** Fences, each with an import that would break it. */
const fences: [why: string, file: string, specifier: string][] = [
  ["the store knows no model server", "lib/store/job_store.ts", "../openai/webhook.ts"],
  ["the engine knows no model server", "jobs/engine/executor.ts", "../../lib/openai/error.ts"],
  ["routes know no model server", "routes/api/webhooks.ts", "../../lib/openai/webhook.ts"],
  ["the record knows no store", "lib/job/job_record.ts", "../store/blob.ts"],
  ["the ground floor knows no model server", "lib/log.ts", "./openai/model.ts"],
  ["the engine knows no kind", "jobs/engine/executor.ts", "../kinds/bundles/kind.ts"],
  ["kinds know no store", "jobs/kinds/bundles/kind.ts", "../../../lib/store/job_store.ts"],
  ["kinds know no other kind", "jobs/kinds/bundles/kind.ts", "../itinerary/kind.ts"],
  ["the description of a job knows no kind", "jobs/job_answer.ts", "./kinds/bundles/kind.ts"],
  ["contracts know nothing of the server", "jobs/contract.ts", "./kind.ts"],
  ["tools know no store", "jobs/tools/tool.ts", "../../lib/store/database.ts"],
  ["pages know no kind", "web/app/trip.tsx", "../../jobs/kinds/bundles/contract.ts"],
  ["views know no page", "web/app/kinds/bundles.tsx", "../trip.tsx"],
  ["browsers know no store", "web/app/trip.tsx", "../../lib/store/job_store.ts"],
  ["the client knows no page", "web/client/client.ts", "../app/trip.tsx"],
  ["the client knows no engine", "web/client/job.ts", "../../jobs/engine/executor.ts"],
  ["the API knows no page", "routes/api/jobs.ts", "../pages/web.tsx"],
  ["jobs know no route", "jobs/registry.ts", "../routes/app.ts"],
];

for (const [why, file, specifier] of fences) {
  Deno.test(`fence: ${why}`, () => {
    assertStrictEquals(violations(file, `import "${specifier}";`).length, 1);
  });
}

/** Whether browsers may load a module of the server: those in which there is no server. */
function isShared(path: string): boolean {
  const shared = [
    "lib/clock.ts",
    "lib/backoff.ts",
    "jobs/contract.ts",
    "jobs/kinds/contracts.ts",
  ];
  return shared.includes(path) || /^jobs\/kinds\/\w+\/contract\.ts$/.test(path);
}

/** The modules that a module loads: what it imports as types alone is left out. */
function loadedBy(file: string, source: string): string[] {
  const code = source.replaceAll(/^import type [^;]+;/gm, "");
  return importsOf(code).map((path) => join(dirname(file), path));
}

Deno.test("what browsers load knows the server by its types, and of its code what has no server in it", async () => {
  for (const folder of ["web", "jobs", "lib"]) {
    for await (const file of filesBelow(folder)) {
      if (folder !== "web" && !isShared(file)) continue;
      const source = await Deno.readTextFile(join(root, file));
      const foreign = loadedBy(file, source).filter((path) => !path.startsWith("web/"));
      assertEquals(foreign.filter((path) => !isShared(path)), [], file);
      assertNotMatch(source, /\bDeno\./, file);
      assertNotMatch(source, /^import (?!type ).* "zod"/m, file);
    }
  }
});

Deno.test("only main.ts touches the world when it is imported", async () => {
  for await (const file of sourceFiles()) {
    if (file === "main.ts") continue;
    const source = await Deno.readTextFile(join(root, file));
    // At the top level: not indented.
    assertNotMatch(source, /^(const|let|await)\b.*\b(Deno|process)\./m, file);
  }
});

/** Deno itself reads the token of a KV Connect server; the evaluation opens none. */
const KV_TOKEN = "DENO_KV_ACCESS_TOKEN";

/** Prints which of the variables that its arguments name may be read. */
const PROBE = `
  const states = Deno.args.map((name) => Deno.permissions.querySync({ name: "env", variable: name }));
  console.log(JSON.stringify(Deno.args.filter((_, i) => states[i].state === "granted")));
`;

Deno.test("the tasks may read the variables of the configuration, no more and no fewer", async () => {
  await using directory = await workDirectory();
  const script = join(directory.path, "probe.ts");
  await Deno.writeTextFile(script, PROBE);
  const { configuration } = denoJson.permissions;
  assertEquals(configuration, { env: [...variableNames, KV_TOKEN] });

  for (const task of ["dev", "start", "eval"] as const) {
    const { flags } = taskCommand(task);
    const args = [...configuration.env, "HOME", "PATH", "OPENAI_ORG_ID"];
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: taskArguments(task, { script, args })
        .filter((arg) => !arg.startsWith("--watch") && arg !== "--dev"),
      cwd: directory.path,
    }).output();
    const readable = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(readable, [...variableNames, ...task === "eval" ? [] : [KV_TOKEN]], task);
    assert(flags.includes("--no-prompt"), task);
    // Without it, Deno calls permission sets experimental at each start.
    assert(flags.includes("--quiet"), task);
  }
});

Deno.test("every dependency comes from npm and is pinned by the lock file", async () => {
  const lock = JSON.parse(await Deno.readTextFile(join(root, "deno.lock")));
  // The doorway's own import is one of the others.
  const { "@std/assert": _, ...imports } = denoJson.imports;
  for (const specifier of Object.values(imports)) {
    assertMatch(specifier, /^npm:/);
    const pinned = Object.keys(lock.specifiers).some((key) =>
      key.startsWith(specifier.replace(/@\^.*/, "@"))
    );
    assert(pinned, `${specifier} is not in deno.lock`);
  }
});
