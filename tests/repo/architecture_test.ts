import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { variableNames } from "../../lib/config.ts";
import denoJson from "../../deno.json" with { type: "json" };

const root = join(import.meta.dirname!, "../..");

const GROUND = ["lib"];
const KIND = ["jobs/contract.ts", "jobs/kind.ts", "jobs/kinds", "lib", "lib/job", "lib/model"];

/**
 * The rooms of the program, and the rooms that each may import from beside itself. A room is a folder
 * without its subfolders, or a single file; the longest matching name counts.
 */
const rooms: Record<string, readonly string[]> = {
  "main.ts": [
    "routes",
    "routes/api",
    "routes/http",
    "jobs",
    "jobs/engine",
    "jobs/registry.ts",
    "lib",
    "lib/openai",
    "lib/store",
  ],
  "routes": ["routes/*", "jobs/engine", "lib", "lib/job"],
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
    "lib/store",
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
  "routes/files": [
    "routes/http",
    "web/app",
    "web/app/kinds",
    "web/client",
    "jobs/kinds/contracts.ts",
    "lib",
  ],
  "routes/http": ["jobs/engine", "lib", "lib/http", "lib/job", "lib/store"],
  // What browsers run. The last check of imports says what these may take from the server.
  "web/app": [
    "web/app/kinds",
    "web/client",
    "jobs/contract.ts",
    "jobs/kinds/contracts.ts",
    "lib",
  ],
  "web/app/kinds": ["web/client", "jobs/job_answer.ts", "jobs/kinds/contracts.ts"],
  "web/client": [
    "jobs/contract.ts",
    "jobs/job_answer.ts",
    "jobs/kinds/contracts.ts",
    "jobs/registry.ts",
    "lib",
    "lib/http",
  ],
  "web/assets": [],
  "jobs": ["lib", "lib/model", "lib/openai"],
  "jobs/registry.ts": ["jobs/kind.ts", "jobs/kinds/*", "jobs/tools", "lib"],
  "jobs/job_answer.ts": ["jobs/contract.ts", "jobs/kind.ts", "lib", "lib/job"],
  "jobs/engine": [
    "jobs/kind.ts",
    "jobs/kinds/callback",
    "lib",
    "lib/job",
    "lib/model",
    "lib/store",
  ],
  "jobs/kinds/contracts.ts": ["jobs/contract.ts", "jobs/kinds/*"],
  "jobs/kinds/itinerary": KIND,
  "jobs/kinds/bundles": [...KIND, "jobs/tools"],
  "jobs/kinds/callback": [...KIND, "lib/http"],
  "jobs/kinds": ["jobs/kind.ts", "lib", "lib/job", "lib/model"],
  "jobs/kind.ts": ["jobs/contract.ts", "lib", "lib/job", "lib/model"],
  "jobs/contract.ts": [],
  "jobs/tools": ["lib", "lib/http", "lib/model"],
  "lib/openai": ["lib", "lib/http", "lib/job", "lib/model"],
  "lib/model": ["lib", "lib/job"],
  "lib/store": ["lib", "lib/job"],
  "lib/job": GROUND,
  "lib/http": GROUND,
  "lib": [],
};

/** The folders of the program. */
const folders = ["routes", "web", "jobs", "lib"];

/** The room that a file lies in. */
function roomOf(file: string): string {
  if (file in rooms) return file;
  const folder = dirname(file);
  return folder.startsWith("dist") ? "dist" : folder;
}

function mayImport(from: string, to: string): boolean {
  const allowed = rooms[from] ?? [];
  return from === to || allowed.includes(to) || allowed.includes(`${dirname(to)}/*`);
}

/** All source files below a folder, at any depth. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesBelow(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
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
  const seen = new Set<string>();
  let imports = 0;
  for await (const file of sourceFiles()) {
    const source = await Deno.readTextFile(join(root, file));
    assert.ok(roomOf(file) in rooms, `${file} lies in no room`);
    seen.add(roomOf(file));
    imports += importsOf(source).length;
    found.push(...violations(file, source));
  }
  assert.ok(imports > 500, `only ${imports} imports were found`);
  assert.deepEqual(found, []);
  const empty = Object.keys(rooms).filter((room) => !seen.has(room) && room !== "web/assets");
  assert.deepEqual(empty, [], "rooms without a file");
});

Deno.test("the check of imports finds those that the table does not allow", () => {
  const source = `import type { Executor } from "../jobs/engine/executor.ts";
    import {
      x,
    } from "../routes/app.ts";
    const lazily = await import("../main.ts");
    import { JobStore } from "./store/job_store.ts";
    import { fine } from "./clock.ts";`;
  assert.deepEqual(violations("lib/log.ts", source), [
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
    assert.equal(violations(file, `import "${specifier}";`).length, 1);
  });
}

/** Whether browsers may load a module of the server: those in which there is no server. */
function isShared(path: string): boolean {
  const shared = [
    "lib/clock.ts",
    "lib/http/retry_after.ts",
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
      assert.deepEqual(foreign.filter((path) => !isShared(path)), [], file);
      assert.doesNotMatch(source, /\bDeno\./, file);
      assert.doesNotMatch(source, /^import (?!type ).* "zod"/m, file);
    }
  }
});

Deno.test("only main.ts touches the world when it is imported", async () => {
  for await (const file of sourceFiles()) {
    if (file === "main.ts") continue;
    const source = await Deno.readTextFile(join(root, file));
    // At the top level: not indented.
    assert.doesNotMatch(source, /^(const|let|await)\b.*\b(Deno|process)\./m, file);
  }
});

Deno.test("the tasks may read the variables of the configuration, no more and no fewer", () => {
  for (const task of ["dev", "start"] as const) {
    const { command } = denoJson.tasks[task];
    const allowed = command.match(/--allow-env=(\S+)/)?.[1]?.split(",");
    // Deno itself reads the token of a KV Connect server.
    assert.deepEqual(allowed, [...variableNames, "DENO_KV_ACCESS_TOKEN"], task);
    assert.match(command, / --no-prompt /, task);
  }
});

Deno.test("every dependency comes from npm and is pinned by the lock file", async () => {
  const lock = JSON.parse(await Deno.readTextFile(join(root, "deno.lock")));
  for (const specifier of Object.values(denoJson.imports)) {
    assert.match(specifier, /^npm:/);
    const pinned = Object.keys(lock.specifiers).some((key) =>
      key.startsWith(specifier.replace(/@\^.*/, "@"))
    );
    assert.ok(pinned, `${specifier} is not in deno.lock`);
  }
});
