/**
 * The platform that the program runs on. Other modules take it from here, so that a build for another
 * runtime has one place to change.
 * @module
 */
export { platform } from "./deno.ts";
