/**
 * Builds the npm package of the client module: `deno task client` writes it to `dist/npm/`.
 * @module
 */
import { join } from "node:path";
import { VERSION } from "../../lib/version.ts";
import { entries, typesPath } from "./modules.ts";

const root = join(import.meta.dirname!, "../..");
const source = join(root, "web/client/package");

/** The license of the code that the bundle contains besides ours. */
const OTHERS = `
The files contain eventsource-parser, under the same license:
Copyright (c) 2026 Espen Hovlandsdal <espen@hovlandsdal.com>
`;

/**
 * Writes the package to a directory. It replaces what the directory contains.
 *
 * @throws {Error} if the modules cannot be bundled
 */
export async function buildPackage(directory: string): Promise<void> {
  await Deno.remove(directory, { recursive: true }).catch(() => {});
  await bundle(directory);
  const { name, ...rest } = JSON.parse(await Deno.readTextFile(join(source, "package.json")));
  const files = {
    "package.json": `${JSON.stringify({ name, version: VERSION, ...rest }, null, 2)}\n`,
    "README.md": await Deno.readTextFile(join(source, "README.md")),
    "LICENSE": await Deno.readTextFile(join(root, "LICENSE")) + OTHERS,
    "client.d.ts": await Deno.readTextFile(join(root, typesPath("client"))),
    "react.d.ts": await Deno.readTextFile(join(root, typesPath("react"))),
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(directory, name), text);
  }
}

/** Bundles the modules. They share a file, so that both have the same `TripError`. */
async function bundle(directory: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--code-splitting", "--external", "react"],
      ...["--outdir", directory, ...Object.values(entries)],
    ],
    cwd: root,
  }).output();
  if (!success) throw new Error(`Cannot bundle the client: ${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) await buildPackage(join(root, "dist/npm"));
