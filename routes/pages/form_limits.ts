/**
 * The limits of form fields, derived from the schemas that check requests.
 * @module
 */
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import { dateRangeAt } from "../../jobs/kinds/trip_dates.ts";
import type { Limits } from "../../web/app/kinds/field.ts";
import { formOf } from "../../web/app/kinds/forms.ts";
import { wishKinds } from "../../web/app/kinds/registry.ts";
import { fieldsOf, type FormLimits } from "../../web/app/form.ts";

/** The part of JSON Schema that the request schemas use. */
interface Schema extends Limits {
  type?: string;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  items?: Schema;
}

/** Returns the limits of the fields of all forms, by the noun of the kind and the field's name. */
export function formLimits(kinds: readonly PublicKind[]): FormLimits {
  return Object.fromEntries(wishKinds.map((noun) => {
    const kind = kinds.find(({ http }) => http.noun === noun);
    const members = kind ? membersOf(z.toJSONSchema(kind.request, { io: "input" }) as Schema) : [];
    const fields = fieldsOf(noun);
    return [noun, Object.fromEntries(members.filter(([name]) => fields.includes(name)))];
  }));
}

/**
 * Adds the limits of the date fields, which depend on the current day.
 *
 * @param now epoch milliseconds
 */
export function limitsAt(limits: FormLimits, now: number): FormLimits {
  const range = dateRangeAt(now);
  return Object.fromEntries(wishKinds.map((noun) => {
    const dates = Object.entries(formOf(noun).fields).filter(([, { input }]) => input === "date");
    return [noun, { ...limits[noun], ...Object.fromEntries(dates.map(([name]) => [name, range])) }];
  }));
}

/** Returns all members of a request that are not objects, at any depth, with their limits. */
function membersOf(schema: Schema): [name: string, limits: Limits][] {
  return Object.entries(presentOf(schema).properties ?? {}).flatMap(([name, member]) =>
    presentOf(member).properties ? membersOf(member) : [[name, limitsOf(member)]]
  );
}

/** Returns the schema of a value that is there, for a member that may be `null`. */
function presentOf(schema: Schema): Schema {
  const present = schema.anyOf?.find(({ type }) => type !== "null");
  return present ? presentOf(present) : schema;
}

/**
 * Returns the limits of a member. For a nullable member they are those of its value, and for a list
 * they include those of its entries.
 */
function limitsOf(schema: Schema): Limits {
  const { items, minLength, maxLength, minimum, maximum, maxItems } = presentOf(schema);
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
