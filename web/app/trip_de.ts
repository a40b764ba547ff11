/**
 * The entry point of German pages of trips.
 * @module
 */
import { de } from "../words/de.ts";
import { tripPages } from "./trip_pages.ts";
import { start } from "./start.tsx";

start(de, tripPages);
