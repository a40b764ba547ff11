/**
 * What the page of a trip adds to its plan: menus, photographs, and the calendars of bundles.
 * @module
 */
import type { Job } from "../../client/client.ts";
import { BundleCalendarLink } from "../kinds/file_link.tsx";
import { Photo } from "../kinds/photo.tsx";
import type { PlanSlots } from "../kinds/plan_slots.ts";
import { tripViewOf } from "../kinds/registry.ts";
import { PartMenu } from "../shaping/part_menu.tsx";

/**
 * Returns what fills the slots of a plan.
 *
 * @param options `originalOf`: returns the index of an entry in the plan of the service, which has
 * the photographs
 */
export function planAdditions(
  job: Job,
  { originalOf }: { originalOf: (spot: { part: number; index: number }) => number },
): PlanSlots {
  const isDated = tripViewOf(job).files.calendar === "dates";
  return {
    menu: (spot) => <PartMenu {...spot} />,
    photo: ({ title, part, index }) => (
      <Photo title={title} part={part} index={originalOf({ part, index })} />
    ),
    footer: isDated ? ({ part }) => <BundleCalendarLink job={job} index={part} /> : undefined,
  };
}
