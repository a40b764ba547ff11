/**
 * The platform that the program runs on: Deno. The build for Node.js (`ops/node/build.mjs`) puts
 * `node.ts` in its place.
 * @module
 */
export { platform } from "./deno.ts";
