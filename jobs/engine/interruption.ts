/**
 * The reason why work on a job stops before the job ends.
 * @module
 */

/** The reason of an abort signal. It is not a failure of the job. */
export class Interruption extends Error {
  override name = "Interruption";
  /**
   * @param why `lost`: another instance holds the job, or the job was canceled; `stopping`: this
   * instance shuts down; `over`: the attempt has ended
   */
  constructor(readonly why: "lost" | "stopping" | "over") {
    super(`Interrupted: ${why}`);
  }
}
