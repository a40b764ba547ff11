/**
 * Turns the errors of pages into problems.
 * @module
 */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { type Problem, ProblemError } from "../http/problem.ts";
import { internalProblem } from "../http/send_problem.ts";

const foreignForm: Problem = {
  code: "foreign_form",
  detail: "The form was sent from another site",
};

/** Returns the problem for an error. On pages, only `csrf` throws `HTTPException`. */
export function problemOf(c: Context, error: Error): Problem {
  if (error instanceof ProblemError) return error.problem;
  return error instanceof HTTPException ? foreignForm : internalProblem(c, error);
}
