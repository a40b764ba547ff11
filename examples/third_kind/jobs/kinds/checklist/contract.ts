/**
 * The public contract of checklists.
 * @module
 */
import type { HttpContract } from "../../contract.ts";

export const checklistContract = {
  path: "/api/checklists",
  noun: "checklist",
  description: "A trip becomes a list of what to pack.",
  idName: "checklistId",
  planName: "items",
  acceptedStatus: 202,
  notFound: "Checklist not found",
} as const satisfies HttpContract;
