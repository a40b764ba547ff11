/**
 * The entry point of German pages.
 * @module
 */
import { de } from "../words/de.ts";
import { start } from "./start.tsx";

start(de);
