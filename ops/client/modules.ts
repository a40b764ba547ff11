/**
 * The modules of the client package.
 * @module
 */

/** The modules, by the names that their files have in the package. */
export const entries = { client: "web/client/client.ts", react: "web/client/react.ts" } as const;

/** The name of a module in the package. */
export type Entry = keyof typeof entries;

/** Returns the path of the file with the types of a module. */
export function typesPath(name: Entry): string {
  return `web/client/package/${name}.d.ts`;
}
