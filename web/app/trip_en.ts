/**
 * The entry point of English pages of trips.
 * @module
 */
import { en } from "../words/en.ts";
import { tripPages } from "./trip_pages.ts";
import { start } from "./start.tsx";

start(en, tripPages);
