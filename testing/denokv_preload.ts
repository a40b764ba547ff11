/**
 * Puts a server of KV Connect in the place of databases in memory, for `deno task test:denokv`. A test
 * must close its database before the next one opens another.
 * @module
 */
import { join } from "node:path";
import { Denokv, openEmptied } from "./denokv.ts";

const directory = await Deno.makeTempDir();
// It starts before the tests, because each of them must end what it has started.
const server = await Denokv.start(join(directory, "denokv.sqlite"));
globalThis.addEventListener("unload", () => {
  server.kill();
  Deno.removeSync(directory, { recursive: true });
});

const openKv = Deno.openKv;
Object.defineProperty(Deno, "openKv", {
  configurable: true,
  value: (path?: string) => path === ":memory:" ? openEmptied(server.url, openKv) : openKv(path),
});
