/**
 * The view of bundles.
 * @module
 */
import type { KindView } from "../view.ts";
import { bundlesForm } from "./form.ts";
import { bundlesPage } from "./page.tsx";

export const bundlesView: KindView<"bundles"> = { ...bundlesForm, ...bundlesPage };
