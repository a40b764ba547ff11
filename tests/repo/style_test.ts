import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { filesBelow, root } from "../../testing/source_files.ts";

/** The folders of the style checks, besides `main.ts`. */
const folders = ["routes", "web", "jobs", "lib", "bench", "testing", "docs"];

/** The length of a screen. */
const MAX_LINES = 60;

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

/** The name of a function at its definition. */
function nameOf(node: FunctionNode): string {
  if (node.type !== "ArrowFunctionExpression" && node.id) return node.id.name;
  const { parent } = node;
  if (parent.type === "VariableDeclarator" && parent.id.type === "Identifier") {
    return parent.id.name;
  }
  if (parent.type === "MethodDefinition" && "name" in parent.key) return parent.key.name;
  return "(anonymous)";
}

/** Lists the functions of a source that are longer than a screen, with Deno's own parser. */
function longFunctions(file: string, source: string): string[] {
  const found: string[] = [];
  const look = (node: FunctionNode) => {
    const lines = source.slice(...node.range).split("\n").length;
    if (lines > MAX_LINES) found.push(`${file} ${nameOf(node)}`);
  };
  Deno.lint.runPlugin(
    {
      name: "style",
      rules: {
        length: {
          create: () => ({
            FunctionDeclaration: look,
            FunctionExpression: look,
            ArrowFunctionExpression: look,
          }),
        },
      },
    },
    file,
    source,
  );
  return found;
}

Deno.test("no function is longer than a screen", async () => {
  const files = ["main.ts"];
  for (const folder of folders) files.push(...await Array.fromAsync(filesBelow(folder)));
  const found = [];
  for (const file of files) {
    found.push(...longFunctions(file, await Deno.readTextFile(join(root, file))));
  }
  assertEquals(found, []);
});

Deno.test("longFunctions() finds functions of every form by their names", () => {
  const body = `{\n${"  work();\n".repeat(MAX_LINES - 2)}}`;
  const longer = body.replace("{", "{\n");
  const source = [
    // Multi-byte characters must not shift the lines that follow.
    `// ${"東京🗼".repeat(100)}`,
    `function declared() ${longer}`,
    `const arrow = () => ${longer};`,
    `const expression = function () ${longer};`,
    `class Worker { async run() ${longer} #stop() ${longer} get state() ${longer} }`,
    `call(() => ${longer});`,
    `function short() ${body}`,
  ].join("\n");
  const names = ["declared", "arrow", "expression", "run", "stop", "state", "(anonymous)"];
  assertEquals(
    longFunctions("lib/example.ts", source),
    names.map((n) => `lib/example.ts ${n}`),
  );
});

Deno.test("no file of tests reads the clock when it is loaded, long before its tests run", async () => {
  const found = [];
  for await (const file of filesBelow("tests")) {
    const source = await Deno.readTextFile(join(root, file));
    if (/^(?:const|let) [^\n]*(?:\.now\(\)|new Date\(\))/m.test(source)) found.push(file);
  }
  assertEquals(found, []);
});
