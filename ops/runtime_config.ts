/**
 * Reduces `deno.json` to the packages that some programs load. Deno installs all packages of its
 * configuration file before it runs any program, and most of them are for tests, checks and the
 * build. The image needs only the rest. `deno install --frozen=false` then removes the others
 * from `deno.lock`, and keeps the versions and hashes of these.
 *
 * Arguments: the programs.
 * @module
 */

/** The part of the output of `deno info --json` that is used here. */
interface ModuleGraph {
  modules: { dependencies?: { specifier: string }[] }[];
}

/**
 * Returns the imports of a configuration file that a graph of modules uses.
 *
 * @param imports specifiers by the names that modules import
 */
export function usedImports(
  imports: Readonly<Record<string, string>>,
  { modules }: ModuleGraph,
): Record<string, string> {
  const specifiers = modules.flatMap(({ dependencies = [] }) =>
    dependencies.map(({ specifier }) => specifier)
  );
  const isUsed = (name: string) =>
    specifiers.some((specifier) => specifier === name || specifier.startsWith(`${name}/`));
  return Object.fromEntries(Object.entries(imports).filter(([name]) => isUsed(name)));
}

/** Reads which modules a program imports. */
async function graphOf(program: string): Promise<ModuleGraph> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", program],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

if (import.meta.main) {
  const graphs = await Promise.all(Deno.args.map(graphOf));
  const config = JSON.parse(await Deno.readTextFile("deno.json"));
  config.imports = usedImports(config.imports, {
    modules: graphs.flatMap((graph) => graph.modules),
  });
  await Deno.writeTextFile("deno.json", `${JSON.stringify(config, null, 2)}\n`);
}
