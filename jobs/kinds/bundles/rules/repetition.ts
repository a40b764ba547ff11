/**
 * Rules against repetitions, and against events that say nothing. TravelPlanner (arXiv 2402.01622)
 * has the commonsense constraints "Diverse Attractions" and "Complete Information".
 * @module
 */
import type { Finding } from "../../../../lib/model/plan_review.ts";
import { comparable } from "../../text.ts";
import type { KeyEvent } from "../plan.ts";
import { type BundlesRule, findEvents } from "./findings.ts";

/** Each bundle has a title of its own. */
const equalTitles: BundlesRule = {
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
const equalBundles: BundlesRule = {
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
const repeatedEvent: BundlesRule = {
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
const emptyEvent: BundlesRule = {
  code: "empty_event",
  check: ({ bundles }) =>
    findEvents(bundles, (events) => events.map(isEmpty), ({ name }, title) => ({
      feedback: `has the name "${name}", which names no event; choose an event or leave it out`,
      message: `An event of “${title}” has no name.`,
    })),
};

/** Returns what tells an event from others. */
function keyOf({ name, date }: KeyEvent): string {
  return `${comparable(name)}\n${comparable(date)}`;
}

function isEmpty({ name }: KeyEvent): boolean {
  return NO_EVENT.test(comparable(name)) || !/[\p{L}\p{N}\p{Emoji_Presentation}]/u.test(name);
}

/** The rules against repetitions and empty events, in the order of their warnings. */
export const repetitionRules: readonly BundlesRule[] = [
  equalTitles,
  equalBundles,
  repeatedEvent,
  emptyEvent,
];
