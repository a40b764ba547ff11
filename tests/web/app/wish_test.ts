import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { formLimits, limitsAt } from "../../../routes/pages/form_limits.ts";
import { errorsOf, fieldsOf } from "../../../web/app/form.ts";
import {
  durationLabel,
  fitsForm,
  formUrl,
  titleOf,
  valuesOf,
  type Wish,
  wishOf,
} from "../../../web/app/wish.ts";
import type { FormValues } from "../../../web/app/kinds/form_view.ts";
import { formOf } from "../../../web/app/kinds/forms.ts";
import type { Noun } from "../../../jobs/kinds/contracts.ts";
import { de } from "../../../web/words/de.ts";
import { catalogues } from "../../../web/words/catalogues.ts";
import { kinds, techno, tokyo } from "../../../testing/app.ts";
import { NOON } from "../../../testing/fake_clock.ts";

const { en } = catalogues;

const limits = formLimits(kinds);
const check = { limits, words: en };
const itinerary: Wish = { kind: "itinerary", body: tokyo };
const generation: Wish = { kind: "generation", body: techno };

/** Whether the API accepts the wish of a form. */
function isAccepted(kind: Noun, values: FormValues): boolean {
  const { request } = kinds.find(({ http }) => http.noun === kind)!;
  return request.safeParse(JSON.parse(JSON.stringify(wishOf(kind, values).body))).success;
}

Deno.test("the limits of a form are those of the schemas", () => {
  const text = { maxLength: 500 };
  const people = { maximum: 20 };
  const facts = {
    startDate: {},
    adults: { minimum: 1, ...people },
    children: { minimum: 0, ...people },
    amount: { maximum: 1e12 },
    currency: {},
    per: {},
    pace: {},
    diet: { minLength: 1, maxLength: 100, maxItems: 10 },
    accessibility: { minLength: 1, maxLength: 100, maxItems: 10 },
    startPoint: { maxLength: 200 },
    language: { maxLength: 35 },
  };
  assertEquals(limits, {
    itinerary: {
      destination: { minLength: 1, maxLength: 120 },
      durationDays: { minimum: 1, maximum: 30 },
      ...facts,
      interests: { minLength: 1, maxLength: 100, maxItems: 20 },
      notes: { maxLength: 1_000 },
    },
    generation: {
      interests: { maxLength: 500, maxItems: 20 },
      musicProfile: text,
      timeframe: text,
      otherPreferences: text,
      ...facts,
      endDate: {},
      city: { maxLength: 120 },
    },
  });
});

Deno.test("the limits of dates are those of the API on that day", () => {
  const range = { earliest: "2026-11-21", latest: "2028-11-22" };
  const dated = limitsAt(limits, NOON);
  assertEquals([dated.itinerary!.startDate, dated.itinerary!.endDate], [range, range]);
  assertEquals([dated.generation!.startDate, dated.generation!.endDate], [range, range]);
  assertEquals(dated.itinerary!.adults, limits.itinerary!.adults);
});

/** Text around the limits, with characters that can be counted in more than one way. */
const unit = fc.constantFrom("a", " ", "é", "é", "日", "👩‍👩‍👧", "𝄞", "\ud800", ",", "،", "\n", "　");
const marks = fc.constantFrom(
  ...["e\u0301", "\u0301", "\u200b", "\u2800", "\u0301".repeat(5), "\u202e", "\u2067"],
);
const text = fc.oneof(
  fc.string({ unit, maxLength: 30 }),
  fc.string({ unit: marks, maxLength: 3 }),
  fc.tuple(fc.oneof(unit, marks), fc.constantFrom(20, 21, 119, 120, 121, 499, 500, 501))
    .map(([unit, count]) => unit.repeat(count)),
  fc.array(fc.string({ unit: "grapheme", maxLength: 5 }), { maxLength: 25 })
    .map((parts) => parts.join(",")),
);
const number = fc.oneof(
  fc.integer({ min: -3, max: 40 }).map(String),
  fc.constantFrom("", " 5 ", "5.0", "1e1", "0x5", "٣", "five", "05", "1".repeat(40), "NaN", "-0"),
);

