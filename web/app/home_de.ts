/**
 * The entry point of the German home page.
 * @module
 */
import { de } from "../words/de.ts";
import { deHome } from "../words/de_home.ts";
import { homePages } from "./home_pages.ts";
import { start } from "./start.tsx";

start({ ...de, ...deHome }, homePages);
