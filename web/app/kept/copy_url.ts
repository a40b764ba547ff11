/**
 * The addresses of copies.
 * @module
 */
import type { CopySummary } from "./copies.ts";

/** Returns the address of a copy. That of a file is no address of a trip. */
export function copyUrl({ id, origin }: Pick<CopySummary, "id" | "origin">): string {
  return `/${origin === "file" ? "copies" : "trips"}/${id}`;
}

/** Returns the id in the address of a trip or a copy; `null`: it is the address of another page. */
export function copyIdIn(path: string): string | null {
  return path.match(/^\/(?:trips|copies)\/([\w-]+)$/)?.[1] ?? null;
}
