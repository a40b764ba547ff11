import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";
import { variableNames } from "../../lib/variables.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { workDirectory } from "../../testing/program.ts";
import { filesBelow, root } from "../../testing/source_files.ts";
import { taskArguments, taskCommand } from "../../testing/task_command.ts";

/**
 * The rooms of the program, and the other rooms that each may import from. A room is a folder
 * without its subfolders, or a single file. `folder/*` stands for each direct subfolder that has no
 * line of its own.
 */
const rooms: Record<string, readonly string[]> = {
  "main.ts": [
    "routes",
    "routes/api",
    "routes/http",
    "routes/photos",
    "jobs/runtime",
    "lib",
    "lib/http",
    "lib/metrics",
    "lib/openai",
    "lib/platform",
    "lib/store",
    "lib/version.ts",
  ],
  "routes": [
    "routes/*",
    "routes/admin/admin_env.ts",
    "routes/api/openapi",
    "jobs/engine",
    "jobs/kind.ts",
    "jobs/operator",
    "lib",
    "lib/job",
    "lib/metrics",
    "lib/platform",
  ],
  "routes/admin": [
    "routes/admin/admin_env.ts",
    "routes/admin/api",
    "routes/admin/operation.ts",
    "routes/admin/pages",
    "routes/http",
    "routes/pages",
    "jobs/operator",
    "lib",
    "lib/store",
  ],
  "routes/admin/admin_env.ts": ["routes/admin", "routes/http", "jobs/operator", "lib"],
  "routes/admin/api": [
    "routes/admin",
    "routes/admin/admin_env.ts",
    "routes/admin/operation.ts",
    "routes/api",
    "routes/api/openapi",
    "routes/http",
    "jobs/operator",
    "jobs/operator/job_filter.ts",
    "lib",
    "lib/history",
    "lib/job",
    "lib/store",
    "lib/version.ts",
  ],
  "routes/admin/operation.ts": ["routes/admin/admin_env.ts", "routes/http", "jobs/operator", "lib"],
  "routes/admin/pages": [
    "routes/admin",
    "routes/admin/admin_env.ts",
    "routes/admin/api",
    "routes/admin/operation.ts",
    "routes/http",
    "routes/pages",
    "jobs/operator",
    "jobs/operator/job_filter.ts",
    "lib",
    "lib/history",
    "lib/job",
    "lib/store",
  ],
  "routes/pages": [
    "routes/api",
    "routes/atlas",
    "routes/card",
    "routes/files",
    "routes/http",
    "routes/pages/reference",
    "routes/photos",
    "web/app",
    "web/app/*",
    "web/assets",
    "web/assets/style",
    "web/client",
    "web/client/package",
    "web/words",
    "dist",
    "jobs/engine",
    "jobs/job_answer.ts",
    "jobs/kind.ts",
    "jobs/kinds/contracts.ts",
    "jobs/kinds/trip_dates.ts",
    "lib",
    "lib/job",
    "lib/version.ts",
  ],
  // It knows no job: it draws what it is told.
  "routes/card": ["web/app/map"],
  "routes/photos": ["lib", "lib/http"],
  "routes/pages/reference": ["routes/http"],
  "routes/files": [
    "routes/http",
    "web/app",
    "web/app/kinds",
    "web/app/kinds/*",
    "web/app/trip",
    "web/client",
    "web/words",
    "jobs/kinds/contracts.ts",
    "lib",
  ],
  "routes/atlas": ["web/app/map", "dist"],
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
    "lib/metrics",
    "lib/store",
  ],
  "routes/http": [
    "jobs/engine",
    "lib",
    "lib/http",
    "lib/job",
    "lib/metrics",
    "lib/platform",
    "lib/store",
  ],
  // Code for browsers. A separate check covers what it may import from the server.
  "web/admin": [],
  "web/words": [],
  "web/worker": [],
  // The pages, from the entry points to the ground.
  "web/app": [
    "web/app/*",
    "web/client",
    "web/words",
    "jobs/contract.ts",
    "jobs/kinds/contracts.ts",
  ],
  "web/app/home": [
    "web/app",
    "web/app/kept",
    "web/app/kinds",
    "web/app/map",
    "web/app/trip",
    "web/client",
    "web/words",
    "jobs/kinds/contracts.ts",
  ],
  "web/app/trip": [
    "web/app",
    "web/app/kept",
    "web/app/kinds",
    "web/app/map",
    "web/app/shaping",
    "web/client",
    "web/words",
    "lib",
  ],
  // The plans of the kinds contain its menus, and tell it their shape.
  "web/app/shaping": ["web/app", "web/client", "web/words"],
  "web/app/kept": [
    "web/app",
    "web/app/kinds",
    "web/app/map",
    "web/client",
    "web/words",
    "jobs/contract.ts",
    "jobs/kinds/contracts.ts",
    "lib",
  ],
  "web/app/kinds": [
    "web/app",
    "web/app/kinds/*",
    "web/app/map",
    "web/app/shaping",
    "web/client",
    "web/words",
    "jobs/job_answer.ts",
    "jobs/kinds/contracts.ts",
    "lib",
  ],
  "web/app/kinds/bundles": [
    "web/app/kinds",
    "web/app/map",
    "web/app/shaping",
    "web/client",
    "web/words",
    "lib",
  ],
  "web/app/kinds/itinerary": [
    "web/app/kinds",
    "web/app/map",
    "web/app/shaping",
    "web/client",
    "web/words",
    "lib",
  ],
  "web/app/map": ["web/app", "web/client", "web/tiles", "web/words"],
  "web/tiles": ["web/app/map", "web/words"],
  "web/client": [
    "jobs/contract.ts",
    "jobs/job_answer.ts",
    "jobs/kinds/contracts.ts",
    "jobs/registry.ts",
    "lib",
  ],
  "web/client/package": [],
  "web/docs": [],
  "web/assets": [],
  "jobs/runtime": [
    "jobs/engine",
    "jobs/kind.ts",
    "jobs/kinds/bulk",
    "jobs/kinds/alert",
    "jobs/kinds/callback",
    "jobs/operator",
    "jobs/places",
    "jobs/registry.ts",
    "lib",
    "lib/job",
    "lib/metrics",
    "lib/model",
    "lib/openai",
    "lib/platform",
    "lib/store",
  ],
  "jobs/registry.ts": [
    "jobs/kind.ts",
    "jobs/kinds/*",
    "jobs/kinds/contracts.ts",
    "jobs/places",
    "jobs/tools",
    "lib",
  ],
  "jobs/engine": [
    "jobs/kind.ts",
    "lib",
    "lib/job",
    "lib/metrics",
    "lib/model",
    "lib/platform",
    "lib/store",
  ],
  "jobs/operator": [
    "jobs/engine",
    "jobs/kinds/alert",
    "jobs/kinds/bulk",
    "jobs/operator/job_filter.ts",
    "lib",
    "lib/history",
    "lib/job",
    "lib/platform",
    "lib/store",
    "lib/version.ts",
  ],
  "jobs/operator/job_filter.ts": ["lib/job", "lib/store"],
  "jobs/kinds/bulk": ["jobs/kind.ts", "jobs/operator/job_filter.ts", "lib/job"],
  "jobs/job_answer.ts": ["jobs/contract.ts", "jobs/kind.ts", "lib", "lib/job"],
  "jobs/kinds/*": [
    "jobs/contract.ts",
    "jobs/kind.ts",
    "jobs/kinds",
    "jobs/kinds/trip_dates.ts",
    "jobs/kinds/bundles/rules",
    "jobs/kinds/changes",
    "jobs/kinds/itinerary/rules",
    "jobs/kinds/samples",
    "jobs/places",
    "jobs/tools",
    "lib",
    "lib/job",
    "lib/model",
  ],
  "jobs/kinds/bundles/rules": [
    "jobs/kinds",
    "jobs/kinds/bundles",
    "jobs/places",
    "lib",
    "lib/model",
  ],
  "jobs/kinds/itinerary/rules": [
    "jobs/kinds",
    "jobs/kinds/itinerary",
    "jobs/places",
    "lib/model",
  ],
  "jobs/kinds/changes": ["jobs/kind.ts", "jobs/kinds", "lib", "lib/job", "lib/model"],
  "jobs/kinds/alert": ["jobs/kind.ts", "jobs/kinds/webhook.ts", "lib", "lib/job"],
  "jobs/kinds/callback": ["jobs/kind.ts", "jobs/kinds/webhook.ts", "lib", "lib/job"],
  "jobs/kinds/webhook.ts": ["jobs/kind.ts", "lib/http", "lib/job"],
  "jobs/kinds/contracts.ts": ["jobs/contract.ts", "jobs/kinds/*"],
  "jobs/kinds/samples": ["jobs/kinds", "jobs/kinds/samples/data", "jobs/places"],
  "jobs/kinds/samples/data": [],
  "jobs/kinds/trip_dates.ts": ["lib"],
  "jobs/kinds": ["jobs/kind.ts", "jobs/places", "lib"],
  "jobs/places": ["lib", "lib/http", "lib/metrics", "lib/platform", "lib/store", "lib/version.ts"],
  "jobs/tools": ["jobs/places", "lib", "lib/http", "lib/model"],
  "jobs/kind.ts": ["jobs/contract.ts", "lib", "lib/job", "lib/model"],
  "jobs/contract.ts": [],
  "lib/openai": ["lib", "lib/http", "lib/job", "lib/model", "lib/platform"],
  "lib/store": ["lib", "lib/history", "lib/job", "lib/platform"],
  "lib/history": ["lib"],
  "lib/metrics": ["lib", "lib/job", "lib/platform"],
  "lib/model": ["lib", "lib/job"],
  "lib/job": ["lib"],
  "lib/http": ["lib", "lib/platform"],
  "lib": ["lib/platform"],
  // All other files get the runtime from `lib/platform/platform.ts`.
  "lib/platform": ["lib/platform/deno.ts"],
  "lib/platform/deno.ts": ["lib/platform"],
  "lib/platform/node.ts": ["lib/platform"],
  "lib/version.ts": ["."],
};

