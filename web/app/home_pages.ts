/**
 * The pages of the script of the home page.
 * @module
 */
import { HomePage } from "./home/home.tsx";
import type { Pages } from "./page.tsx";

export const homePages: Pages<"home"> = { home: HomePage };
