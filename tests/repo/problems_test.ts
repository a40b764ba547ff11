import assert from "node:assert/strict";
import { join } from "node:path";
import { problemTypes } from "../../routes/http/problem.ts";

const path = join(import.meta.dirname!, "../../docs/problems.md");

/** A problem as a section of the document. */
function section(code: string, { status, title, advice }: typeof problemTypes["internal"]): string {
  return `## ${code}\n\n**${status}** ${title}. ${advice}`;
}

/** Line breaks do not matter. */
const oneLine = (text: string) => text.trim().replaceAll(/\s+/g, " ");

Deno.test("docs/problems.md explains every problem, in the words of the running server", async () => {
  const [, ...sections] = (await Deno.readTextFile(path)).split(/^(?=## )/m);
  const expected = Object.entries(problemTypes).map(([code, type]) =>
    section(code, type as typeof problemTypes["internal"])
  );
  assert.deepEqual(sections.map(oneLine), expected.map(oneLine));
});
