/**
 * Questions about places as steps of a job.
 * @module
 */
import type { z } from "zod";
import type { JobContext } from "../kind.ts";
import type { Places } from "../places/places.ts";

/**
 * Asks something about places. The answer of another service is stored as a step, so that a later
 * attempt gets the same one. What needs no service is always the same, and needs no step.
 *
 * @param name the name of the step
 * @throws only errors of `context.step` and `ask`
 */
export async function askPlaces<T>(
  places: Places,
  { name, schema, context, ask }: {
    name: string;
    schema: z.ZodType<T>;
    context: JobContext;
    ask: () => Promise<T>;
  },
): Promise<T> {
  return await (places.isLocal ? ask() : context.step(name, schema, ask));
}
