/**
 * The version of the program, as `deno.json` and `CHANGELOG.md` have it.
 * @module
 */
import denoJson from "../deno.json" with { type: "json" };

/** For example `0.2.0`, in the sense of https://semver.org. */
export const VERSION: string = denoJson.version;
