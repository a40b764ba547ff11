import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../ops/admin/exit_codes.ts";
import { runAdmin } from "../../../ops/admin/program.ts";
import { RecordedTerminal } from "../../../testing/admin_command.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { root } from "../../../testing/source_files.ts";

const [, section] = (await Deno.readTextFile(join(root, "docs/operations.md")))
  .match(/^## Command line\n([^]*?)^## /m)!;

/** The first words of the commands in a help. */
async function commandsIn(...args: string[]): Promise<string[]> {
  const terminal = new RecordedTerminal();
  const readVariables = () => Promise.resolve({});
  const code = await runAdmin([...args, "--help"], {
    terminal,
    clock: new FakeClock(),
    readVariables,
  });
  assertEquals(code, 0);
  const [, list] = terminal.written.join("\n").match(/^Commands:\n((?: .*\n?)+)/m)!;
  return [...list!.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name!)
    .filter((name) => name !== "help");
}

Deno.test("docs/operations.md lists each command of the command line, and no other", async () => {
  const commands = await commandsIn();
  const keys = (await commandsIn("keys")).filter((name) => name !== "list");
  const listed = [...section!.matchAll(/^\| `([\w-]+(?: create| revoke)?)/gm)].map(([, name]) =>
    name
  );
  const all = [...commands, ...keys.map((name) => `keys ${name}`)];
  assert(all.length > 15);
  assertEquals(listed.toSorted(), all.toSorted());
});

Deno.test("docs/operations.md lists each exit code", () => {
  const listed = [...section!.matchAll(/^\| (\d) /gm)].map(([, code]) => Number(code));
  assertEquals(listed, Object.values(exitCodes));
});
