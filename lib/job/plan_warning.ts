/**
 * The warnings that are stored and shown with a plan.
 * @module
 */
import { z } from "zod";

/** What is wrong with a plan after the model had the chance to correct it. */
export const PlanWarning = z.object({
  code: z.string().describe("The rule that the plan breaks, for programs: `equal_days`"),
  where: z.string().describe(
    "The position in the plan, with indexes from 0: `days.2.activities.1`",
  ),
  message: z.string().describe("What to check, one or two sentences for travelers"),
}).meta({ id: "PlanWarning", description: "Something in a plan that a traveler should check" });
export type PlanWarning = z.infer<typeof PlanWarning>;
