import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { formLimits } from "../../../routes/pages/form_limits.ts";
import {
  durationLabel,
  errorsOf,
  fieldsOf,
  fitsForm,
  formUrl,
  titleOf,
  valuesOf,
  type Wish,
  wishOf,
} from "../../../web/app/wish.ts";
import type { FormValues } from "../../../web/app/kinds/form_view.ts";
import type { Noun } from "../../../jobs/kinds/contracts.ts";
import { kinds, techno, tokyo } from "../../../testing/app.ts";

const limits = formLimits(kinds);
const itinerary: Wish = { kind: "itinerary", body: tokyo };
const generation: Wish = { kind: "generation", body: techno };

/** Whether the API accepts the wish of a form. */
function isAccepted(kind: Noun, values: FormValues): boolean {
  const { request } = kinds.find(({ http }) => http.noun === kind)!;
  return request.safeParse(JSON.parse(JSON.stringify(wishOf(kind, values).body))).success;
}

Deno.test("the limits of a form are those of the schemas", () => {
  const text = { maxLength: 500 };
  assertEquals(limits, {
    destination: { minLength: 1, maxLength: 120 },
    durationDays: { minimum: 1, maximum: 30 },
    interests: { maxLength: 500, maxItems: 20 },
    musicProfile: text,
    timeframe: text,
    otherPreferences: text,
  });
});

/** Text around the limits, with characters that can be counted in more than one way. */
const unit = fc.constantFrom("a", " ", "é", "é", "日", "👩‍👩‍👧", "𝄞", "\ud800", ",", "،", "\n", "　");
const marks = fc.constantFrom("e\u0301", "\u0301", "\u200b", "\u2800", "\u0301".repeat(5));
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

for (const kind of ["itinerary", "generation"] as const) {
  Deno.test(`the form of an ${kind} rejects exactly the wishes that the API rejects`, () => {
    const record = Object.fromEntries(
      fieldsOf(kind).map((name) => [name, name === "durationDays" ? number : text]),
    );
    const seen = { fine: 0, wrong: 0 };
    const property = fc.property(fc.record(record), (values) => {
      const errors = errorsOf(kind, values, limits);
      const isFine = Object.keys(errors).length === 0;
      seen[isFine ? "fine" : "wrong"]++;
      assertStrictEquals(isFine, isAccepted(kind, values), JSON.stringify({ values, errors }));
    });
    fc.assert(property, { seed: 6, numRuns: 3_000 });
    assert(seen.fine > 100 && seen.wrong > 100, JSON.stringify(seen));
  });
}

Deno.test("each error says what is expected", () => {
  const errors = errorsOf(
    "itinerary",
    { destination: "x".repeat(121), durationDays: "31" },
    limits,
  );
  assertEquals(errors, {
    destination: "Use at most 120 characters. You have 121.",
    durationDays: "Enter a whole number, 1 to 30.",
  });
  assertStrictEquals(errorsOf("itinerary", {}, limits).destination, "Please fill this in.");
  const many = { interests: Array(21).fill("x").join(), timeframe: "y".repeat(501) };
  assertEquals(errorsOf("generation", many, limits), {
    interests: "Enter at most 20 items. You have 21.",
    timeframe: "Use at most 500 characters. You have 501.",
  });
  assertStrictEquals(
    errorsOf("itinerary", { destination: "\u3164", durationDays: "1" }, limits).destination,
    "Please fill this in.",
  );
  assertStrictEquals(
    errorsOf("generation", { timeframe: `e${"\u0301".repeat(2_000)}` }, limits).timeframe,
    "This text has too many accents or joined emoji. Use simpler characters.",
  );
  const long = { interests: `x,${"y".repeat(501)}` };
  assertStrictEquals(
    errorsOf("generation", long, limits).interests,
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
  assertStrictEquals(titleOf(itinerary), "Tokyo, Japan");
  assertStrictEquals(durationLabel(itinerary), "2 days");
  assertStrictEquals(
    durationLabel({ kind: "itinerary", body: { ...tokyo, durationDays: 1 } }),
    "1 day",
  );
  assertStrictEquals(titleOf(generation), "Weekend bundles: music, nightlife");
  const interests = Array(20).fill("🎷".repeat(400));
  const long = titleOf({ kind: "generation", body: { preferences: { interests } } });
  assertStrictEquals(long, `Weekend bundles: ${"🎷".repeat(119)}…`);
  assertStrictEquals(durationLabel(generation), null);
  assertStrictEquals(
    titleOf({ kind: "generation", body: { preferences: { interests: [""] } } }),
    "Weekend bundles",
  );
});

const preferences = {
  interests: ["jazz"],
  musicProfile: null,
  timeframe: "",
  otherPreferences: "x",
};

const fitting: [wish: Wish, fits: boolean][] = [
  [itinerary, true],
  [generation, true],
  [{ kind: "generation", body: { preferences } }, true],
  [{ kind: "generation", body: { preferences: {} } }, true],
  [{ kind: "itinerary", body: { ...tokyo, pace: null } }, true],
  [{ kind: "itinerary", body: { ...tokyo, startDate: "2027-05-01" } }, false],
  [{ kind: "itinerary", body: { ...tokyo, diet: ["vegan"] } }, false],
  [{ kind: "itinerary", body: { ...tokyo, travellers: { adults: 2 } } }, false],
  [{ kind: "generation", body: { preferences: { ...preferences, city: "Lisbon" } } }, false],
];

for (const [wish, fits] of fitting) {
  Deno.test(`the form ${fits ? "shows" : "does not show"} all of ${JSON.stringify(wish.body)}`, () => {
    assertStrictEquals(fitsForm(wish), fits);
  });
}
