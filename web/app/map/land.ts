/**
 * The land that a map shows.
 * @module
 */

/** The land in the part of the world that a map shows. */
export interface Land {
  readonly paths: Readonly<Record<string, string>>;
}
