/**
 * The platform that the program runs on: Deno. The build for Node.js puts `node.ts` in its place.
 * @module
 */
export { platform } from "./deno.ts";
