/**
 * What bundles with the right shape must keep to, as for itineraries: each rule is one entry of the
 * list.
 * @module
 */
import type { Finding, Rule } from "../../../lib/model/plan_review.ts";
import { type Cost, isCurrency, isPlausible, isSound, maxAmountIn } from "../cost.ts";
import { comparable } from "../text.ts";
import type { Bundles, KeyEvent } from "./plan.ts";

/** Each bundle has a title of its own. */
const equalTitles: Rule<Bundles> = {
  code: "equal_titles",
  check({ bundles }) {
    const titles = bundles.map(({ title }) => comparable(title));
    return bundles.flatMap(({ title }, index): Finding[] =>
      titles.indexOf(titles[index]!) === index ? [] : [{
        where: ["bundles", index],
        feedback: `has the title "${title}" of another bundle; make bundles that differ`,
        message: `More than one bundle has the title “${title}”.`,
      }]
    );
  },
};

/** Each bundle has events of its own. One event may be in several bundles. */
const equalBundles: Rule<Bundles> = {
  code: "equal_bundles",
  check({ bundles }) {
    const sets = bundles.map(({ keyEvents }) =>
      [...new Set(keyEvents.map(keyOf))].toSorted().join("\n\n")
    );
    return bundles.flatMap(({ title }, index): Finding[] => {
      const first = sets.indexOf(sets[index]!);
      return first === index ? [] : [{
        where: ["bundles", index],
        feedback: `has the same events as "${bundles[first]!.title}"; make bundles that differ`,
        message: `“${title}” has the same events as “${bundles[first]!.title}”.`,
      }];
    });
  },
};

/** No event twice in one bundle. A series may have one name and several dates. */
const repeatedEvent: Rule<Bundles> = {
  code: "repeated_event",
  check: ({ bundles }) =>
    findEvents(bundles, (events) => {
      const keys = events.map(keyOf);
      return keys.map((key, index) => keys.indexOf(key) < index);
    }, ({ name }, title) => ({
      feedback: `repeats "${name}" of the same bundle; choose another event`,
      message: `“${name}” is listed more than once in “${title}”.`,
    })),
};

/** Names that models write where they have no event. */
const NO_EVENT = /^(?:n a|na|none|null|unknown|tba|tbd|to be (?:announced|determined)|event|-)$/;

/** An event has a name that says something. */
const emptyEvent: Rule<Bundles> = {
  code: "empty_event",
  check: ({ bundles }) =>
    findEvents(bundles, (events) => events.map(isEmpty), ({ name }, title) => ({
      feedback: `has the name "${name}", which names no event; choose an event or leave it out`,
      message: `An event of “${title}” has no name.`,
    })),
};

/** A price is not negative, and not more than any event costs. */
const implausibleCost: Rule<Bundles> = {
  code: "implausible_cost",
  check: ({ bundles }) =>
    findEvents(bundles, eachPrice((price) => !isPlausible(price)), ({ name, price }, title) => ({
      feedback: `price.amount must be from 0 to ${maxAmountIn(price!.currency)}, or price null`,
      message: `The price of “${name}” in “${title}” was not plausible, so it is left out.`,
    })),
  repair: withSoundPlanPrices,
};

/** A price has a currency that exists. */
const unknownCurrency: Rule<Bundles> = {
  code: "unknown_currency",
  check: ({ bundles }) =>
    findEvents(
      bundles,
      eachPrice(({ currency }) => !isCurrency(currency)),
      ({ name, price }, title) => ({
        feedback: `price.currency must be an ISO 4217 code such as EUR, not "${price!.currency}"`,
        message:
          `The price of “${name}” in “${title}” is left out, because its currency does not exist.`,
      }),
    ),
  repair: withSoundPlanPrices,
};

/** All rules, in the order of their warnings. */
export const bundlesRules: readonly Rule<Bundles>[] = [
  equalTitles,
  equalBundles,
  repeatedEvent,
  emptyEvent,
  implausibleCost,
  unknownCurrency,
];

/** Returns the plan without the prices that must not be shown. */
function withSoundPlanPrices(plan: Bundles): Bundles {
  return { ...plan, bundles: plan.bundles.map(withSoundPrices) };
}

/** Returns the bundle without the prices that must not be shown. */
export function withSoundPrices<Bundle extends { keyEvents: { price: Cost | null }[] }>(
  bundle: Bundle,
): Bundle {
  const keyEvents = bundle.keyEvents.map((event) =>
    event.price === null || isSound(event.price) ? event : { ...event, price: null }
  );
  return { ...bundle, keyEvents };
}

/** Returns a check of each known price of a bundle. */
function eachPrice(isWrong: (price: Cost) => boolean): (events: KeyEvent[]) => boolean[] {
  return (events) => events.map(({ price }) => price !== null && isWrong(price));
}

/** Returns what tells an event from others. */
function keyOf({ name, date }: KeyEvent): string {
  return `${comparable(name)}\n${comparable(date)}`;
}

function isEmpty({ name }: KeyEvent): boolean {
  return NO_EVENT.test(comparable(name)) || !/[\p{L}\p{N}\p{Emoji_Presentation}]/u.test(name);
}

/** Finds events by a check that has one answer for each event of a bundle. */
function findEvents(
  bundles: Bundles["bundles"],
  check: (events: KeyEvent[]) => boolean[],
  describe: (event: KeyEvent, title: string) => Omit<Finding, "where">,
): Finding[] {
  return bundles.flatMap(({ title, keyEvents }, bundleIndex) =>
    check(keyEvents).flatMap((isWrong, index) =>
      isWrong
        ? [{
          where: ["bundles", bundleIndex, "keyEvents", index],
          ...describe(keyEvents[index]!, title),
        }]
        : []
    )
  );
}
