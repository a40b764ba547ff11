/**
 * The wish of a job to continue later, because something else must happen first.
 * @module
 */

/** Thrown by a kind's `generate()`: the job is put back, and the attempt is not counted. */
export class Postponement extends Error {
  override name = "Postponement";
  /** When the job is due again, in epoch milliseconds. */
  readonly until: number;

  constructor(why: string, until: number) {
    super(why);
    this.until = until;
  }
}
