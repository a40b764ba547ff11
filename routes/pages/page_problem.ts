/**
 * Turns the errors of pages into problems, and problems into texts for travelers.
 * @module
 */
import type { Context } from "hono";
import type { Refusal } from "../../web/app/refusal.ts";
import type { ServerWords } from "../../web/words/words.ts";
import type { AnswerHeaders } from "../http/answer.ts";
import {
  type PageText,
  type Problem,
  ProblemError,
  type ProblemStatus,
  problemTypes,
} from "../http/problem.ts";
import { internalProblem } from "../http/send_problem.ts";

/** The problem of a form that a page of another site has sent. */
export const foreignForm: Problem = {
  code: "foreign_form",
  detail: "The form was sent from another site",
};

/** Returns the problem for an error. */
export function problemOf(c: Context, error: Error): Problem {
  return error instanceof ProblemError ? error.problem : internalProblem(c, error);
}

/** Returns what the page of a form says about an error, and the status and headers of its answer. */
export function refusalOf(c: Context, error: Error): {
  refusal: Refusal;
  status: ProblemStatus;
  headers: AnswerHeaders;
} {
  const { code, headers = {}, extensions } = problemOf(c, error);
  const retryAfterSeconds = Number(headers["retry-after"] ?? NaN) || null;
  const note = typeof extensions?.note === "string" ? extensions.note : null;
  return {
    refusal: { code, retryAfterSeconds, note },
    status: problemTypes[code].status,
    headers,
  };
}

/**
 * Returns what a page says about a problem. The title and the detail of a problem are for developers,
 * so a page has texts of its own.
 */
export function pageTextOf({ code, page = code }: Problem, { problems }: ServerWords): PageText {
  if (typeof page === "object") return page;
  const pages: Record<string, PageText> = problems.pages;
  if (Object.hasOwn(pages, page)) return pages[page]!;
  return problemTypes[code].status >= 500 ? problems.other : problems.refused;
}
