/**
 * The view of bundles.
 * @module
 */
import type { KindView } from "../view.ts";
import { bundlesForm } from "./form.ts";
import { bundlesPage } from "./page.tsx";
import { bundlesShape } from "./shape.ts";

export const bundlesView: KindView<"bundles"> = {
  ...bundlesForm,
  ...bundlesPage,
  shape: bundlesShape,
};
