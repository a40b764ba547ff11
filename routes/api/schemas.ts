/**
 * The schemas of the answers that are not about a job's state: problems and read tokens.
 * @module
 */
import { z } from "zod";
import { Status } from "../../jobs/job_answer.ts";
import { type ProblemCode, problemTypes } from "../http/problem.ts";

/** The schema of problem details (RFC 9457). */
export const Problem = z.object({
  type: z.string().describe("The path of a page that explains the problem, on this server"),
  title: z.string().describe("A short summary, the same for each occurrence of the problem"),
  status: z.int().describe("The HTTP status"),
  detail: z.string().describe("What is wrong with this request"),
  code: z.enum(Object.keys(problemTypes) as [ProblemCode, ...ProblemCode[]]).describe(
    "The name of the problem, for programs",
  ),
  error: z.string().describe("The same text as `detail`, for clients of the older services"),
  errors: z.array(z.object({
    pointer: z.string().optional().describe("A member of the body, as a JSON pointer"),
    parameter: z.string().optional().describe("A query parameter"),
    detail: z.string().describe("What is wrong with this value"),
  })).optional().describe("The values in the request that are not valid"),
  state: Status.optional().describe("How the job ended"),
}).meta({ id: "Problem" });

/** The schema of a new read token. */
export const ReadToken = z.object({
  token: z.string().describe("The value of the query parameter `token`"),
  expiresAt: z.iso.datetime().describe("When the token expires"),
}).meta({ id: "ReadToken" });
export type ReadToken = z.output<typeof ReadToken>;
