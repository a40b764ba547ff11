/**
 * The facts of a trip that the requests of several kinds share. Each of them is optional. `null`, a
 * blank text and an empty list count as not given. Nothing here depends on the clock, because stored
 * requests are parsed again at each read; `trip_dates.ts` compares the dates with today.
 * @module
 */
import { z } from "zod";
import { countCodePoints, hasVisibleCharacter } from "../../lib/characters.ts";
import { isCurrency } from "./cost.ts";
import { travellerText } from "./text.ts";

/** More people are a tour group, which books in other ways. */
const MAX_TRAVELLERS = 20;

/** More than a trip costs in any currency, as of 2026. Larger amounts are mistakes. */
const MAX_BUDGET = 1e12;

/**
 * The limit of all texts of a request together, in code points. A record holds 64 KiB, and a code
 * point takes up to four bytes.
 */
const MAX_CODE_POINTS = 11_500;

/** The longest well-formed tag that a system must store (RFC 5646, section 4.4.1). */
const MAX_LANGUAGE_CHARACTERS = 35;

/**
 * A language tag (RFC 5646, section 2.1): language, script, region, variants, extensions, private
 * use. The grammar also has languages of four and more letters, but none is registered.
 */
const LANGUAGE_TAG = new RegExp(
  "^[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?" +
    "(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*" +
    "(-[0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+)*(-[Xx](-[A-Za-z0-9]{1,8})+)?$",
);

/**
 * Returns the schema of a member that may be absent. The result does not have a member that counts
 * as not given. The second check is for the description of answers, which do not have `null`.
 */
function given<Schema extends z.ZodType>(schema: Schema) {
  const present: z.ZodType = z.preprocess(withoutBlank, schema.nullish()).transform(withoutBlank);
  return present.pipe(schema.optional() as z.ZodType) as unknown as z.ZodPipe<
    z.ZodOptional<z.ZodNullable<Schema>>,
    z.ZodOptional<Schema>
  >;
}

/** Returns `undefined` for a value that counts as not given. Forms send empty texts of any fact. */
function withoutBlank(value: unknown): unknown {
  const isBlank = value === null || (Array.isArray(value) && value.length === 0) ||
    (typeof value === "string" && !hasVisibleCharacter(value));
  return isBlank ? undefined : value;
}

/** Returns the schema of a list of texts, none of which is blank. */
function texts({ max, maxEach }: { max: number; maxEach: number }) {
  return z.array(travellerText({ min: 1, max: maxEach }), { error: "expected a list of strings" })
    .max(max, { error: `expected at most ${max} entries` });
}

function count({ min }: { min: number }) {
  const error = `expected a whole number from ${min} to ${MAX_TRAVELLERS}`;
  return z.int({ error }).min(min, { error }).max(MAX_TRAVELLERS, { error });
}

const TripDate = z.iso.date({ error: "expected a date such as 2027-05-01" });

/** Who travels. */
export const Travellers = z.object({
  adults: count({ min: 1 }).describe("At least one"),
  children: count({ min: 0 }).nullish().transform((children) => children ?? 0)
    .pipe(count({ min: 0 }))
    .describe("By default 0"),
}, { error: "expected an object with adults and children" })
  // One of them alone has its own message.
  .refine(
    ({ adults, children }) =>
      Math.max(adults, children, MAX_TRAVELLERS) > MAX_TRAVELLERS ||
      adults + children <= MAX_TRAVELLERS,
    {
      error: `expected at most ${MAX_TRAVELLERS} travellers`,
    },
  );
export type Travellers = z.infer<typeof Travellers>;

const BudgetScope = z.enum(["person", "all"], { error: "expected person or all" });

const amount = `expected a number above 0, and at most ${MAX_BUDGET}`;

/** What the activities, meals and tickets of a trip may cost, without travel and lodging. */
export const Budget = z.object({
  amount: z.number({ error: amount }).positive({ error: amount }).max(MAX_BUDGET, {
    error: amount,
  }).describe("More than 0"),
  currency: z.string({ error: "expected a currency code such as EUR" })
    .overwrite((code) => code.trim().toUpperCase())
    .refine(isCurrency, { error: "expected the code of a currency of ISO 4217, such as EUR" })
    .describe("ISO 4217 code, such as EUR"),
  per: BudgetScope.nullish().transform((per) => per ?? "all").pipe(BudgetScope)
    .describe("Whether it is for each person, or for all together (the default)"),
}, { error: "expected an object with amount and currency" });
export type Budget = z.infer<typeof Budget>;

export const Pace = z.enum(["relaxed", "balanced", "packed"], {
  error: "expected relaxed, balanced or packed",
});
export type Pace = z.infer<typeof Pace>;

const Language = z.string({ error: "expected a language tag such as pt-BR" })
  .max(MAX_LANGUAGE_CHARACTERS, {
    error: `expected at most ${MAX_LANGUAGE_CHARACTERS} characters`,
    abort: true,
  })
  .regex(LANGUAGE_TAG, { error: "expected a language tag (BCP 47) such as pt-BR" });

/** The facts that all wishes for a trip may have. */
const tripFacts = {
  startDate: given(TripDate).describe(
    "The first day. It is not over yet somewhere on Earth, and at most two years ahead.",
  ),
  travellers: given(Travellers).describe("Who travels, at most 20 people"),
  budget: given(Budget).describe(
    "What the activities, meals and tickets may cost, without travel and lodging. Costs in the plan " +
      "are in its currency.",
  ),
  pace: given(Pace).describe("How full the days are"),
  diet: given(texts({ max: 10, maxEach: 100 })).describe(
    "What meals must keep to, such as `vegetarian`",
  ),
  accessibility: given(texts({ max: 10, maxEach: 100 })).describe(
    "What places and ways must allow, such as `wheelchair`",
  ),
  startPoint: given(travellerText({ max: 200 })).describe(
    "Where the days begin and end, for example the hotel",
  ),
  language: given(Language).describe(
    "The language of the plan's texts (BCP 47). By default that of the request.",
  ),
};

/** The facts of a request for an itinerary. */
export const itineraryFacts = {
  ...tripFacts,
  interests: given(texts({ max: 20, maxEach: 100 })).describe("What the travellers like"),
  notes: given(travellerText({ max: 1_000 })).describe("What else matters, in own words"),
};

/** The facts in the preferences for bundles, beside the members that old clients know. */
export const bundlesFacts = {
  ...tripFacts,
  endDate: given(TripDate).describe("The last day of the events"),
  city: given(travellerText({ max: 120 })).describe("Where the events are"),
};

/** The facts that any wish may have. A request has the members that its traveller gave. */
export type TripFacts = z.infer<z.ZodObject<typeof tripFacts>>;

/** Returns whether all texts of a request together fit into a record. */
export function fitsRecord(request: object): boolean {
  return countAll(request) <= MAX_CODE_POINTS;
}

/** What a client reads if a request does not fit. */
export const TOO_LONG =
  `expected at most ${MAX_CODE_POINTS} Unicode code points in all texts together`;

/** Counts the code points of all texts in a value. The schemas limit its depth. */
function countAll(value: unknown): number {
  if (typeof value === "string") return countCodePoints(value);
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, member) => sum + countAll(member), 0);
}

/** Returns whether the last day is not before the first one, if both are given. */
export function areInOrder(
  { startDate, endDate }: { startDate?: string | undefined; endDate?: string | undefined },
): boolean {
  return startDate === undefined || endDate === undefined || startDate <= endDate;
}
