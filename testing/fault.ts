/**
 * Faults for the real program. A test preloads a small module that calls {@link haltAt}; the program
 * has no code for it. The module runs on the runtime of the program: Deno or Node.js.
 * @module
 */
import module from "node:module";
import { hookKv } from "./hooked_kv.ts";
import type { Kv } from "../lib/platform/kv.ts";

/** A point in the run of the program: just before or just after one of its commits. */
export interface FaultPoint {
  when: "before" | "after";
  /** The purpose of the commit, recognized by the keys that it sets. */
  commit: keyof typeof commits;
  /** The number of the commit with this purpose, counted from 1. */
  nth?: number;
}

const commits = {
  /** Of a job that starts at once: the same commit claims it. */
  accept: (sorts: string[]) => sorts.includes("job") && sorts.includes("running"),
  /** Of the plan that a refinement starts from, before its `accept`. */
  base: (sorts: string[]) => sorts.includes("base"),
  /** The first one is that of `accept`. */
  claim: (sorts: string[]) => sorts.includes("running"),
  step: (sorts: string[]) => sorts.includes("step"),
  complete: (sorts: string[]) => sorts.includes("result"),
  heartbeat: (sorts: string[]) => sorts.join() === "instance",
  replay: (sorts: string[]) => sorts.includes("replayed"),
  release: (sorts: string[]) => sorts.includes("due") && sorts.includes("bell"),
};

/** Halts the program for ever at this point, and logs `halted`. */
export function haltAt({ when, commit, nth = 1 }: FaultPoint): void {
  let seen = 0;
  let isHalted = false;
  async function halt(): Promise<never> {
    isHalted = true;
    console.log(JSON.stringify({ message: "halted" }));
    return await new Promise(() => {});
  }
  wrapDatabase((opened) => {
    const { kv, hooks } = hookKv(opened);
    hooks.commit = async (sets, run) => {
      // A doorbell that rings before the program is killed must not start the accepted job.
      if (isHalted && commit === "accept") await new Promise(() => {});
      const hit = commits[commit](sets.map(([sort]) => String(sort))) && ++seen === nth;
      if (hit && when === "before") await halt();
      const result = await run();
      if (hit) await halt();
      return result;
    };
    return kv;
  });
}

/** Wraps each database that the program opens. */
export function wrapDatabase(wrap: (kv: Kv) => Kv): void {
  if (!globalThis.Deno) return wrapPackage(wrap);
  const openKv = Deno.openKv;
  const value = async (path?: string) => wrap(await openKv(path));
  Object.defineProperty(Deno, "openKv", { value });
}

/** Puts a module in the place of the package `@deno/kv` that opens its databases and wraps them. */
function wrapPackage(wrap: (kv: Kv) => Kv): void {
  Object.assign(globalThis, { wrapDatabase: wrap });
  module.registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (specifier !== "@deno/kv") return found;
      const source = `import { openKv as open } from ${JSON.stringify(found.url)};
        export const openKv = async (...args) => wrapDatabase(await open(...args));`;
      return { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true };
    },
  });
}
