/**
 * The entry point of the English home page.
 * @module
 */
import { en } from "../words/en.ts";
import { enHome } from "../words/en_home.ts";
import { homePages } from "./home_pages.ts";
import { start } from "./start.tsx";

start({ ...en, ...enHome }, homePages);
