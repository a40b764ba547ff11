/**
 * The exit codes of the command line, and the error that chooses one.
 * @module
 */

/** Why the command line ends, with its exit code. `docs/operations.md` lists them. */
export const exitCodes = {
  /** The command is done. */
  done: 0,
  /** The service has refused the command, or has failed. */
  refused: 1,
  /** The command or one of its values is not valid. */
  usage: 2,
  /** The service has nothing with this id. */
  notFound: 3,
  /** The service cannot be reached, or something else answers at its URL. */
  unreachable: 4,
  /** The token is missing or wrong. */
  notAllowed: 5,
} as const;

/** Why a command is not done. */
export type FailureReason = Exclude<keyof typeof exitCodes, "done">;

/** A command that is not done. Its message is for the operator. */
export class AdminError extends Error {
  override name = "AdminError";
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
