/**
 * The suites that `deno task test` runs side by side. Deno loads and compiles all code again for
 * each module with tests. So a suite is one module that imports many files of tests, which halves
 * the processor time.
 * @module
 */
import { join } from "node:path";
import { filesBelow, root } from "./source_files.ts";

/** A suite: the tests below some folders, in one or several parts of about the same length. */
export interface Suite {
  folders: string[];
  parts: number;
}

export const SUITES = {
  /** Tests that start Chromium. They wait more than others, so they are in several parts. */
  pages: { folders: ["tests/pages"], parts: 4 },
  /** Tests that start the program or other commands. */
  programs: {
    folders: ["tests/process", "tests/repo", "tests/bench", "tests/ops/admin"],
    parts: 2,
  },
  routes: { folders: ["tests/routes", "tests/web"], parts: 1 },
  units: { folders: ["tests/jobs", "tests/lib"], parts: 1 },
  /** Tests that install npm packages. */
  client: { folders: ["tests/ops/client"], parts: 1 },
} satisfies Record<string, Suite>;

/** Lists the files of tests in a part of a suite. `part` counts from 1. */
export async function testFilesOf({ folders, parts }: Suite, part: number): Promise<string[]> {
  const files = (await Promise.all(folders.map((folder) => Array.fromAsync(filesBelow(folder)))))
    .flat().filter((path) => /_test\.tsx?$/.test(path)).sort();
  return files.filter((_, index) => index % parts === part - 1);
}

/** Registers the tests of a part of a suite. `part` counts from 1. */
export async function registerTests(suite: keyof typeof SUITES, part = 1): Promise<void> {
  for (const file of await testFilesOf(SUITES[suite], part)) await import(join(root, file));
}
