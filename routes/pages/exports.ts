/**
 * `POST /files/:format`: makes a file of a plan that the browser sends. A plan that a traveler has
 * edited, or that the server has deleted, exists only there. Nothing is stored.
 * @module
 */
import type { Context, Hono } from "hono";
import { z } from "zod";
import { jobAnswer } from "../../jobs/job_answer.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { parseJson } from "../../lib/json.ts";
import { isJob, type Job } from "../../web/client/job.ts";
import type { ServerWords } from "../../web/words/words.ts";
import { downloads } from "../files/downloads.ts";
import { setHeaders } from "../http/answer.ts";
import { readLimited } from "../http/body.ts";
import type { AppEnv } from "../http/caller.ts";
import { ProblemError } from "../http/problem.ts";
import { wordsOf } from "./language.ts";
import type { WebOptions } from "./web_options.ts";

/** The largest plan that the service stores has 800 KB. */
const MAX_JOB_BYTES = 1_000_000;

/** A form encodes a byte of JSON in up to three characters. The other members are short. */
const MAX_FORM_BYTES = 3 * MAX_JOB_BYTES + 1_000;

/** The members of a form; `job` is the job as `GET` shows it. */
const Form = z.object({
  job: z.string().max(MAX_JOB_BYTES),
  start: z.string().max(10).optional(),
  timeZone: z.string().max(100).optional(),
  bundle: z.string().max(3).optional(),
});

/**
 * Members that no file shows except the one with all data. A copy from an earlier version may lack
 * them.
 */
const lenientMembers = {
  attempt: z.int().nonnegative().catch(0),
  refines: z.uuid().nullable().catch(null),
  lineage: z.array(z.uuid()).max(100).catch([]),
  usage: z.null().catch(null),
  progress: z.null().catch(null),
  partial: z.null().catch(null),
  error: z.null().catch(null),
  failure: z.null().catch(null),
};

/** A kind whose plans a reader can edit. */
type EditableKind = PublicKind & Required<Pick<PublicKind, "editedMembers">>;

function isEditable(kind: PublicKind): kind is EditableKind {
  return kind.editedMembers !== undefined;
}

/** Adds the routes `POST /files/md`, `/files/json`, `/files/ics` and `/files/gpx`. */
export function addExports(routes: Hono<AppEnv>, { kinds, clock }: WebOptions): void {
  const editable = kinds.filter(isEditable);
  const schemas = new Map<PublicKind, z.ZodType>();
  /** Compiles the schema of a kind at its first use. */
  function schemaOf(kind: EditableKind): z.ZodType {
    const schema = schemas.get(kind) ?? exportSchema(kind);
    schemas.set(kind, schema);
    return schema;
  }
  for (const [extension, send] of Object.entries(downloads)) {
    routes.post(`/files/${extension}`, async (c) => {
      setHeaders(c, { "cache-control": "no-store" });
      const words = wordsOf(c);
      const text = await readLimited(c, { clock, maxBytes: MAX_FORM_BYTES });
      const form = Form.safeParse(Object.fromEntries(new URLSearchParams(text)));
      if (!form.success) throw unreadable(words);
      const { job: json, ...members } = form.data;
      const job = readJob(parseJson(json), { kinds: editable, schemaOf });
      if (job === null) throw unreadable(words);
      const query = (name: string) => members[name as keyof typeof members];
      return await send(c, job, { words, query, now: clock.now() });
    });
    // For a traveler who reloads the page after an error.
    routes.get(`/files/${extension}`, (c: Context) => c.redirect("/", 303));
  }
}

/** Returns the job, if it is a finished one of a known kind. Unknown members are left out. */
function readJob(
  value: unknown,
  { kinds, schemaOf }: {
    kinds: readonly EditableKind[];
    schemaOf: (kind: EditableKind) => z.ZodType;
  },
): Job | null {
  const members = z.record(z.string(), z.unknown()).safeParse(value).data ?? {};
  const kind = kinds.find(({ http }) => http.idName in members);
  if (!kind) return null;
  const job = z.record(z.string(), z.unknown()).safeParse(schemaOf(kind).safeParse(members).data);
  return job.success && isJob<Job>(job.data) ? job.data : null;
}

/** Returns the schema of a finished job, whose plan a reader may have edited. */
function exportSchema({ http, requestMembers, editedMembers }: EditableKind): z.ZodType {
  return jobAnswer({ http, requestMembers, resultMembers: editedMembers })
    .extend({ ...lenientMembers, status: z.literal("completed") });
}

function unreadable({ noFile }: ServerWords): ProblemError {
  return new ProblemError({
    code: "invalid_request",
    detail: "The form has no finished job in `job`",
    page: { title: noFile.unreadable, text: noFile.unreadableText },
  });
}
