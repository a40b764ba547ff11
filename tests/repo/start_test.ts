import { assertEquals } from "@std/assert";

/** Loads what the program loads at its start, with a trap in place of each constructor of `Intl`. */
const script = `
for (const name of Object.getOwnPropertyNames(Intl)) {
  if (typeof Intl[name] !== "function" || !Intl[name].prototype) continue;
  Intl[name] = class { constructor() { throw new Error("the start uses Intl." + name); } };
}
const { createKinds } = await import("./jobs/registry.ts");
const { parseConfig } = await import("./lib/config.ts");
await Promise.all([import("./routes/app.ts"), import("./jobs/runtime/runtime.ts")]);
createKinds(parseConfig({}));
console.log("loaded");
`;

Deno.test("the start of the program does not use Intl, which takes 12 ms and 4 MiB", async () => {
  const command = new Deno.Command(Deno.execPath(), { args: ["eval", "--no-check", script] });
  const { stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  assertEquals([text(stdout), text(stderr)], ["loaded", ""]);
});
