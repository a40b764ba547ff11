/**
 * What goes wrong on pages, as problems.
 * @module
 */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { type Problem, ProblemError } from "../http/problem.ts";
import { internalProblem } from "../http/send_problem.ts";

const foreignForm: Problem = { code: "foreign_form", detail: "The form is another site's" };

/** The problem that an error stands for. Of what pages use, only `csrf` throws `HTTPException`. */
export function problemOf(c: Context, error: Error): Problem {
  if (error instanceof ProblemError) return error.problem;
  return error instanceof HTTPException ? foreignForm : internalProblem(c, error);
}
