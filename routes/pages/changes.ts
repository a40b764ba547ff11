/**
 * The forms that change the plan of a trip, for browsers that run no scripts.
 * @module
 */
import type { Context, Hono } from "hono";
import { z } from "zod";
import { parseJson } from "../../lib/json.ts";
import { wishViewOf } from "../../web/app/kinds/registry.ts";
import { instructionFor, type PlanShape } from "../../web/app/shaping/plan_shape.ts";
import { acceptRefinement } from "../api/accept_job.ts";
import { setHeaders } from "../http/answer.ts";
import { MAX_BODY_BYTES, readLimited } from "../http/body.ts";
import { type AppEnv, mayCancel, maySee } from "../http/caller.ts";
import { ProblemError } from "../http/problem.ts";
import { wordsOf } from "./language.ts";
import { refusalOf } from "./page_problem.ts";
import { formKeyOf } from "./sent_form.ts";
import { findTrip, type Found, jobOf, sendMissing, sendTrip } from "./trips.ts";
import type { WebOptions } from "./web_options.ts";

/** A form encodes a byte in up to three characters. */
const MAX_FORM_BYTES = 3 * MAX_BODY_BYTES;

/** What the two forms of a trip send: a change of one part, or own words. */
const ChangeForm = z.object({
  formId: z.uuid().optional().catch(undefined),
  /** The change as JSON. */
  change: z.string().transform((json) => parseJson(json)).optional().catch(undefined),
  text: z.string().catch(""),
  /** The number of the only part to change; empty: the whole plan. */
  part: z.string().catch(""),
});
type ChangeForm = z.output<typeof ChangeForm>;

/** Adds the routes `/trips/:id/changes`. */
export function addChangeForms(routes: Hono<AppEnv>, options: WebOptions): void {
  routes.post("/trips/:id/changes", (c) => handleForm(c, options));
  // For a traveller who reloads the page after a change that was refused.
  routes.get(
    "/trips/:id/changes",
    (c) => c.redirect(`/trips/${encodeURIComponent(c.req.param("id"))}`, 303),
  );
}

/** Creates the version that the form asks for, or shows the trip again with what is wrong. */
async function handleForm(c: Context<AppEnv>, options: WebOptions): Promise<Response> {
  const { access, clock } = options;
  const found = await findTrip(c, options);
  if (!found) return sendMissing(c, options);
  const { job } = found.snapshot;
  if (!mayCancel(c.get("caller"), job, access)) throw notMaker(c);
  const text = await readLimited(c, { clock, maxBytes: MAX_FORM_BYTES });
  const form = ChangeForm.parse(Object.fromEntries(new URLSearchParams(text)));
  try {
    const version = await createVersion(c, options, { ...found, form });
    return c.redirect(`/trips/${version.id}`, 303);
  } catch (error) {
    const { refusal, status, headers } = refusalOf(c, error as Error);
    setHeaders(c, { ...headers, "cache-control": "no-store" });
    const refused = { refusal, status, text: form.text, part: form.part };
    return await sendTrip(c, options, { ...found, refused });
  }
}

/**
 * Creates a job, or returns the job that the same form created before. If that job failed or was
 * canceled, a traveller who sends the form again wants a new one.
 *
 * @throws {ProblemError} if the plan cannot be changed, or not in this way
 */
async function createVersion(
  c: Context<AppEnv>,
  { jobs, rateLimiters, access }: WebOptions,
  { form, ...found }: Found & { form: ChangeForm },
) {
  const { kind, snapshot } = found;
  const trip = jobOf(found);
  const shape = wishViewOf(trip)?.shape;
  const count = shape?.partsOf(trip).length ?? 0;
  const change = kind.refinement?.change.safeParse(shape && bodyOf(form, { shape, count }));
  if (!change?.success) {
    throw new ProblemError({ code: "invalid_request", detail: "The form has no valid change" });
  }
  const caller = c.get("caller");
  const { job } = await acceptRefinement(c, kind, {
    jobs,
    rateLimiters,
    parentId: snapshot.job.id,
    change: change.data,
    ...formKeyOf(form.formId, change.data),
    replacesFailed: true,
    maySee: (job) => maySee(caller, job, access),
  });
  return job;
}

/** Returns the body that the API would get; `null`: the form asks for nothing that it could send. */
function bodyOf(
  { change, text, part }: ChangeForm,
  { shape, count }: { shape: PlanShape; count: number },
): unknown {
  if (change !== undefined) return change;
  const words = text.trim();
  const number = part === "" ? null : Number(part);
  const isKnown = number === null || (Number.isInteger(number) && number >= 1 && number <= count);
  // A prefix must not make an instruction of nothing.
  if (words === "" || !isKnown) return null;
  return { instruction: instructionFor(shape, { text: words, number }) };
}

function notMaker(c: Context): ProblemError {
  return new ProblemError({
    code: "not_owner",
    detail: "Only the caller that created the job can change it here",
    page: wordsOf(c).problems.notMaker,
  });
}
