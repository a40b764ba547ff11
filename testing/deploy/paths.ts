/**
 * The paths that only the simulated platform requests. Clients cannot reach them.
 * @module
 */

/** `GET` lists the names of the crons. `POST`, with a name after it, runs one of them. */
export const CRON_PATH = "/.platform/crons/";
