/**
 * Builds denokv into the cache of the user, with cargo. It takes about four minutes on two cores.
 * Later calls find the binary. The last line of the output is its path.
 *
 * `deno task denokv`
 */
import { builtDenokv, DENOKV_VERSION, denokvDirectory, findDenokv } from "./denokv.ts";

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

function build(): void {
  const missing = tools.filter((tool) => !hasTool(tool));
  if (missing.length > 0) {
    console.error(`Cannot build denokv: ${missing.join(" and ")} not found`);
    Deno.exit(1);
  }
  const args = ["install", "denokv", "--version", DENOKV_VERSION, "--locked", "--quiet"];
  const { success } = new Deno.Command("cargo", {
    args: [...args, "--root", denokvDirectory()],
    stdout: "inherit",
    stderr: "inherit",
  }).outputSync();
  if (!success) {
    console.error("Cannot build denokv: cargo failed");
    Deno.exit(1);
  }
}

if (findDenokv() === null) build();
console.log(findDenokv() ?? builtDenokv());
