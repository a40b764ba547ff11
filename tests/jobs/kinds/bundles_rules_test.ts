/** Each rule of the review of bundles: what breaks it alone, and what it must not report. */
import { assertEquals, assertMatch } from "@std/assert";
import { Bundles, type KeyEvent } from "../../../jobs/kinds/bundles/plan.ts";
import type { BundlesRequest } from "../../../jobs/kinds/bundles/request.ts";
import { bundlesRules } from "../../../jobs/kinds/bundles/rules/rules.ts";
import type { Destination } from "../../../jobs/places/place.ts";
import {
  lisbon,
  madrid,
  RICH_START,
  richBundles,
  richLink,
  richPreferences,
} from "../../../testing/rich_plans.ts";

type Preferences = BundlesRequest["preferences"];

/** What a change may change besides the plan. */
interface Review {
  wish: Preferences;
  startedAt: number;
  destination: Destination | null;
}

type Change = (bundles: Bundles["bundles"], review: Review) => void;

/** Returns the plan and the rules after a change. */
function changed(change: Change) {
  const plan = richBundles();
  const review: Review = {
    wish: structuredClone(richPreferences),
    startedAt: RICH_START,
    destination: lisbon,
  };
  const links = plan.bundles.flatMap(({ keyEvents }) => keyEvents.map(({ url }) => url));
  change(plan.bundles, review);
  const { wish, startedAt, destination } = review;
  const rules = bundlesRules({
    request: { preferences: wish },
    startedAt,
    destination,
    isKnownLink: (link) => links.includes(link),
  });
  return { plan, rules };
}

function findingsOf(change: Change) {
  const { plan, rules } = changed(change);
  return rules.flatMap(({ code, check }) =>
    check(plan).map(({ where, ...rest }) => ({ code, where: where.join("."), ...rest }))
  );
}

/** Returns the plan after the repairs of its broken rules. */
function repaired(change: Change): Bundles {
  const { plan, rules } = changed(change);
  return rules.reduce(
    (plan, { check, repair }) => repair && check(plan).length > 0 ? repair(plan) : plan,
    plan,
  );
}

/** Sets members of an event. Both numbers count from 0. */
function set(bundle: number, event: number, members: Partial<KeyEvent>): Change {
  return (bundles) => void Object.assign(bundles[bundle]!.keyEvents[event]!, members);
}

function all(...changes: Change[]): Change {
  return (bundles, review) => changes.forEach((change) => change(bundles, review));
}

function ask(wish: Partial<Preferences>): Change {
  return (_, review) => void Object.assign(review.wish, wish);
}

function startAt(time: string): Change {
  return (_, review) => void (review.startedAt = Date.parse(time));
}

const usd = { amount: 5, currency: "USD" };

