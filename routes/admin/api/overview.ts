/**
 * The overview of the service for operators.
 * @module
 */
import { z } from "zod";
import { isoTime } from "../../../lib/clock.ts";
import { VERSION } from "../../../lib/version.ts";
import { presentHealth } from "../../api/health.ts";
import { HealthDetails } from "../../api/schemas.ts";
import type { AdminOptions } from "../admin_env.ts";
import { type Operation, operation } from "../operation.ts";

/** The schema of the overview. */
export const Overview = z.object({
  at: z.iso.datetime().describe("When the service has answered"),
  version: z.string().describe("The version of the instance that answers"),
  health: HealthDetails,
}).meta({ id: "Overview" });
export type Overview = z.output<typeof Overview>;

/** Returns the operations of the overview. */
export function overviewOperations(options: AdminOptions): Operation[] {
  return [
    operation({
      method: "get",
      path: "/overview",
      id: "getOverview",
      summary: "Show the state of the service",
      answer: Overview,
      returns: "The storage, the breakers and the instances",
      handle: () => readOverview(options),
    }),
  ];
}

/** Reads the overview. */
export async function readOverview(
  { operator, warnings, clock }: Pick<AdminOptions, "operator" | "warnings" | "clock">,
): Promise<Overview> {
  const health = presentHealth(await operator.health.read(), warnings());
  return { at: isoTime(clock.now()), version: VERSION, health };
}
