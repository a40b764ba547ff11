/**
 * From what a model wrote to a value that keeps to its schema. A model gets one second chance for
 * an answer that was cut off (more room) and one for an answer of the wrong shape (shown what was
 * wrong); after that the job fails.
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import { parseJson } from "../json.ts";

/** An answer that came to an end, or to its limit. */
interface Answer {
  text: string | null;
  truncated: boolean;
}

/** Either the value, or `feedback` for the next turn (`null`: ask the same again, with more room). */
export type Review<T> = { value: T } | { feedback: string | null };

/** How many problems the model is told of at once. */
const MAX_PROBLEMS = 10;

/** Reviews the answers of one job. Feed it the same turns again and it comes to the same verdicts. */
export class OutputReview<T> {
  readonly #schema: z.ZodType<T>;
  #maxTokens: number;
  #wasCutOff = false;
  #wasWrong = false;

  /** @param maxTokens room for the first answer; the second chance gets twice as much */
  constructor(schema: z.ZodType<T>, maxTokens: number) {
    this.#schema = schema;
    this.#maxTokens = maxTokens;
  }

  /** Room for the next answer, in tokens. */
  get maxTokens(): number {
    return this.#maxTokens;
  }

  /** @throws {JobError} `truncated` or `invalid_output`, when the second chance is used up */
  judge({ text, truncated }: Answer): Review<T> {
    if (truncated) return this.#cutOff();
    const parsed = this.#parse(text ?? "");
    return parsed.success ? { value: parsed.data } : this.#wrong(parsed.error);
  }

  #parse(text: string) {
    const json = parseJson(text);
    return json === undefined
      ? z.never({ error: "the answer is not a JSON document" }).safeParse(text)
      : this.#schema.safeParse(json);
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
      feedback: [
        "Your answer does not keep to the required format:",
        ...problemsOf(error).map((problem) => `- ${problem}`),
        "Answer again with the whole corrected JSON document and nothing else.",
      ].join("\n"),
    };
  }
}

/** What is wrong and where, in sentences for the model. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => `${path.join(".") || "(root)"}: ${message}`);
}
