/**
 * The view of bundles.
 * @module
 */
import type { KindView } from "../view.ts";
import { bundlesPage } from "./page.tsx";
import { bundlesShape } from "./shape.ts";
import { bundlesWish } from "./wish.ts";

export const bundlesView: KindView<"bundles"> = {
  ...bundlesWish,
  ...bundlesPage,
  shape: bundlesShape,
};