/** Changes that break one rule, where, and what is said about it. */
const broken: {
  code: string;
  what: string;
  change: Change;
  where: string;
  feedback: RegExp;
  message: RegExp;
}[] = [
  {
    code: "equal_titles",
    what: "a title twice",
    change: ([, second]) => second!.title = "FADO nights!",
    where: "bundles.1",
    feedback: /^has the title "FADO nights!" of another bundle; make bundles that differ$/,
    message: /^More than one bundle has the title “FADO nights!”\.$/,
  },
  {
    code: "equal_bundles",
    what: "the events of another bundle",
    change: ([first, second]) => second!.keyEvents = structuredClone(first!.keyEvents).toReversed(),
    where: "bundles.1",
    feedback: /^has the same events as "Fado nights"/,
    message: /^“Stages” has the same events as “Fado nights”\.$/,
  },
  {
    code: "repeated_event",
    what: "an event twice in a bundle",
    change: ([, , third]) => {
      const { name, date } = third!.keyEvents[1]!;
      Object.assign(third!.keyEvents[2]!, { name, date });
    },
    where: "bundles.2.keyEvents.2",
    feedback: /^repeats "Christmas fair" of the same bundle/,
    message: /^“Christmas fair” is listed more than once in “Outdoors”\.$/,
  },
  {
    code: "empty_event",
    what: "an event without a name",
    change: set(0, 1, { name: "TBA" }),
    where: "bundles.0.keyEvents.1",
    feedback: /^has the name "TBA", which names no event/,
    message: /^An event of “Fado nights” has no name\.$/,
  },
  {
    code: "past_event",
    what: "a concert that began five hours ago",
    change: startAt("2026-12-05T02:01Z"),
    where: "bundles.0.keyEvents.0",
    feedback: /^began at 2026-12-04T21:00 and is over; choose an event that lies ahead$/,
    message: /^“Fado at Mesa” in “Fado nights” seems to be over already\. Check its date\.$/,
  },
  {
    code: "past_event",
    what: "a concert without a known end that began more than four hours ago",
    change: all(startAt("2026-12-05T01:01Z"), set(0, 0, { endsAt: null })),
    where: "bundles.0.keyEvents.0",
    feedback: /^began at 2026-12-04T21:00 and is over/,
    message: /seems to be over already/,
  },
  {
    code: "past_event",
    what: "a day that is over everywhere on Earth",
    change: all(
      ask({ startDate: undefined }),
      set(0, 0, { startsAt: "2026-11-30", endsAt: null, timeZone: null }),
    ),
    where: "bundles.0.keyEvents.0",
    feedback: /^began at 2026-11-30 and is over/,
    message: /seems to be over already/,
  },
  {
    code: "outside_timeframe",
    what: "an event on the day after the last one",
    change: set(1, 1, { startsAt: "2026-12-07T20:00", endsAt: null }),
    where: "bundles.1.keyEvents.1",
    feedback:
      /^is on 2026-12-07, but the wish is for events from 2026-12-04 until 2026-12-06; choose/,
    message: /^“Jazz club” in “Stages” is not within your dates\.$/,
  },
  {
    code: "outside_timeframe",
    what: "an event on the day before the first one",
    change: set(2, 2, { startsAt: "2026-12-03" }),
    where: "bundles.2.keyEvents.2",
    feedback: /^is on 2026-12-03, but/,
    message: /^“Open studio” in “Outdoors” is not within your dates\.$/,
  },
  {
    code: "outside_timeframe",
    what: "an exhibition that ends too early",
    change: set(2, 1, { endsAt: "2026-12-03" }),
    where: "bundles.2.keyEvents.1",
    feedback: /^is on 2026-11-28, but/,
    message: /^“Christmas fair” in “Outdoors” is not within your dates\.$/,
  },
  {
    code: "overlapping_events",
    what: "an event that ends 16 minutes after the next one begins",
    change: set(1, 0, { endsAt: "2026-12-05T22:46" }),
    where: "bundles.1.keyEvents.1",
    feedback: /^starts at 2026-12-05T22:30, before "Symphony" of the same bundle ends; choose/,
    message: /^“Jazz club” in “Stages” begins before “Symphony” ends\.$/,
  },
  {
    code: "overlapping_events",
    what: "two concerts at one time, of unknown ends",
    change: all(
      set(1, 0, { endsAt: null }),
      set(1, 1, { startsAt: "2026-12-05T19:00", endsAt: null, category: "entertainment" }),
    ),
    where: "bundles.1.keyEvents.1",
    feedback: /^starts at 2026-12-05T19:00, before "Symphony"/,
    message: /begins before “Symphony” ends\.$/,
  },
  {
    code: "short_transfer",
    what: "no time for the way",
    change: set(1, 1, { startsAt: "2026-12-05T21:00" }),
    where: "bundles.1.keyEvents.1",
    feedback: /^the way there takes about 3\d minutes, but the times leave 0; choose/,
    message: /^The way to “Jazz club” in “Stages” takes about 3\d minutes, but there are only 0\.$/,
  },
  {
    code: "unknown_place",
    what: "a place that the provider does not know",
    change: set(0, 0, { verified: false, coordinates: null }),
    where: "bundles.0.keyEvents.0",
    feedback: /^no map knows "House of Fado at Mesa, Lisboa" there/,
    message: /^The place of “Fado at Mesa” in “Fado nights” was not found on the map\./,
  },
  {
    code: "outside_destination",
    what: "an event 502 km away",
    change: set(0, 1, { coordinates: { ...madrid, origin: "approximate" } }),
    where: "bundles.0.keyEvents.1",
    feedback: /^its coordinates lie 502 km from Lisbon; choose an event there, or correct/,
    message: /^“Fado museum” in “Fado nights” seems to be far away from the city\./,
  },
  {
    code: "unseen_link",
    what: "a link that no tool has returned",
    change: set(0, 0, { url: "https://example.com/invented" }),
    where: "bundles.0.keyEvents.0",
    feedback: /^no tool has returned this url; give one that a tool returned, or null$/,
    message:
      /^The link of “Fado at Mesa” in “Fado nights” is left out, because no search has found/,
  },
  {
    code: "implausible_cost",
    what: "a negative price",
    change: set(0, 0, { price: { amount: -1, currency: "EUR" } }),
    where: "bundles.0.keyEvents.0",
    feedback: /^price\.amount must be from 0 to 100000, or price null$/,
    message:
      /^The price of “Fado at Mesa” in “Fado nights” was not plausible, so it is left out\.$/,
  },
  {
    code: "unknown_currency",
    what: "a currency that does not exist",
    change: set(0, 0, { price: { amount: 1, currency: "€" } }),
    where: "bundles.0.keyEvents.0",
    feedback: /not "€"$/,
    message: /is left out, because its currency does not exist\.$/,
  },
  {
    code: "other_currency",
    what: "a price in another currency than the budget",
    change: set(0, 0, { price: usd }),
    where: "bundles.0",
    feedback: /^every price must be in EUR, the currency of the budget, not in USD$/,
    message:
      /^Some prices in “Fado nights” are in USD, so they are not compared with your budget of/,
  },
  {
    code: "over_budget",
    what: "a bundle that costs more than the budget of all",
    change: ask({ budget: { amount: 89, currency: "EUR", per: "all" } }),
    where: "bundles.1",
    feedback: /^the events cost 90 EUR for 2 adults together, but the budget is 89 EUR; choose/,
    message: /^“Stages” costs about 90 EUR for 2 adults\. Your budget is 89 EUR\.$/,
  },
];

