/**
 * The variables of the command line: from the environment and the file `.env`.
 * @module
 */
import { parse } from "dotenv";
import { AdminError } from "./exit_codes.ts";

/** All variables that the command line reads. The task may read no others. */
export const adminVariables = [
  "ADMIN_TOKEN",
  "TRIPWRIGHT_URL",
  // The names of the login, on Unix and Windows.
  "USER",
  "LOGNAME",
  "USERNAME",
] as const;

/** The variables that are set. */
export type Variables = Partial<Record<typeof adminVariables[number], string>>;

/**
 * Reads the variables. The environment wins over the file, as for the service.
 *
 * @throws {AdminError} if the file cannot be read
 */
export async function readVariables(): Promise<Variables> {
  const file: Variables = await readEnvFile();
  const set = adminVariables.map((name) => [name, Deno.env.get(name) || file[name]]);
  return Object.fromEntries(set.filter(([, value]) => value));
}

async function readEnvFile(): Promise<Record<string, string>> {
  try {
    return parse(await Deno.readTextFile(".env"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    const reason = error instanceof Error ? error.message : "unknown";
    throw new AdminError("usage", `Cannot read the file .env: ${reason}`);
  }
}
