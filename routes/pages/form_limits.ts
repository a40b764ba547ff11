/**
 * The limits of form fields, derived from the schemas that check requests.
 * @module
 */
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import type { Limits } from "../../web/app/kinds/field.ts";
import { wishKinds } from "../../web/app/kinds/registry.ts";
import { fieldsOf, type FormLimits } from "../../web/app/wish.ts";

/** The part of JSON Schema that the request schemas use. */
interface Schema extends Limits {
  type?: string;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  items?: Schema;
}

/** Returns the limits of the fields of all forms, by the name of the field. */
export function formLimits(kinds: readonly PublicKind[]): FormLimits {
  const limits = wishKinds.flatMap((noun) => {
    const kind = kinds.find(({ http }) => http.noun === noun);
    const members = kind ? membersOf(z.toJSONSchema(kind.request, { io: "input" }) as Schema) : [];
    const fields = fieldsOf(noun);
    return members.filter(([name]) => fields.includes(name));
  });
  return Object.fromEntries(limits);
}

/** Returns all members of a request that are not objects, at any depth, with their limits. */
function membersOf({ properties = {} }: Schema): [name: string, limits: Limits][] {
  return Object.entries(properties).flatMap(([name, schema]) =>
    schema.properties ? membersOf(schema) : [[name, limitsOf(schema)]]
  );
}

/**
 * Returns the limits of a member. For a nullable member they are those of its value, and for a list
 * they include those of its entries.
 */
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
