/**
 * Turns the errors of pages into problems, and problems into texts for travelers.
 * @module
 */
import type { Context } from "hono";
import { NOT_YOURS } from "../../web/app/refusal.ts";
import {
  type PageText,
  type Problem,
  type ProblemCode,
  ProblemError,
  problemTypes,
} from "../http/problem.ts";
import { internalProblem } from "../http/send_problem.ts";

/** The problem of a form that a page of another site has sent. */
export const foreignForm: Problem = {
  code: "foreign_form",
  detail: "The form was sent from another site",
  page: {
    title: "This form came from another site",
    text: "For your safety, we only accept forms from our own pages. Open our page and send the " +
      "form from there.",
  },
};

/** The texts for problems whose own texts are for developers. */
const texts: Partial<Record<ProblemCode, PageText>> = {
  incomplete_body: {
    title: "Your form didn't arrive completely",
    text: "Go back and send it again.",
  },
  body_timeout: {
    title: "Your form took too long",
    text: "Check your connection, go back and send it again.",
  },
  body_too_large: {
    title: "Your text is too long",
    text: "Go back and shorten it.",
  },
  not_owner: {
    title: "You can't cancel this plan",
    text: NOT_YOURS,
  },
  route_not_found: {
    title: "Page not found",
    text: "This page doesn't exist. The link may be wrong or incomplete.",
  },
  rate_limited: {
    title: "Please wait a moment",
    text: "You've opened or sent too many pages in a short time.",
  },
};

/** Returns the problem for an error. */
export function problemOf(c: Context, error: Error): Problem {
  return error instanceof ProblemError ? error.problem : internalProblem(c, error);
}

/** Returns what a page says about a problem. */
export function pageTextOf({ code, detail, page }: Problem): PageText {
  return page ?? texts[code] ?? { title: problemTypes[code].title, text: `${detail}.` };
}
