/**
 * Why the work on a job stops before the job has ended.
 * @module
 */

/** The reason of an abort signal; not a failure of the job. */
export class Interruption extends Error {
  override name = "Interruption";
  /**
   * @param why `lost`: another instance holds the job now, or it was canceled; `stopping`: this
   * instance shuts down; `over`: the attempt has ended
   */
  constructor(readonly why: "lost" | "stopping" | "over") {
    super(`Interrupted: ${why}`);
  }
}
