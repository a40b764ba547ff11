import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { filesBelow, root } from "../../testing/source_files.ts";

/** Sentences that testers of the pages did not understand, or found odd. They must not come back. */
const odd = [
  // In two pieces, because the linter knows these words, too.
  ["If you have got the link from some", "body"].join(""),
  ["Only those", "who have one"].join(" "),
  "Make a wish",
  "Reading the wish",
  "Change the wish",
  "Make it after all",
  "Trips that you wish for",
  "With commas in between",
  "To the first page",
  "There is nothing at this path",
  "has lost its end on the way",
  "The research came to no end",
  "Problems that this API answers with",
  "A picture of it",
  "You have sent many wishes",
];

/** The folders with texts for travelers, developers and operators. */
const folders = ["web", "routes", "jobs", "lib", "ops", "docs", "examples"];

Deno.test("no page, message or document contains the odd sentences", async () => {
  const files = ["README.md", ...await Array.fromAsync(textsBelow("docs"))];
  for (const folder of folders) files.push(...await Array.fromAsync(filesBelow(folder)));
  const found: string[] = [];
  for (const file of new Set(files)) {
    // A sentence may continue on the next line.
    const text = (await Deno.readTextFile(join(root, file))).replaceAll(/[\s"+]+/g, " ");
    const lower = text.toLowerCase();
    found.push(
      ...odd.filter((text) => lower.includes(text.toLowerCase())).map((text) => `${file}: ${text}`),
    );
  }
  assertEquals(found, []);
});

/** Finds all documents below a folder. */
async function* textsBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    if (isDirectory) yield* textsBelow(`${folder}/${name}`);
    else if (name.endsWith(".md")) yield `${folder}/${name}`;
  }
}
