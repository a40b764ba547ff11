/**
 * The tests that documents name: `docs/invariants.md` and `docs/security.md` list tests below each of
 * their claims.
 * @module
 */
import { join } from "node:path";
import { filesBelow, root } from "./source_files.ts";

/** A claim of a document, and the names of the tests that check it. */
export interface Claim {
  /** The heading of a section, or the first cell of a row. */
  claim: string;
  tests: string[];
}

/** The heading of the last column of a table whose rows are claims. */
const TESTS_COLUMN = /\| tests +\|$/;

/**
 * Returns the claims of a document: each section with a heading of this level, which lists its tests,
 * and each row of a table whose last column has tests.
 *
 * @param heading `##` or `###`
 */
export function claimsOf(text: string, heading: "##" | "###"): Claim[] {
  const claims: Claim[] = [];
  let section: Claim | undefined;
  let isTable = false;
  for (const line of text.split("\n")) {
    const [, level, title = ""] = line.match(/^(##+) (.*)$/) ?? [];
    if (level !== undefined) {
      section = level === heading ? { claim: title, tests: [] } : undefined;
      if (section) claims.push(section);
    }
    const [, listed] = line.match(/^- `(.*)`$/) ?? [];
    if (listed !== undefined) section?.tests.push(listed);
    if (!line.startsWith("|")) isTable = false;
    else if (TESTS_COLUMN.test(line)) isTable = true;
    else if (isTable && !line.startsWith("| ---")) claims.push(claimOfRow(line));
  }
  return claims;
}

function claimOfRow(line: string): Claim {
  const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
  const tests = [...cells.at(-1)!.matchAll(/`([^`]*)`/g)].map(([, name]) => name!);
  return { claim: cells[0]!, tests };
}

/** The first argument of a function that registers a test: a text, or an object with a name. */
const REGISTERED = /\b(?:Deno\.test|[a-z]\w*Test)\(\s*(?:\{\s*name:\s*)?(["`])(.*?)\1/g;

/** The name of a test in a constant: one text, or the sum of two. */
const IN_CONSTANT = /const (\w+) = (["`])(.*?)\2(?: \+\s*(["`])(.*?)\4)?;\s*Deno\.test\(\1,/g;

/** Returns the names of the tests in a source, with their placeholders. */
export function namesIn(source: string): string[] {
  return [
    ...[...source.matchAll(REGISTERED)].map(([, , name]) => name!),
    ...[...source.matchAll(IN_CONSTANT)].map(([, , , first, , second = ""]) => first + second),
  ];
}

/** Returns whether a test has this name, in which each placeholder stands for any text, also for none. */
export function matchesName(name: string, test: string): boolean {
  const literal = name.split(/\$\{[^}]*\}/).map((part) => part.replace(/[^\w\s]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`).test(test);
}

/** Returns the names of all tests below `tests/`, with their placeholders. */
export async function testNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const path of filesBelow("tests")) {
    if (!path.endsWith("_test.ts")) continue;
    names.push(...namesIn(await Deno.readTextFile(join(root, path))));
  }
  return names;
}
