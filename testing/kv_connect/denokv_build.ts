/**
 * Builds denokv into the cache of the user, with cargo. It takes about four minutes on two cores.
 * Later calls find the binary. The last line of the output is its path.
 *
 * `--quick` builds it without optimizations, in about 75 seconds, and beside the other one: tests use
 * it only if `DENOKV_BIN` names it.
 *
 * `deno task denokv [--quick]`
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DENOKV_VERSION, denokvDirectory, denokvIn } from "./denokv.ts";

/** What the build needs, and how it is asked for its version. */
const tools = ["cargo", "protoc"];

function hasTool(tool: string): boolean {
  try {
    return new Deno.Command(tool, { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

function build(directory: string, { isQuick }: { isQuick: boolean }): void {
  const missing = tools.filter((tool) => !hasTool(tool));
  if (missing.length > 0) {
    console.error(`Cannot build denokv: ${missing.join(" and ")} not found`);
    Deno.exit(1);
  }
  const args = ["install", "denokv", "--version", DENOKV_VERSION, "--locked", "--quiet"];
  const { success } = new Deno.Command("cargo", {
    args: [...args, "--root", directory],
    ...(isQuick && { env: { CARGO_PROFILE_RELEASE_OPT_LEVEL: "0" } }),
    stdout: "inherit",
    stderr: "inherit",
  }).outputSync();
  if (!success) {
    console.error("Cannot build denokv: cargo failed");
    Deno.exit(1);
  }
}

const isQuick = Deno.args.includes("--quick");
const directory = isQuick ? join(denokvDirectory(), "quick") : denokvDirectory();
const binary = denokvIn(directory);
if (!existsSync(binary)) build(directory, { isQuick });
console.log(binary);
