/**
 * The version of the program, as in `deno.json` and `CHANGELOG.md`.
 * @module
 */
import denoJson from "../deno.json" with { type: "json" };

/** For example `0.2.0`, as defined by https://semver.org. */
export const VERSION: string = denoJson.version;
