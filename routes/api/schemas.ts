/**
 * The schema of problems, for the description of the API. Tests hold the answers to it.
 * @module
 */
import { z } from "zod";
import { Status } from "../../jobs/job_answer.ts";
import { type ProblemCode, problemTypes } from "../http/problem.ts";

/** Problem details (RFC 9457). */
export const Problem = z.object({
  type: z.string().describe("Where the problem is explained, a path on this server"),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe("What is wrong this time"),
  code: z.enum(Object.keys(problemTypes) as [ProblemCode, ...ProblemCode[]]),
  error: z.string().describe("`detail` once more, for clients of the services before this one"),
  errors: z.array(z.object({
    pointer: z.string().optional().describe("A member of the body, as a JSON pointer"),
    parameter: z.string().optional().describe("A query parameter"),
    detail: z.string(),
  })).optional(),
  state: Status.optional().describe("How the job has ended"),
}).meta({ id: "Problem" });