/** The folders of the program. */
const folders = ["routes", "web", "jobs", "lib"];

/** Returns the room of a file. */
function roomOf(file: string): string {
  if (file in rooms) return file;
  const folder = dirname(file);
  return folder.startsWith("dist") ? "dist" : folder;
}

/** Returns the entry of a room in a list of rooms: its name, or that of its siblings. */
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

/** Lists the relative imports of a module: static and dynamic, types included. */
function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) => match[1]!);
}

/** Lists the imports that the table of rooms does not allow, as sentences. */
function violations(file: string, source: string): string[] {
  return importsOf(source).flatMap((specifier) => {
    const target = relative(root, join(root, dirname(file), specifier));
    return mayImport(roomOf(file), roomOf(target)) ? [] : [`${file} must not import ${target}`];
  });
}

Deno.test("every file is in a room, and imports only from the rooms that its own room allows", async () => {
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

Deno.test("violations() finds imports that the table does not allow", () => {
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

/** Each rule with an import that would break it. */
const forbidden: [why: string, file: string, specifier: string][] = [
  ["the store must not import a model server", "lib/store/job_store.ts", "../openai/webhook.ts"],
  [
    "the engine must not import a model server",
    "jobs/engine/executor.ts",
    "../../lib/openai/error.ts",
  ],
  [
    "routes must not import a model server",
    "routes/api/webhooks.ts",
    "../../lib/openai/webhook.ts",
  ],
  ["the record must not import the store", "lib/job/job_record.ts", "../store/blob.ts"],
  ["lib must not import a model server", "lib/log.ts", "./openai/model.ts"],
  ["the engine must not import a kind", "jobs/engine/executor.ts", "../kinds/bundles/kind.ts"],
  [
    "kinds must not import the store",
    "jobs/kinds/bundles/kind.ts",
    "../../../lib/store/job_store.ts",
  ],
  ["samples must not import a kind", "jobs/kinds/samples/cities.ts", "../itinerary/plan.ts"],
  ["kinds must not import another kind", "jobs/kinds/bundles/kind.ts", "../itinerary/kind.ts"],
  [
    "the description of a job must not import a kind",
    "jobs/job_answer.ts",
    "./kinds/bundles/kind.ts",
  ],
  ["contracts must not import the server", "jobs/contract.ts", "./kind.ts"],
  ["tools must not import the store", "jobs/tools/tool.ts", "../../lib/store/database.ts"],
  ["pages must not import a kind", "web/app/trip/trip.tsx", "../../jobs/kinds/bundles/contract.ts"],
  ["views must not import a page", "web/app/kinds/bundles/plan.tsx", "../../trip/trip.tsx"],
  [
    "browser code must not import the store",
    "web/app/trip/trip.tsx",
    "../../lib/store/job_store.ts",
  ],
  ["the client must not import a page", "web/client/client.ts", "../app/trip.tsx"],
  ["the client must not import the engine", "web/client/job.ts", "../../jobs/engine/executor.ts"],
  ["the API must not import a page", "routes/api/jobs.ts", "../pages/web.tsx"],
  ["jobs must not import a route", "jobs/registry.ts", "../routes/app.ts"],
  ["the store must not choose the runtime", "lib/store/database.ts", "../platform/node.ts"],
];

for (const [why, file, specifier] of forbidden) {
  Deno.test(`imports: ${why}`, () => {
    assertStrictEquals(violations(file, `import "${specifier}";`).length, 1);
  });
}

/** Whether browsers may load a module: one without code for the server. */
function isShared(path: string): boolean {
  const shared = [
    "lib/characters.ts",
    "lib/clock.ts",
    "lib/local_time.ts",
    "lib/backoff.ts",
    "jobs/contract.ts",
    "jobs/kinds/contracts.ts",
  ];
  return shared.includes(path) || /^jobs\/kinds\/\w+\/contract\.ts$/.test(path);
}

/** Lists the modules that a module loads, without imports of types only. */
function loadedBy(file: string, source: string): string[] {
  const code = source.replaceAll(/^import type [^;]+;/gm, "");
  return importsOf(code).map((path) => join(dirname(file), path));
}

Deno.test("browser code imports only types from the server, and shared modules", async () => {
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

Deno.test("routes set headers with setHeaders(), because c.header() costs each answer time", async () => {
  for await (const file of filesBelow("routes")) {
    const source = await Deno.readTextFile(join(root, file));
    assertNotMatch(source, /\bc\.header\(|\.headers\.append\(/, file);
    if (file !== "routes/http/answer.ts") assertNotMatch(source, /\bres\.headers\.set\(/, file);
  }
});

Deno.test("only lib/platform/deno.ts names Deno", async () => {
  for await (const file of sourceFiles()) {
    if (file === "lib/platform/deno.ts") continue;
    const source = await Deno.readTextFile(join(root, file));
    assertNotMatch(source.replaceAll(/^ *(\*|\/\*|\/\/).*/gm, ""), /\bDeno\b\s*[.[]/, file);
  }
});

Deno.test("only main.ts has side effects when it is imported", async () => {
  for await (const file of sourceFiles()) {
    if (file === "main.ts") continue;
    const source = await Deno.readTextFile(join(root, file));
    // Only lines of the top level, which are not indented.
    assertNotMatch(source, /^(const|let|await)\b.*\b(Deno|process)\./m, file);
  }
});

/** Deno itself reads the token of a KV Connect server; the evaluation does not open one. */
const KV_TOKEN = "DENO_KV_ACCESS_TOKEN";

/** Prints which of the variables in its arguments may be read. */
const PROBE = `
  const states = Deno.args.map((name) => Deno.permissions.querySync({ name: "env", variable: name }));
  console.log(JSON.stringify(Deno.args.filter((_, i) => states[i].state === "granted")));
`;

Deno.test("the tasks may read exactly the variables of the configuration", async () => {
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
    // Without this flag, Deno prints at each start that permission sets are experimental.
    assert(flags.includes("--quiet"), task);
  }
});

Deno.test("every dependency comes from npm and has an entry in the lock file", async () => {
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
