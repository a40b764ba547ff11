/**
 * Faults for the real program. A test lets the program load a small module first (`--preload`), which
 * calls {@link haltAt}; the program itself knows nothing of it.
 * @module
 */
import { hookKv } from "./hooked_kv.ts";

/** A moment in the life of the program: just before, or just after, one of its commits. */
export interface FaultPoint {
  when: "before" | "after";
  /** What the commit does, by the keys that it sets. */
  commit: keyof typeof commits;
  /** Which of these commits, counted from 1. */
  nth?: number;
}

const commits = {
  accept: (sorts: string[]) => sorts.includes("due") && !sorts.includes("bell"),
  claim: (sorts: string[]) => sorts.includes("running"),
  step: (sorts: string[]) => sorts.includes("step"),
  complete: (sorts: string[]) => sorts.includes("result"),
  heartbeat: (sorts: string[]) => sorts.join() === "instance",
  release: (sorts: string[]) => sorts.includes("due") && sorts.includes("bell"),
};

/** Lets the program stop for ever at this point, and say so in its log: `halted`. */
export function haltAt({ when, commit, nth = 1 }: FaultPoint): void {
  const openKv = Deno.openKv;
  let seen = 0;
  let isHalted = false;
  async function halt(): Promise<never> {
    isHalted = true;
    console.log(JSON.stringify({ message: "halted" }));
    return await new Promise(() => {});
  }
  async function openHookedKv(path?: string): Promise<Deno.Kv> {
    const { kv, hooks } = hookKv(await openKv(path));
    hooks.commit = async (sets, run) => {
      // A bell that rings before the program is killed must not start the job that was accepted.
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
