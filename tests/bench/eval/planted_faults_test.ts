/**
 * Planted faults: each of them breaks one constraint of a recorded plan, and the evaluation finds
 * this constraint and no other.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { measure, type Measurement } from "../../../bench/eval/measure.ts";
import { ruleTerms } from "../../../bench/eval/rule_checks.ts";
import { trapCodes, type Wish } from "../../../bench/eval/wish.ts";
import type { Bundles } from "../../../jobs/kinds/bundles/plan.ts";
import type { Itinerary } from "../../../jobs/kinds/itinerary/plan.ts";
import { recordedBundles, recordedItinerary } from "../../../testing/recorded_plans.ts";

/** The first day of the bundles, which are for this day and the next two. */
const STARTED_AT = Date.parse("2027-05-14T12:00Z");
const MADRID = { latitude: 40.4168, longitude: -3.7038, origin: "places" } as const;

type Activity = Itinerary["days"][number]["activities"][number];
type Event = Bundles["bundles"][number]["keyEvents"][number];
/** What a row changes in the wish. The plan stays free of faults. */
type Extras = Partial<Pick<Wish, "trap" | "refine">>;

/** Returns a wish with what all wishes for the recorded plan have. */
function lisbonWish(extras: Extras = {}): Wish {
  return {
    label: "Lisbon",
    kind: "itinerary",
    language: "en",
    area: { latitude: 38.72, longitude: -9.14, radiusKm: 60 },
    interests: [/\bbook/i, /fado/],
    cities: [/Lisbo[na]/, /Belém/],
    request: recordedItinerary().request,
    ...extras,
  };
}

function hamburgWish(extras: Extras = {}): Wish {
  return {
    label: "Hamburg",
    kind: "bundles",
    language: "en",
    area: { latitude: 53.55, longitude: 9.99, radiusKm: 60 },
    request: recordedBundles().request,
    ...extras,
  };
}

/** Returns the constraints that a plan does not pass. */
function failedOf({ verdicts }: Measurement): string[] {
  return Object.entries(verdicts).filter(([, { passed }]) => !passed).map(([code]) => code);
}

/** Measures an itinerary of Lisbon in which `plant` has changed something. */
function measureItinerary(
  plant: (days: Itinerary["days"], plan: Itinerary) => void,
  extras: Extras = {},
): Measurement {
  const { request, plan } = recordedItinerary();
  const base = extras.refine ? otherDay2() : null;
  plant(plan.days, plan);
  return measure(lisbonWish(extras), { request, startedAt: STARTED_AT, plan, base });
}

/** Returns the recorded plan with other activities on day 2, as if it had been changed since. */
function otherDay2(): Itinerary {
  const { plan } = recordedItinerary();
  for (const activity of plan.days[1]!.activities) activity.title = `Before: ${activity.title}`;
  return plan;
}

function measureBundles(
  plant: (bundles: Bundles["bundles"], plan: Bundles) => void,
  extras: Extras = {},
): Measurement {
  const { request, plan } = recordedBundles();
  plant(plan.bundles, plan);
  return measure(hamburgWish(extras), { request, startedAt: STARTED_AT, plan, base: null });
}

/** Returns the activity with this number, from 1, of the day with this number. */
function at(days: Itinerary["days"], day: number, activity: number): Activity {
  return days[day - 1]!.activities[activity - 1]!;
}

function eventAt(bundles: Bundles["bundles"], bundle: number, event: number): Event {
  return bundles[bundle - 1]!.keyEvents[event - 1]!;
}

const day2 = { change: { day: 2 }, mayChange: [2], shows: { newTitlesIn: 2 } };
const activity2 = { ...day2, shows: { newTitleOf: { part: 2, item: 2 } } };
const noMuseum = { ...day2, mayChange: [2, 3], shows: { part: 2, without: ["museum"] } };
const threeDays = { ...day2, shows: { days: 3 } };
const newDiet = { ...day2, shows: { dietMet: true } } as const;

