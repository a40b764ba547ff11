/**
 * Writes the types of the client package: `web/client/package/*.d.ts`, without zod and without types
 * of the server. `deno task docs` calls it, and a test fails while a file is out of date.
 * @module
 */
import { dirname, join } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import type { PublicKind } from "../../jobs/kind.ts";
import { createKinds } from "../../jobs/registry.ts";
import { parseConfig } from "../../lib/config.ts";
import { writeJobTypes } from "./job_types.ts";
import { entries, type Entry, typesPath } from "./modules.ts";

const root = join(import.meta.dirname!, "../..");

/** The other modules that the types of these mention. */
const SOURCES = [
  "jobs/contract.ts",
  "jobs/kinds/contracts.ts",
  "jobs/kinds/bundles/contract.ts",
  "jobs/kinds/itinerary/contract.ts",
  "lib/backoff.ts",
  "lib/clock.ts",
  "web/client/client_token.ts",
  "web/client/connections.ts",
  "web/client/errors.ts",
  "web/client/job.ts",
  "web/client/list.ts",
  "web/client/requests.ts",
  "web/client/watch.ts",
];

/** The module that the written interfaces replace. */
const JOB_TYPES = "web/client/job_types.ts";

/** Returns the declarations of each module of the package. */
export async function writeTypes(
  kinds: readonly PublicKind[],
): Promise<Record<Entry, string>> {
  const directory = await Deno.makeTempDir();
  try {
    for (const path of [...SOURCES, ...Object.values(entries)]) {
      await put(join(directory, path), await Deno.readTextFile(join(root, path)));
    }
    await put(join(directory, JOB_TYPES), await writeJobTypes(kinds));
    return {
      client: await declarationsOf(join(directory, entries.client)),
      react: await declarationsOf(join(directory, entries.react), join(directory, entries.client)),
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const HEADER =
  "// Written by `deno task docs` from the sources in web/client/ and the schemas of jobs/.\n\n";

const compilerOptions = {
  allowImportingTsExtensions: true,
  exactOptionalPropertyTypes: true,
  lib: ["lib.es2024.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  strict: true,
  types: [],
};

async function put(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

/**
 * Returns the declarations of a module in one file.
 *
 * @param client the path of another module whose declarations are not repeated
 */
async function declarationsOf(input: string, client?: string): Promise<string> {
  const bundle = await rollup({
    input,
    external: (id) => id === "react" || id === "eventsource-parser" || id === client,
    plugins: [dts({ compilerOptions })],
  });
  try {
    const { output: [{ code }] } = await bundle.generate({
      paths: (id) => id === client ? "./client.js" : id,
    });
    // The comments about modules stand between the declarations of several modules.
    return await formatted(
      HEADER + code.replaceAll(/\/\*\*\n(?: \*[^/].*\n)*? \* @module\n \*\/\n/g, ""),
    );
  } finally {
    await bundle.close();
  }
}

/** Returns a text as `deno fmt` writes it. */
async function formatted(text: string): Promise<string> {
  const args = ["fmt", "--config", join(root, "deno.json"), "--ext", "ts", "-"];
  const formatter = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" })
    .spawn();
  const output = formatter.output();
  const writer = formatter.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await output).stdout);
}

if (import.meta.main) {
  const types = await writeTypes(createKinds(parseConfig({})));
  for (const name of ["client", "react"] as const) {
    await Deno.writeTextFile(join(root, typesPath(name)), types[name]);
  }
}