const date = fc.constantFrom("", "2027-02-28", "2027-02-29", "2027-03-31", "soon", "2027-3-1", "?");
const people = fc.constantFrom("", "0", "1", "2", "19", "20", "21", "-1", "two", " 3 ");

/** The values of fields that are not texts. */
const special: Record<string, fc.Arbitrary<string>> = {
  durationDays: number,
  startDate: date,
  endDate: date,
  adults: people,
  children: people,
  amount: fc.constantFrom("", "0", "-5", "500", "1,500.50", "1.500", "1e3", "1e13", "9".repeat(13)),
  currency: fc.constantFrom("EUR", "usd", "", "EURO"),
  per: fc.constantFrom("", "all", "person", "each"),
  pace: fc.constantFrom("", "relaxed", "hasty"),
  language: fc.constantFrom("", "en", "pt-BR", "English", "e"),
};

for (const kind of ["itinerary", "generation"] as const) {
  Deno.test(`the form of an ${kind} rejects exactly the wishes that the API rejects`, () => {
    const seen = { fine: 0, wrong: 0 };
    for (const sort of ["texts", "facts"]) {
      const names = fieldsOf(kind);
      const varied = names.filter((name) => name in special === (sort === "facts"));
      const record = Object.fromEntries(varied.map((name) => [name, special[name] ?? text]));
      // One or two fields are in an odd state, so that many forms are right.
      const property = fc.property(fc.record(record), fc.shuffledSubarray(varied), (all, some) => {
        const base: FormValues = { destination: "Rome", durationDays: "3", currency: "EUR" };
        const chosen = some.slice(0, 3).map((name) => [name, all[name]]);
        const values: FormValues = { ...base, ...Object.fromEntries(chosen) };
        const { city, endDate, ...errors } = errorsOf(kind, values, check);
        // Only the form needs a city, and asks for the last day of an itinerary.
        if (endDate && kind !== "itinerary") errors.endDate = endDate;
        const isFine = Object.keys(errors).length === 0 &&
          (city === undefined || city === en.form.missing);
        seen[isFine ? "fine" : "wrong"]++;
        assertStrictEquals(isFine, isAccepted(kind, values), JSON.stringify({ values, errors }));
      });
      fc.assert(property, { seed: 6, numRuns: 3_000 });
    }
    assert(seen.fine > 500 && seen.wrong > 500, JSON.stringify(seen));
  });
}

Deno.test("each error says what is expected", () => {
  const errors = errorsOf(
    "itinerary",
    { destination: "x".repeat(121), durationDays: "31" },
    check,
  );
  assertEquals(errors, {
    destination: "Use at most 120 characters. You have 121.",
    durationDays: "Enter a whole number, 1 to 30.",
  });
  assertStrictEquals(errorsOf("itinerary", {}, check).destination, "Please fill this in.");
  const many = { city: "Rome", interests: Array(21).fill("x").join(), timeframe: "y".repeat(501) };
  assertEquals(errorsOf("generation", many, check), {
    interests: "Enter at most 20 items. You have 21.",
    timeframe: "Use at most 500 characters. You have 501.",
  });
  assertStrictEquals(
    errorsOf("itinerary", { destination: "\u3164", durationDays: "1" }, check).destination,
    "Please fill this in.",
  );
  assertStrictEquals(
    errorsOf("generation", { timeframe: `e${"\u0301".repeat(2_000)}` }, check).timeframe,
    "This text has too many accents or joined emoji. Use simpler characters.",
  );
  const long = { interests: `x,${"y".repeat(501)}` };
  assertStrictEquals(
    errorsOf("generation", long, check).interests,
    "One item is too long. Use at most 500 characters. You have 501.",
  );
});

