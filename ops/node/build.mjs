/**
 * Builds the program for Node.js: `dist/server.mjs`, and all that it needs, into `dist/`.
 * `npm run build` runs it.
 */
import { build } from "esbuild";
import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const dist = join(root, "dist");

/**
 * The kinds of import that esbuild does not know: `with { type: "text" }` and `"bytes"`. They become
 * modules with a default export. The loader `binary` of esbuild would make CommonJS modules, whose
 * import takes seconds, because it copies each byte as a property.
 */
const rawImports = {
  name: "raw imports",
  setup({ onLoad }) {
    onLoad({ filter: /.*/ }, async ({ path, with: { type } }) => {
      if (type !== "text" && type !== "bytes") return undefined;
      const data = await readFile(path);
      const value = type === "text"
        ? JSON.stringify(data.toString())
        : `new Uint8Array(Buffer.from("${data.toString("base64")}", "base64"))`;
      return { contents: `export default ${value};`, loader: "js" };
    });
  },
};

/** Puts the platform of Node.js in the place of that of Deno. */
const nodePlatform = {
  name: "Node.js as the platform",
  setup({ onResolve }) {
    onResolve(
      { filter: /\/deno\.ts$/ },
      ({ resolveDir }) =>
        resolveDir.endsWith(join("lib", "platform"))
          ? { path: join(resolveDir, "node.ts") }
          : undefined,
    );
  },
};

/** What all builds have in common. */
const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
  nodePaths: [join(here, "node_modules")],
  plugins: [rawImports],
};

/** For Node.js. Some packages call `require()`. */
const forNode = {
  ...shared,
  platform: "node",
  target: "node24",
  conditions: ["node", "import"],
  plugins: [nodePlatform, rawImports],
  external: ["@deno/kv"],
  banner: {
    js: `import { createRequire as createRequireOf } from "node:module";
const require = createRequireOf(import.meta.url);`,
  },
};

/** Bundles a script of the build, and runs it. It lies as deep below the top level as its source. */
async function run(script) {
  const outfile = join(dist, "build", script.replaceAll("/", "_").replace(/\.ts$/, ".mjs"));
  await build({ ...forNode, entryPoints: [script], outfile });
  await import(pathToFileURL(outfile));
}

/** The entry points for browsers are those of Deno's bundle. */
async function bundleForBrowsers() {
  const { tasks } = JSON.parse(await readFile(join(root, "deno.json"), "utf8"));
  const entryPoints = tasks.bundle.command.split(" ").filter((word) => /^web\/.*\.ts$/.test(word));
  await build({
    ...shared,
    entryPoints,
    outbase: "web",
    outdir: dist,
    platform: "browser",
    minify: true,
  });
}

/** Copies the package of the database, whose code is not JavaScript alone. */
async function copyDatabase() {
  const modules = join(dist, "node_modules");
  await rm(modules, { recursive: true, force: true });
  await mkdir(join(modules, "@deno"), { recursive: true });
  await cp(join(here, "node_modules/@deno"), join(modules, "@deno"), { recursive: true });
}

await run("routes/atlas/prepare.ts");
await bundleForBrowsers();
await run("routes/pages/compress.ts");
await build({
  ...forNode,
  entryPoints: ["main.ts"],
  outdir: dist,
  entryNames: "server",
  outExtension: { ".js": ".mjs" },
  sourcemap: true,
});
await copyDatabase();
