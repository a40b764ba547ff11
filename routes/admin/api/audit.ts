/**
 * The audit over the API for operators.
 * @module
 */
import { z } from "zod";
import { auditActions, type AuditEntry } from "../../../jobs/operator/audit.ts";
import { isoTime } from "../../../lib/clock.ts";
import type { AdminOptions } from "../admin_env.ts";
import { type Operation, operation } from "../operation.ts";

const AuditEntryAnswer = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  operator: z.string().describe("The name that the operator gave"),
  via: z.enum(["dashboard", "api"]),
  action: z.string().describe("A dotted verb, such as `job.cancel`"),
  target: z.string().nullable().describe("What was changed, such as the id of a job"),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  outcome: z.enum(["started", "done", "failed"]).describe(
    "`started`: it still runs, or the instance died meanwhile",
  ),
  reason: z.string().nullable().describe("Why it failed"),
}).meta({ id: "AuditEntry" });

export const AuditPage = z.object({
  items: z.array(AuditEntryAnswer),
  nextCursor: z.string().nullable(),
  isPartial: z.boolean().describe("Whether the page is not full, although more entries may match"),
}).meta({ id: "AuditPage" });

/** The query of a page of the audit. */
export const AuditQuery = z.object({
  action: z.enum(auditActions).optional().describe("Only entries of this action"),
  operator: z.string().min(1).max(64).optional().describe("Only entries of this operator"),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.uuid().optional().describe("The `nextCursor` of the previous page"),
});

/** Returns the operations on the audit. */
export function auditOperations({ operator: { audit } }: AdminOptions): Operation[] {
  return [
    operation({
      method: "get",
      path: "/audit",
      id: "listAudit",
      summary: "List what operators have done",
      description: "The newest first. Entries live 30 days.",
      query: AuditQuery,
      answer: AuditPage,
      returns: "A page of entries",
      async handle({ query: { action, operator: actor, ...page } }) {
        const { entries, cursor, isPartial } = await audit.page({ action, actor }, page);
        return { items: entries.map(presentEntry), nextCursor: cursor, isPartial };
      },
    }),
  ];
}

function presentEntry(
  { at, actor: { name, via }, ...entry }: AuditEntry,
): z.output<typeof AuditEntryAnswer> {
  return { ...entry, at: isoTime(at), operator: name, via };
}