Deno.test("interests are separated by commas of any script", () => {
  const wish = wishOf("generation", { interests: " music ,, food、酒，نوم،art\n" });
  assertEquals(wish.body, {
    preferences: {
      interests: ["music", "food", "酒", "نوم", "art"],
      musicProfile: null,
      timeframe: null,
      otherPreferences: null,
    },
  });
});

Deno.test("a form that is filled in with a wish has the same wish", () => {
  for (const wish of [itinerary, generation]) {
    assertEquals(wishOf(wish.kind, valuesOf(wish)), wish);
    const { searchParams } = new URL(formUrl(wish), "http://localhost");
    const { kind, ...values } = Object.fromEntries(searchParams);
    assertEquals(wishOf(kind as Noun, values), wish);
  }
  assertStrictEquals(
    formUrl({ kind: "generation", body: { preferences: {} } }),
    "/?kind=generation",
  );
});

Deno.test("the title of a wish is its topic", () => {
  assertStrictEquals(titleOf(itinerary, en), "Tokyo, Japan");
  assertStrictEquals(durationLabel(itinerary, en), "2 days");
  assertStrictEquals(
    durationLabel({ kind: "itinerary", body: { ...tokyo, durationDays: 1 } }, en),
    "1 day",
  );
  assertStrictEquals(titleOf(generation, en), "Weekend bundles: music, nightlife");
  const interests = Array(20).fill("🎷".repeat(400));
  const long = titleOf({ kind: "generation", body: { preferences: { interests } } }, en);
  assertStrictEquals(long, `Weekend bundles: ${"🎷".repeat(119)}…`);
  assertStrictEquals(durationLabel(generation, en), null);
  assertStrictEquals(
    titleOf({ kind: "generation", body: { preferences: { interests: ["", "\u200b"] } } }, en),
    "Weekend bundles",
  );
});

Deno.test("the title of bundles has their city, in the language of the page", () => {
  const preferences = { city: "Lisbon", interests: ["food", "fado", "constructor"] };
  const wish: Wish = { kind: "generation", body: { preferences } };
  assertStrictEquals(titleOf(wish, en), "Weekend in Lisbon: food, fado, constructor");
  assertStrictEquals(titleOf(wish, de), "Wochenende in Lisbon: Essen, fado, constructor");
  assertStrictEquals(durationLabel(itinerary, de), "2 Tage");
});

const preferences = {
  interests: ["jazz"],
  musicProfile: null,
  timeframe: "",
  otherPreferences: "x",
};

/** A wish with every fact. */
const facts = {
  startDate: "2027-05-01",
  travellers: { adults: 2, children: 1 },
  budget: { amount: 1_500, currency: "EUR", per: "person" },
  pace: "relaxed",
  diet: ["vegetarian", "no nuts"],
  accessibility: ["wheelchair"],
  startPoint: "Park Hotel",
  language: "de",
} as const;
const factual: Wish = {
  kind: "itinerary",
  // The types of lists that do not change are not those of the API.
  body: structuredClone({ ...tokyo, ...facts, interests: ["art", "old trams"], notes: "a\nb" }) as
    & typeof tokyo
    & object,
};
const factualBundles: Wish = {
  kind: "generation",
  body: {
    preferences: structuredClone({ ...techno.preferences, ...facts, city: "Lisbon" }) as object,
  },
};

const fitting: [wish: Wish, fits: boolean][] = [
  [itinerary, true],
  [generation, true],
  [factual, true],
  [factualBundles, true],
  [{ kind: "generation", body: { preferences } }, true],
  [{ kind: "generation", body: { preferences: {} } }, true],
  [{ kind: "itinerary", body: { ...tokyo, pace: null } }, true],
  [{ kind: "itinerary", body: { ...tokyo, travellers: { adults: 2 } } }, true],
  [{ kind: "itinerary", body: { ...tokyo, budget: { amount: 0.125, currency: "KWD" } } }, true],
  [{ kind: "itinerary", body: { ...tokyo, budget: { amount: 1_500.25, currency: "KES" } } }, true],
  [{ kind: "itinerary", body: { ...tokyo, budget: { amount: 2.125, currency: "KWD" } } }, true],
  [{ kind: "itinerary", body: { ...tokyo, interests: ["rock, and roll"] } }, false],
  [{ kind: "itinerary", body: { ...tokyo, budget: { amount: 1e-9, currency: "EUR" } } }, false],
];

