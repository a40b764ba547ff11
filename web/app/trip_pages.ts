/**
 * The pages of the script of trips: all that show a trip, or say why there is none.
 * @module
 */
import { CopyPage } from "./copy_page.tsx";
import { LockedPage } from "./locked.tsx";
import type { Pages } from "./page.tsx";
import { GonePage } from "./trip/gone.tsx";
import { TripPage } from "./trip/trip.tsx";

export const tripPages: Pages<"trip" | "gone" | "locked" | "copy"> = {
  trip: TripPage,
  gone: GonePage,
  locked: LockedPage,
  copy: CopyPage,
};