Deno.test("bundles with everything keep all rules", () => {
  assertEquals(findingsOf(() => {}), []);
  assertEquals(Bundles.parse(richBundles()), richBundles());
});

for (const { code, what, change, where, feedback, message } of broken) {
  Deno.test(`the rule ${code} of bundles finds ${what}, and no other rule does`, () => {
    const [finding, ...others] = findingsOf(change);
    assertEquals({ code: finding?.code, where: finding?.where }, { code, where });
    assertEquals(others, []);
    assertMatch(finding!.message, message);
    assertMatch(finding!.feedback!, feedback);
  });
}

Deno.test("each rule for bundles has a row in this table", () => {
  const codes = new Set(broken.map(({ code }) => code));
  assertEquals([...codes].sort(), changed(() => {}).rules.map(({ code }) => code).sort());
});

/** Changes that come close to breaking a rule. */
const fine: [what: string, change: Change][] = [
  ["a concert that is still on", startAt("2026-12-04T23:29Z")],
  [
    "a concert without a known end, three hours after its begin",
    all(startAt("2026-12-05T00:00Z"), set(0, 0, { endsAt: null })),
  ],
  [
    "yesterday's concert, where its time zone is not known",
    all(startAt("2026-12-05T11:00Z"), set(0, 0, { timeZone: null })),
  ],
  ["an exhibition that has begun", set(2, 1, { startsAt: "2026-11-28", endsAt: "2026-12-24" })],
  [
    "an event of today, of which only the day is known",
    all(startAt("2026-12-04T23:30Z"), set(0, 0, { startsAt: "2026-12-04", endsAt: null })),
  ],
  [
    "a club in the night after the last day",
    set(1, 1, { startsAt: "2026-12-07T01:30", endsAt: "2026-12-07T04:00" }),
  ],
  [
    "an event on any later day, without a last day",
    all(
      ask({ endDate: undefined }),
      set(1, 1, {
        startsAt: "2027-06-01T20:00",
        endsAt: null,
      }),
    ),
  ],
  [
    "events of any date, without dates in the wish",
    all(
      ask({ startDate: undefined, endDate: undefined }),
      set(1, 1, { startsAt: "2027-06-01T20:00", endsAt: null }),
    ),
  ],
  ["an event without a definite day", set(1, 1, { startsAt: null, endsAt: null })],
  [
    "an event that ends 15 minutes late",
    all(set(1, 0, { endsAt: "2026-12-05T22:45" }), set(1, 1, { coordinates: null })),
  ],
  ["a concert during a market of the whole day", set(0, 1, { startsAt: "2026-12-05T16:00" })],
  [
    "two shops that open at one time",
    all(
      set(2, 0, { startsAt: "2026-12-06T10:00", endsAt: null, category: "shopping" }),
      set(2, 2, { startsAt: "2026-12-06T10:00", endsAt: null }),
    ),
  ],
  [
    "two concerts at one time, in two bundles",
    set(0, 2, { startsAt: "2026-12-05T19:00", endsAt: "2026-12-05T21:00" }),
  ],
  [
    "a way for which 20 minutes are left instead of 34",
    set(1, 1, { startsAt: "2026-12-05T21:20" }),
  ],
  [
    "a way for which four minutes are left instead of 34, between positions of a model",
    (bundles) => {
      const [before, next] = bundles[1]!.keyEvents;
      next!.startsAt = "2026-12-05T21:05";
      before!.coordinates!.origin = "approximate";
    },
  ],
  [
    "a way between positions that are not known",
    all(set(1, 1, { startsAt: "2026-12-05T21:00", coordinates: null })),
  ],
  ["a place that was not looked up", set(0, 0, { verified: null, coordinates: null })],
  [
    "any position, where the city is not known",
    all(
      (_, review) => void (review.destination = null),
      set(0, 1, { coordinates: { ...madrid, origin: "places" } }),
    ),
  ],
  ["an event without a link", set(0, 0, { url: null })],
  [
    "a bundle that costs exactly the budget",
    ask({
      budget: { amount: 90, currency: "EUR", per: "all" },
    }),
  ],
  [
    "bundles that cost more than the budget together",
    ask({
      budget: { amount: 45, currency: "EUR", per: "person" },
    }),
  ],
  [
    "a price in another currency, without a budget",
    all(
      ask({ budget: undefined }),
      set(0, 0, {
        price: usd,
      }),
    ),
  ],
  ["one event in two bundles", ([first, second]) => second!.keyEvents.push(first!.keyEvents[0]!)],
];

for (const [what, change] of fine) {
  Deno.test(`no rule for bundles finds ${what}`, () => {
    assertEquals(findingsOf(change), []);
  });
}

Deno.test("an invented link, a wrong position and a wrong price are not shown", () => {
  const { bundles } = repaired(all(
    set(0, 0, { url: "https://example.com/invented", price: { amount: -1, currency: "EUR" } }),
    set(0, 1, { coordinates: { ...madrid, origin: "approximate" } }),
    set(0, 2, { coordinates: { ...madrid, origin: "places" } }),
  ));
  const [first, second, third] = bundles[0]!.keyEvents;
  assertEquals([first!.url, first!.price, second!.coordinates], [null, null, null]);
  assertEquals(second!.url, richLink("Fado museum"));
  assertEquals(third!.coordinates, { ...madrid, origin: "places" });
});
