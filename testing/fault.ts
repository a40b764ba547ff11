/**
 * Faults for the real program. A test preloads a small module (`--preload`) that calls {@link
 * haltAt}; the program has no code for it.
 * @module
 */
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
  const openKv = Deno.openKv;
  let seen = 0;
  let isHalted = false;
  async function halt(): Promise<never> {
    isHalted = true;
    console.log(JSON.stringify({ message: "halted" }));
    return await new Promise(() => {});
  }
  async function openHookedKv(path?: string): Promise<Kv> {
    const { kv, hooks } = hookKv(await openKv(path));
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
  }
  Object.defineProperty(Deno, "openKv", { value: openHookedKv });
}
