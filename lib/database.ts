/**
 * Opens the database.
 * @module
 */
import { dirname } from "node:path";

/**
 * Opens Deno KV.
 *
 * @param path a file, `:memory:`, or the URL of a KV Connect server; unset, the default of the
 * platform: a file of Deno's own locally, the app's database on Deno Deploy
 */
export async function openDatabase(path: string | undefined): Promise<Deno.Kv> {
  if (path !== undefined && path !== ":memory:" && !URL.canParse(path)) {
    await Deno.mkdir(dirname(path), { recursive: true });
  }
  return await Deno.openKv(path);
}