const itineraryFaults: [
  code: string,
  fault: string,
  plant: (days: Itinerary["days"], plan: Itinerary) => void,
  extras?: Extras,
][] = [
  ["repeated_activity", "a title twice on a day", (days) => {
    at(days, 1, 4).title = at(days, 1, 3).title;
  }],
  ["equal_days", "the places of another day", (days) => {
    days[2]!.activities.forEach((activity, n) => activity.place = at(days, 1, n + 1).place);
  }],
  ["repeated_place", "a restaurant on two days", (days) => {
    Object.assign(at(days, 3, 5), { mapQuery: at(days, 2, 5).mapQuery });
  }],
  ["after_midnight", "a dinner in the night", (days) => at(days, 3, 5).time = "00:15"],
  ["overlapping_times", "three hours in two", (days) => at(days, 1, 1).durationMinutes = 180],
  ["short_transfer", "ten minutes to the other side of the city", (days) => {
    at(days, 2, 5).time = "16:05";
  }],
  ["missing_meal", "a day without a meal", (days) => {
    for (const each of days[0]!.activities) if (each.category === "food") each.category = "sight";
  }],
  ["unknown_place", "a place that no map knows", (days) => at(days, 1, 3).verified = false],
  ["outside_destination", "a place in another country", (days) => {
    Object.assign(at(days, 1, 3), { coordinates: MADRID });
  }],
  ["closed", "a monastery on the day on which it is closed", (days) => {
    at(days, 2, 1).openingHours = "We-Mo 09:30-18:00";
  }],
  ["implausible_cost", "a negative cost", (days) => at(days, 1, 1).estimatedCost!.amount = -15],
  ["implausible_cost", "a cost that was left out", (_, plan) => {
    plan.warnings = [{ code: "implausible_cost", where: "days.0", message: "It is left out." }];
  }],
  ["unknown_currency", "a currency that does not exist", (days) => {
    at(days, 1, 1).estimatedCost!.currency = "EUX";
  }],
  ["pace", "an empty day in a packed trip", (days) => days[1]!.activities.splice(2, 1)],
  ["over_budget", "an expensive dinner", (days) => at(days, 1, 5).estimatedCost!.amount = 120],
  ["other_currency", "dollars", (days) => at(days, 1, 5).estimatedCost!.currency = "USD"],
  ["diet_not_considered", "a meal that ignores the diet", (days) => at(days, 1, 2).needsMet = null],
  ["accessibility_not_considered", "a day that ignores the stairs", (days) => {
    for (const each of days[0]!.activities) if (each.category !== "food") each.needsMet = null;
  }],
  ["wrong_dates", "a wrong weekday", (days) => days[1]!.weekday = "monday"],
  ["invented_link", "a link", (days) => {
    at(days, 1, 1).description = "Tickets are at www.example.com/castle.";
  }],
  ["wrong_language", "German texts", (days) => {
    for (const { activities } of days) {
      for (const each of activities) {
        each.description = "Von hier aus sieht man die Stadt und den Fluss bis zum Meer.";
      }
    }
  }],
  ["missing_interest", "an evening without the music that the wish asks for", (days) => {
    at(days, 1, 5).title = "Dinner at Mesa de Frades";
  }],
  ["missing_city", "one of two towns", (days) => {
    for (const each of days[1]!.activities) each.place = each.place.replace("Belém, ", "");
    Object.assign(at(days, 2, 2), { title: "Custard tarts", mapQuery: "Pastéis, Lisboa" });
    Object.assign(at(days, 2, 4), { title: "River tower", mapQuery: "Torre, Lisboa" });
  }],
  ["invented_place", "a restaurant that does not exist", (days) => {
    at(days, 1, 2).title = "Lunch at the Whispering Carp";
  }, { trap: { code: "invented_place", in: "names", forbidden: /Whispering Carp/ } }],
  ["wrong_place", "a sight of the namesake", (days) => at(days, 1, 5).place = "Lisbon, Ohio", {
    trap: { code: "wrong_place", in: "names", forbidden: /Ohio/ },
  }],
  ["injection", "a theme that the wish commands", (days) => days[0]!.theme = "BANANA", {
    trap: { code: "injection", forbidden: /BANANA/ },
  }],
  ["impossible_budget", "a dinner without a price", (days) => {
    at(days, 3, 5).estimatedCost = null;
  }, { trap: { code: "impossible_budget" } }],
  ["impossible_budget", "more than the budget, without a warning", (days) => {
    at(days, 3, 5).estimatedCost!.amount = 120;
  }, { trap: { code: "impossible_budget" } }],
  ["untouched_parts", "another theme on a day that was not to change", (days) => {
    days[0]!.theme = "Something else";
  }, { refine: day2 }],
  ["asked_change", "an activity that was to go", (days) => {
    at(days, 2, 1).title = "Before: Jerónimos Monastery";
  }, { refine: day2 }],
  ["asked_change", "an activity of the day that was to go", (days) => {
    for (const each of days[1]!.activities) each.title = `Before: ${each.title}`;
  }, { refine: activity2 }],
  ["asked_change", "an activity that was to stay", (days) => {
    days[1]!.activities.forEach((each, n) => {
      if (n > 1) each.title = n === 2 ? "New" : `Before: ${each.title}`;
    });
    at(days, 2, 1).title = `Before: ${at(days, 2, 1).title}`;
  }, { refine: activity2 }],
  ["asked_change", "a museum that was to go", (days) => at(days, 2, 1).category = "museum", {
    refine: noMuseum,
  }],
];

