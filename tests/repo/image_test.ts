/** The image and the compose file: they agree with each other, with Caddy and with the variables. */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import denoJson from "../../deno.json" with { type: "json" };
import { variableNames, Variables } from "../../lib/variables.ts";
import { usedImports } from "../../ops/runtime_config.ts";
import { root } from "../../testing/source_files.ts";

const read = (path: string) => Deno.readTextFile(join(root, "ops", path));

const texts = z.array(z.string());

/** What the tests read of a service. Unknown members fail, because Compose refuses them too. */
const Service = z.strictObject({
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  image: z.string(),
  command: texts.optional(),
  env_file: z.array(z.strictObject({ path: z.string(), required: z.boolean() })).optional(),
  environment: z.record(z.string(), z.string()),
  depends_on: texts.default([]),
  expose: texts.default([]),
  ports: texts.default([]),
  networks: texts,
  volumes: texts.default([]),
  tmpfs: texts.default([]),
  restart: z.literal("always"),
  stop_grace_period: z.string().optional(),
  init: z.boolean().optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  cap_add: texts.optional(),
  security_opt: texts.optional(),
  ulimits: z.record(z.string(), z.number()).optional(),
});

const Compose = z.strictObject({
  name: z.literal("tripwright"),
  services: z.strictObject({ tripwright: Service, denokv: Service, caddy: Service }),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean() }).nullable()),
  volumes: z.record(z.string(), z.null()),
});

const image = await read("Containerfile");
const caddyfile = await read("Caddyfile");
const compose = Compose.parse(parse(await read("compose.yaml")));
const { tripwright, denokv, caddy } = compose.services;

/** What the image copies from the top level. */
const copied = [...image.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names]) =>
  names!.split(" ")
);

/** The lists of programs in the image. */
const programLists = [...image.matchAll(/(?:runtime_config\.ts|--entrypoint) ((?:\S+\.ts ?)+)/g)]
  .map(([, list]) => list!.trim().split(" "));

/** The last stage of the image. */
const stage = image.slice(image.lastIndexOf("\nFROM "));

/** What an instruction of the last stage says. */
function instruction(name: string): string {
  return stage.match(new RegExp(`^${name} (.*)$`, "m"))![1]!;
}

Deno.test("the image is not run by root, and its database is in its volume", () => {
  assertMatch(instruction("USER"), /^[1-9]\d*:[1-9]\d*$/);
  const [, kvPath] = instruction("ENV").match(/KV_PATH=(\S+)/)!;
  const volume = instruction("VOLUME");
  assert(kvPath!.startsWith(`${volume}/`));
  assert(stage.includes(`COPY --from=build --chown=${instruction("USER")} /empty ${volume}`));
});

Deno.test("the image runs the version of Deno that the package lists, and copies nothing unnamed", () => {
  const [, version] = image.match(/^ARG DENO_VERSION=(\S+)$/m)!;
  assertMatch(version!, /^2\.9\.\d+$/);
  assertEquals(copied.filter((name) => name.includes("*") || name.startsWith(".")), []);
  for (const name of copied) assert(Deno.statSync(join(root, name)));
});

Deno.test("each line of the image that names the programs names the same ones", () => {
  assertEquals(programLists.length, 2);
  assertEquals(programLists[0], programLists[1]);
});

Deno.test("usedImports() keeps a package whose name or subpath a module imports", () => {
  const imports = { a: "npm:a", "a-b": "npm:a-b", "@c/d": "npm:@c/d", e: "npm:e" };
  const graph = {
    modules: [{ dependencies: [{ specifier: "a/b" }, { specifier: "./e" }] }, {}, {
      dependencies: [{ specifier: "@c/d" }],
    }],
  };
  assertEquals(usedImports(imports, graph), { a: "npm:a", "@c/d": "npm:@c/d" });
});

