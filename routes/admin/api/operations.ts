/**
 * All operations of the API for operators.
 * @module
 */
import type { AdminOptions } from "../admin_env.ts";
import type { Operation } from "../operation.ts";
import { auditOperations } from "./audit.ts";
import { bulkOperations } from "./bulk.ts";
import { jobOperations } from "./jobs.ts";
import { keyOperations } from "./keys.ts";
import { controlOperations } from "./controls.ts";
import { alertOperations } from "./alerts.ts";
import { historyOperations } from "./history.ts";
import { overviewOperations } from "./overview.ts";

/** Returns the operations of all sections, in the order of the OpenAPI document. */
export function adminOperations(options: AdminOptions): Operation[] {
  return [
    ...overviewOperations(options),
    ...jobOperations(options),
    ...historyOperations(options),
    ...alertOperations(options),
    ...bulkOperations(options),
    ...auditOperations(options),
    ...keyOperations(options),
    ...controlOperations(options),
  ];
}