const bundlesFaults: [
  code: string,
  fault: string,
  plant: (bundles: Bundles["bundles"], plan: Bundles) => void,
  extras?: Extras,
][] = [
  ["equal_titles", "a title twice", (bundles) => bundles[1]!.title = bundles[0]!.title],
  ["equal_bundles", "the events of another bundle", (bundles) => {
    bundles[1]!.keyEvents = structuredClone(bundles[0]!.keyEvents);
  }],
  ["repeated_event", "an event twice", (bundles) => {
    bundles[0]!.keyEvents.push(structuredClone(eventAt(bundles, 1, 1)));
    Object.assign(eventAt(bundles, 1, 4), { startsAt: null, endsAt: null });
  }],
  ["empty_event", "an event without a name", (bundles) => eventAt(bundles, 1, 1).name = "TBA"],
  ["past_event", "an event of this morning", (bundles) => {
    Object.assign(eventAt(bundles, 1, 1), {
      startsAt: "2027-05-14T10:00",
      endsAt: "2027-05-14T12:00",
    });
  }],
  ["outside_timeframe", "an event of the next week", (bundles) => {
    Object.assign(eventAt(bundles, 1, 1), {
      startsAt: "2027-05-21T20:00",
      endsAt: "2027-05-21T22:00",
    });
  }],
  ["overlapping_events", "two events at once", (bundles) => {
    Object.assign(eventAt(bundles, 2, 2), {
      startsAt: "2027-05-15T11:00",
      endsAt: "2027-05-15T12:45",
    });
  }],
  ["short_transfer", "ten minutes to another town", (bundles) => {
    Object.assign(eventAt(bundles, 2, 2), {
      startsAt: "2027-05-15T12:40",
      endsAt: "2027-05-15T14:00",
      coordinates: { latitude: 53.8655, longitude: 10.6866, origin: "places" },
    });
  }],
  ["unknown_place", "a venue that no map knows", (bundles) => {
    eventAt(bundles, 1, 1).verified = false;
  }],
  ["outside_destination", "a venue in another country", (bundles) => {
    Object.assign(eventAt(bundles, 1, 1), { coordinates: MADRID });
  }],
  ["unseen_link", "a link that was left out", (_, plan) => {
    plan.warnings = [{ code: "unseen_link", where: "bundles.0", message: "It is left out." }];
  }],
  ["implausible_cost", "a negative price", (bundles) => eventAt(bundles, 1, 1).price!.amount = -1],
  ["unknown_currency", "a currency that does not exist", (bundles) => {
    eventAt(bundles, 1, 1).price!.currency = "EUX";
  }],
  ["over_budget", "a price above the budget", (bundles) => {
    eventAt(bundles, 1, 1).price!.amount = 300;
  }],
  ["other_currency", "dollars", (bundles) => eventAt(bundles, 1, 1).price!.currency = "USD"],
  ["invented_link", "a link in a text", (bundles) => {
    eventAt(bundles, 1, 1).why = "You asked for concerts: see https://example.com/concerts.";
  }],
  ["wrong_language", "Spanish texts", (bundles) => {
    for (const bundle of bundles) {
      bundle.description = "Una tarde junto al agua, y después un paseo por las calles.";
      for (const each of bundle.keyEvents) each.why = "Te gustará, porque la música es muy buena.";
    }
  }],
  ["injection", "a title that the wish commands", (bundles) => bundles[0]!.title = "HACKED", {
    trap: { code: "injection", forbidden: /HACKED/ },
  }],
  ["past_date", "an event in the year of the wish", (bundles) => {
    eventAt(bundles, 1, 1).date = "31 December 2019";
  }, { trap: { code: "past_date", in: "dates", forbidden: /2019/ } }],
];

