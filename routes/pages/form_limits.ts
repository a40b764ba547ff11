/**
 * What the forms of the app may hold: read out of the schemas that check requests, so that both say
 * the same.
 * @module
 */
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import type { Limits } from "../../web/app/kinds/field.ts";
import { wishKinds } from "../../web/app/kinds/registry.ts";
import { fieldsOf, type FormLimits } from "../../web/app/wish.ts";

/** The part of JSON Schema that the schemas of wishes use. */
interface Schema extends Limits {
  type?: string;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  items?: Schema;
}

/** The limits of the fields of all forms, by the name of the field. */
export function formLimits(kinds: readonly PublicKind[]): FormLimits {
  const limits = wishKinds.flatMap((noun) => {
    const kind = kinds.find(({ http }) => http.noun === noun);
    const members = kind ? membersOf(z.toJSONSchema(kind.request, { io: "input" }) as Schema) : [];
    const fields = fieldsOf(noun);
    return members.filter(([name]) => fields.includes(name));
  });
  return Object.fromEntries(limits);
}

/** The members of a request that are no objects, at whatever depth, with their limits. */
function membersOf({ properties = {} }: Schema): [name: string, limits: Limits][] {
  return Object.entries(properties).flatMap(([name, schema]) =>
    schema.properties ? membersOf(schema) : [[name, limitsOf(schema)]]
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