/** Reads what a program of the image imports. */
async function graphOf(program: string) {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", program],
    cwd: root,
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("the image copies each module that its programs import", async () => {
  const graphs = await Promise.all(programLists[0]!.map(graphOf));
  const files = graphs.flatMap(({ modules }) => modules as { specifier: string }[])
    .filter(({ specifier }) => specifier.startsWith("file:"))
    .map(({ specifier }) => relative(root, fileURLToPath(specifier)));
  assert(files.length > 100);
  // The image builds what browsers run.
  const present = [...copied, "dist"];
  assertEquals(files.filter((file) => !present.includes(file.split("/")[0]!)), []);
});

Deno.test("the image has no package that only tests import", async () => {
  const names = Object.keys(usedImports(denoJson.imports, await graphOf("main.ts")));
  for (const name of ["hono", "openai", "zod", "@resvg/resvg-wasm"]) assert(names.includes(name));
  for (const name of ["playwright-core", "typescript", "@copilotkit/aimock", "yaml"]) {
    assert(!names.includes(name), name);
  }
});

Deno.test("Compose builds the image of ops/", () => {
  assertEquals(tripwright.build, { context: "..", dockerfile: "ops/Containerfile" });
});

Deno.test("each variable of Compose is one that its program reads", () => {
  const known = new Set<string>([...variableNames, "DENO_KV_ACCESS_TOKEN"]);
  const given = Object.keys(tripwright.environment);
  assertEquals(given.filter((name) => !known.has(name)), []);
  for (const [name, schema] of Object.entries(Variables.shape)) {
    if (given.includes(name)) schema.parse(tripwright.environment[name]);
  }
  const read = [...caddyfile.matchAll(/\{\$(\w+):/g)].map(([, name]) => name);
  assertEquals(new Set(Object.keys(caddy.environment)), new Set(read));
  assertEquals(
    denokv.environment.DENO_KV_ACCESS_TOKEN,
    tripwright.environment.DENO_KV_ACCESS_TOKEN,
  );
});

Deno.test("the names and ports of Compose are those of the image, the database and Caddy", () => {
  const { PORT, KV_PATH } = tripwright.environment;
  assertEquals(tripwright.expose, [PORT]);
  assertStrictEquals(instruction("EXPOSE"), PORT);
  assertStrictEquals(caddy.environment.TRIPWRIGHT_UPSTREAMS, `tripwright:${PORT}`);
  assertEquals(denokv.expose.map((port) => `http://denokv:${port}`), [KV_PATH]);
  assertEquals(caddy.ports, ["80:80", "443:443", "443:443/udp"]);
  // Only the proxy can be reached from outside.
  assertEquals([tripwright.ports, denokv.ports], [[], []]);
  const path = caddy.volumes.find((volume) => volume.startsWith("./"))!.split(":")[0]!;
  assert(Deno.statSync(join(root, "ops", path)).isFile);
});

Deno.test("services of Compose reach only what they need, and keep only what must stay", () => {
  assertEquals(
    [tripwright.networks, denokv.networks, caddy.networks],
    [["front", "back"], ["back"], ["front"]],
  );
  assertEquals(compose.networks, { front: null, back: { internal: true } });
  const volumes = Object.values(compose.services).flatMap((service) => service.volumes)
    .map((volume) => volume.split(":")[0]!).filter((name) => !name.startsWith("."));
  assertEquals(new Set(volumes), new Set(Object.keys(compose.volumes)));
  const [sqlite] = denokv.command!.filter((word) => word.startsWith("/"));
  assert(denokv.volumes.some((volume) => sqlite!.startsWith(`${volume.split(":")[1]}/`)));
  // The volume of the image is not used here.
  const [uid] = instruction("USER").split(":");
  assertEquals(tripwright.tmpfs, [`${instruction("VOLUME")}:uid=${uid},gid=${uid},mode=0700`]);
  for (const { depends_on } of Object.values(compose.services)) {
    for (const name of depends_on) assert(name in compose.services);
  }
});