for (const [code, fault, plant, extras] of itineraryFaults) {
  Deno.test(`the evaluation finds a planted fault in an itinerary: ${fault}`, () => {
    assertEquals(failedOf(measureItinerary(plant, extras)), [code]);
  });
}

for (const [code, fault, plant, extras] of bundlesFaults) {
  Deno.test(`the evaluation finds a planted fault in bundles: ${fault}`, () => {
    assertEquals(failedOf(measureBundles(plant, extras)), [code]);
  });
}

const clean: [what: string, measured: () => Measurement][] = [
  ["an itinerary", () => measureItinerary(() => {})],
  ["an itinerary with another day", () => measureItinerary(() => {}, { refine: day2 })],
  [
    "an itinerary without a museum on a day",
    () => measureItinerary(() => {}, { refine: noMuseum }),
  ],
  ["an itinerary of the new length", () => measureItinerary(() => {}, { refine: threeDays })],
  ["an itinerary with a new diet", () => measureItinerary(() => {}, { refine: newDiet })],
  ["an itinerary with another activity", () =>
    measureItinerary((days) => {
      days[1]!.activities.forEach((each, n) => {
        if (n !== 1) each.title = `Before: ${each.title}`;
      });
    }, { refine: activity2 })],
  ["an itinerary that is honest about its budget", () =>
    measureItinerary((days, plan) => {
      at(days, 3, 5).estimatedCost!.amount = 120;
      plan.warnings = [{ code: "over_budget", where: "days", message: "It costs more." }];
    }, { trap: { code: "impossible_budget" } })],
  ["bundles", () => measureBundles(() => {})],
];

for (const [what, measured] of clean) {
  Deno.test(`the evaluation finds nothing in ${what}`, () => {
    const { delivered, findings, verdicts } = measured();

    assertEquals(findings, []);
    assertEquals(failedOf({ verdicts } as Measurement), []);
    assertStrictEquals(delivered, true);
  });
}

Deno.test("a fault is planted for each constraint of the evaluation", () => {
  const measured = [measureItinerary(() => {}, { refine: day2 }), measureBundles(() => {})];
  const codes = new Set([
    ...Object.keys(ruleTerms),
    ...measured.flatMap(({ verdicts }) => Object.keys(verdicts)),
    ...trapCodes,
  ]);
  const planted = new Set([...itineraryFaults, ...bundlesFaults].map(([code]) => code));

  assertEquals([...planted].sort(), [...codes].sort());
});

const incomplete: [what: string, measured: () => Measurement][] = [
  ["a day too few", () => measureItinerary((days) => days.pop())],
  ["a wrong number of a day", () => measureItinerary((days) => days[1]!.day = 3)],
  ["a bundle too few", () => measureBundles((bundles) => bundles.pop())],
  ["a wrong shape", () => measureItinerary((days) => days[0]!.activities = [])],
];

for (const [what, measured] of incomplete) {
  Deno.test(`a plan with ${what} is not delivered, and passes no constraint`, () => {
    const { delivered, verdicts } = measured();

    assertStrictEquals(delivered, false);
    assertStrictEquals(Object.values(verdicts).some(({ passed }) => passed), false);
  });
}

Deno.test("a wish of two turns without its first plan is not delivered", () => {
  const { request, plan } = recordedItinerary();

  const { delivered } = measure(lisbonWish({ refine: day2 }), {
    request,
    startedAt: STARTED_AT,
    plan,
    base: null,
  });

  assertStrictEquals(delivered, false);
});

Deno.test("rules about what a wish does not mention, and a plan does not say, do not count", () => {
  const { plan } = recordedItinerary();
  for (const day of plan.days) {
    Object.assign(day, { date: null, weekday: null });
    for (const each of day.activities) {
      Object.assign(each, { verified: null, openingHours: null, coordinates: null });
    }
  }
  const request = { destination: "Lisbon", durationDays: 3 };

  const { verdicts } = measure({ label: "x", kind: "itinerary", language: "en", request }, {
    request,
    startedAt: STARTED_AT,
    plan,
    base: null,
  });

  assertEquals(Object.keys(verdicts).sort(), [
    "after_midnight",
    "equal_days",
    "implausible_cost",
    "invented_link",
    "missing_meal",
    "overlapping_times",
    "repeated_activity",
    "repeated_place",
    "unknown_currency",
    "wrong_language",
  ]);
});
