/**
 * Parses and validates the answers of a model. After a truncated answer the model gets one more
 * turn with twice the tokens. After an invalid answer it gets one more turn with the list of
 * problems. A second truncated or invalid answer fails the job. Text around the JSON document is
 * ignored. Some servers do not report that an answer was truncated, so an unfinished document counts
 * as truncated.
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import { findJson } from "./json_document.ts";

/** A complete or truncated answer. */
interface Answer {
  text: string | null;
  truncated: boolean;
}

/** The value, or `feedback` for the next turn (`null`: repeat the turn with more tokens). */
export type Review<T> = { value: T } | { feedback: string | null };

/** The largest number of problems in one feedback. */
const MAX_PROBLEMS = 20;

/** Reviews the answers of one job. The same turns give the same results. */
export class OutputReview<T> {
  readonly #schema: z.ZodType<T>;
  #maxTokens: number;
  #wasCutOff = false;
  #wasWrong = false;

  /** @param maxTokens the limit of the first answer; it doubles after a truncated answer */
  constructor(schema: z.ZodType<T>, maxTokens: number) {
    this.#schema = schema;
    this.#maxTokens = maxTokens;
  }

  /** The limit of the next answer, in tokens. */
  get maxTokens(): number {
    return this.#maxTokens;
  }

  /**
   * Reviews an answer.
   *
   * @throws {JobError} `truncated` or `invalid_output` at the second such answer
   */
  judge({ text, truncated }: Answer): Review<T> {
    const found = findJson(text ?? "");
    if ("problem" in found) {
      if (truncated || found.problem === "cut") return this.#cutOff();
      return this.#wrong(notOneDocument(found.problem));
    }
    const parsed = this.#schema.safeParse(found.value);
    if (parsed.success) return { value: parsed.data };
    // Only what follows a complete document may be cut off.
    return truncated ? this.#cutOff() : this.#wrong(parsed.error);
  }

  #cutOff(): Review<T> {
    if (this.#wasCutOff) {
      throw new JobError("truncated", "OpenAI API response was cut off at its token limit");
    }
    this.#wasCutOff = true;
    this.#maxTokens *= 2;
    return { feedback: null };
  }

  #wrong(error: z.ZodError): Review<T> {
    if (this.#wasWrong) {
      throw new JobError("invalid_output", "OpenAI API response did not match the expected format");
    }
    this.#wasWrong = true;
    return {
      feedback: feedbackOn("Your answer does not keep to the required format:", problemsOf(error)),
    };
  }
}

/**
 * Writes what the model should correct.
 *
 * @param max how many of the problems the model reads
 */
export function feedbackOn(
  heading: string,
  problems: readonly string[],
  max = MAX_PROBLEMS,
): string {
  return [
    heading,
    ...problems.slice(0, max).map((problem) => `- ${problem}`),
    "Answer again with the whole corrected JSON document and nothing else.",
  ].join("\n");
}

function notOneDocument(problem: "none" | "several"): z.ZodError {
  const message = problem === "none"
    ? "the answer is not a JSON document"
    : "the answer has several JSON documents";
  return new z.ZodError([{ code: "custom", path: [], message, input: undefined }]);
}

/** Lists the problems and their paths, for the model. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => `${path.join(".") || "(root)"}: ${message}`);
}
