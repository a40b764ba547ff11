/**
 * The schemas of the answers that are not about a job's state: problems, read tokens and health.
 * @module
 */
import { z } from "zod";
import { Status } from "../../jobs/job_answer.ts";
import { type ProblemCode, problemTypes } from "../http/problem.ts";

const time = z.iso.datetime();
const bytes = z.number().nullable();

const Storage = z.object({
  state: z.enum(["ok", "low", "full"]).describe(
    "`low`: new jobs are refused; `full`: waiting jobs do not start either",
  ),
  isWritable: z.boolean().describe(
    "Whether no write has failed for lack of space since the last " +
      "one that succeeded",
  ),
  freeBytes: bytes.describe("The free space of the disk; `null`: not known"),
  totalBytes: bytes,
  sizeBytes: bytes.describe("The size of the database, with its log"),
  reusableBytes: bytes.describe("The free space within the file of the database"),
  lowBelowBytes: bytes.describe("With less free and reusable space, new jobs are refused"),
});

/** The schema of the breaker and the last call of a kind. */
export const KindHealth = z.object({
  kind: z.string(),
  breaker: z.enum(["closed", "open", "half_open"]),
  openUntil: time.nullable().describe("When the breaker lets the next call through"),
  openedBy: z.string().nullable().describe("The failure that opened the breaker"),
  holdsBack: z.enum(["all", "source", "request", "job"]).nullable().describe(
    "Which jobs the breaker holds back: all of the kind, those of one source or with one request, " +
      "or one job. `null`: it is closed",
  ),
  lastCall: z.object({
    at: time,
    isReachable: z.boolean().describe("Whether the model's server was reached, and had no fault"),
    failure: z.string().nullable().describe("The failure of the call"),
  }).nullable().describe("The last model call of this instance; `null`: none since its start"),
});

/** The schema of an instance and its heartbeat. */
export const InstanceHealth = z.object({
  id: z.string(),
  isAlive: z.boolean(),
  heartbeatAt: time.nullable(),
});

/** The schema of what the operator sees of the health of the service. */
export const HealthDetails = z.object({
  storage: Storage,
  databaseMs: z.number().nullable().describe(
    "How long a read of the database took, in milliseconds; `null`: it did not respond",
  ),
  running: z.int().describe("The number of jobs that this instance works on"),
  kinds: z.array(KindHealth).nullable(),
  instances: z.array(InstanceHealth).nullable().describe(
    "This instance, and other instances that hold or have lately held jobs",
  ),
  warnings: z.array(z.string()).describe("What the operator should do soon, one sentence each"),
}).meta({ id: "HealthDetails" });
export type HealthDetails = z.output<typeof HealthDetails>;

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
  note: z.string().nullable().optional().describe(
    "What the operator says to users while the intake is paused",
  ),
  details: HealthDetails.optional().describe("For requests with `ADMIN_TOKEN` to `/readyz`"),
}).meta({ id: "Problem" });

/** The schema of a new read token. */
export const ReadToken = z.object({
  token: z.string().describe("The value of the query parameter `token`"),
  expiresAt: z.iso.datetime().describe("When the token expires"),
}).meta({ id: "ReadToken" });
export type ReadToken = z.output<typeof ReadToken>;
