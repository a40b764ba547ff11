/**
 * Tests that need something of the machine that not every machine has.
 * @module
 */

/**
 * Says which tests are skipped. With `CI` set, as an annotation that GitHub shows beside the result.
 *
 * @param reason what is missing
 * @returns whether to skip the tests
 */
export function isSkipped(tests: string, reason: string | null): boolean {
  if (reason === null) return false;
  const prefix = Deno.env.get("CI") ? "::warning title=Skipped tests::" : "Skipped: ";
  console.warn(`${prefix}${tests}, because ${reason}`);
  return true;
}
