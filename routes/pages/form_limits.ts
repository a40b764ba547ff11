/**
 * What the forms of the app may hold: read out of the schemas that check requests, so that both say
 * the same.
 * @module
 */
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import type { FormLimits, Limits } from "../../web/app/wish.ts";

/** The part of JSON Schema that the schemas of wishes use. */
interface Schema extends Limits {
  type?: string;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  items?: Schema;
}

/** The limits of all fields of all kinds, by the name of the field. */
export function formLimits(kinds: readonly PublicKind[]): FormLimits {
  const fields = kinds.flatMap(({ request }) =>
    fieldsIn(z.toJSONSchema(request, { io: "input" }) as Schema)
  );
  return Object.fromEntries(fields) as FormLimits;
}

function fieldsIn({ properties = {} }: Schema): [string, Limits][] {
  return Object.entries(properties).flatMap(([name, schema]) =>
    schema.properties ? fieldsIn(schema) : [[name, limitsOf(schema)]]
  );
}

/** Of what may be absent, the limits of what is there; of a list, those of an entry, too. */
function limitsOf(schema: Schema): Limits {
  const { items, anyOf, minLength, maxLength, minimum, maximum, maxItems } = schema;
  const present = anyOf?.find(({ type }) => type !== "null");
  if (present) return limitsOf(present);
  const limits = {
    minLength,
    maxLength,
    minimum,
    maximum,
    maxItems,
    ...(items && limitsOf(items)),
  };
  if (maxItems !== undefined) limits.maxItems = maxItems;
  return JSON.parse(JSON.stringify(limits));
}
