/** The types of the client package: up to date, documented, and the same as those of the sources. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import ts from "typescript";
import { parseConfig } from "../../../lib/config.ts";
import { createKinds } from "../../../jobs/registry.ts";
import { type Entry, typesPath } from "../../../ops/client/modules.ts";
import { writeTypes } from "../../../ops/client/types.ts";
import { root } from "../../../testing/source_files.ts";
import type * as source from "../../../web/client/client.ts";
import type * as packed from "../../../web/client/package/client.d.ts";

const entries: Entry[] = ["client", "react"];

Deno.test("the types of the client match the code; otherwise run deno task docs", async () => {
  const written = await writeTypes(createKinds(parseConfig({})));
  for (const name of entries) {
    assertStrictEquals(await Deno.readTextFile(join(root, typesPath(name))), written[name], name);
  }
});

/** Lists the members of interfaces and classes, and the functions, that have no comment. */
function uncommented(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const look = (node: ts.Node, owner: string) => {
    const name = (node as ts.NamedDeclaration).name?.getText(file) ?? "";
    const isMember = ts.isPropertySignature(node) || ts.isMethodSignature(node) ||
      ts.isPropertyDeclaration(node);
    const isDeclared = ts.isFunctionDeclaration(node) || ts.isInterfaceDeclaration(node) ||
      ts.isClassDeclaration(node) || ts.isTypeAliasDeclaration(node);
    if ((isMember || isDeclared) && ts.getJSDocCommentsAndTags(node).length === 0) {
      found.push(`${owner}.${name}`);
    }
    // Types that only other types need.
    if (isDeclared && /ByNoun$|^(JobOf|PartsOf|Ended)$/.test(name)) return;
    ts.forEachChild(node, (child) => look(child, isDeclared ? name : owner));
  };
  look(file, "");
  return found;
}

for (const name of entries) {
  Deno.test(`each member in ${typesPath(name)} has a comment`, async () => {
    const text = await Deno.readTextFile(join(root, typesPath(name)));
    const file = ts.createSourceFile("types.ts", text, ts.ScriptTarget.Latest, true);
    assertEquals(uncommented(file), []);
    assert(uncommented(ts.createSourceFile("x.ts", "interface A { b: 1 }", 99, true)).length > 0);
  });
}

/** A type without the difference between an absent member and `undefined`. */
type Plain<T> = T extends readonly (infer Item)[] ? Plain<Item>[]
  : T extends (...args: never[]) => unknown ? T
  : T extends object ? { [Name in keyof T]: Plain<Exclude<T[Name], undefined>> }
  : T;

/** `true` if each of two types can be used as the other one. */
type Same<A, B> = [Plain<A>] extends [Plain<B>] ? [Plain<B>] extends [Plain<A>] ? true : false
  : false;

Deno.test("the types of the package are those of the sources", () => {
  // The compiler checks this: each type has to be `true`.
  const same: [
    Same<source.ItineraryJob, packed.ItineraryJob>,
    Same<source.GenerationJob, packed.GenerationJob>,
    Same<source.ItinerarySummary, packed.ItinerarySummary>,
    Same<source.GenerationSummary, packed.GenerationSummary>,
    Same<source.ItineraryWish, packed.ItineraryWish>,
    Same<source.GenerationWish, packed.GenerationWish>,
    Same<source.ItineraryChange, packed.ItineraryChange>,
    Same<source.GenerationChange, packed.GenerationChange>,
    Same<source.Activity, packed.Activity>,
    Same<source.KeyEvent, packed.KeyEvent>,
    Same<source.JobId, packed.JobId>,
    Same<source.Noun, packed.Noun>,
  ] = [true, true, true, true, true, true, true, true, true, true, true, true];
  assert(same.every(Boolean));
});