for (const [wish, fits] of fitting) {
  const name = JSON.stringify(wish.body).slice(0, 90);
  Deno.test(`the form ${fits ? "shows" : "does not show"} all of ${name}`, () => {
    assertStrictEquals(fitsForm(wish), fits);
    if (!fits) return;
    const { searchParams } = new URL(formUrl(wish), "http://localhost");
    const { kind, ...values } = Object.fromEntries(searchParams);
    assert(fitsForm({ kind: kind as Noun, body: wishOf(kind as Noun, values).body } as Wish));
    assertEquals(errorsOf(kind as Noun, { city: "x", ...values }, check), {});
  });
}

const rome = { destination: "Rome", durationDays: "3" };

/** What single fields say, without the limits of the day. */
const objections: [kind: Noun, values: FormValues, errors: object][] = [
  ["itinerary", { ...rome, destination: "\u200b\u200b\u200b" }, { destination: en.form.missing }],
  ["itinerary", { ...rome, destination: "\u202e" }, { destination: en.form.missing }],
  ["itinerary", { ...rome, children: "2" }, { adults: en.form.noAdults }],
  ["itinerary", { ...rome, adults: "15", children: "6" }, { adults: en.form.tooManyPeople(20) }],
  ["itinerary", { ...rome, endDate: "2027-05-03" }, { endDate: en.form.noStart }],
  [
    "itinerary",
    { ...rome, startDate: "2027-05-03", endDate: "2027-05-01" },
    { endDate: en.form.beforeStart },
  ],
  [
    "itinerary",
    { ...rome, startDate: "2027-05-01", endDate: "2027-06-30" },
    { durationDays: en.form.notWhole(1, 30) },
  ],
  ["itinerary", { ...rome, amount: "much", currency: "EUR" }, { amount: en.form.noAmount }],
  ["itinerary", { ...rome, startDate: "?" }, { startDate: en.form.noDate }],
  ["generation", {}, { city: en.form.missing }],
  ["generation", { city: " \u200b " }, { city: en.form.missing }],
];

for (const [kind, values, errors] of objections) {
  Deno.test(`the form says what is wrong with ${JSON.stringify(values)}`, () => {
    assertEquals(errorsOf(kind, values, check), errors);
  });
}

Deno.test("the last day follows the number of days, and the number of days the last day", () => {
  const { followersOf } = formOf("itinerary");
  const values = { durationDays: "5", startDate: "2027-02-26", endDate: "2027-03-01" };
  assertEquals(followersOf!("durationDays", values), { endDate: "2027-03-02" });
  assertEquals(followersOf!("startDate", values), { endDate: "2027-03-02" });
  assertEquals(followersOf!("endDate", values), { durationDays: "4" });
  assertEquals(followersOf!("endDate", { ...values, endDate: "" }), { durationDays: "5" });
  assertEquals(followersOf!("notes", values), {});
  assertEquals(wishOf("itinerary", { destination: "Rome", ...values }).body, {
    destination: "Rome",
    durationDays: 4,
    startDate: "2027-02-26",
  });
});

Deno.test("characters that turn the direction of text do not reach titles", () => {
  const body = { destination: "Paris\u202eevil", durationDays: 1 };
  const { request } = kinds.find(({ http }) => http.noun === "itinerary")!;
  assertEquals(request.parse(body), { ...body, destination: "Parisevil" });
  assertEquals(wishOf("itinerary", { destination: body.destination, durationDays: "1" }).body, {
    destination: "Parisevil",
    durationDays: 1,
  });
});
