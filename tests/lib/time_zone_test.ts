import { assertStrictEquals } from "@std/assert";
import { localTimeIn } from "../../lib/time_zone.ts";

const times: [timeZone: string, utc: string, local: string][] = [
  ["Europe/Lisbon", "2026-12-04T20:00Z", "2026-12-04T20:00"],
  ["Europe/Berlin", "2026-12-04T23:30Z", "2026-12-05T00:30"],
  ["Europe/Berlin", "2026-07-04T23:30Z", "2026-07-05T01:30"],
  ["America/New_York", "2027-01-01T04:59Z", "2026-12-31T23:59"],
  ["Asia/Kathmandu", "2026-12-04T18:15Z", "2026-12-05T00:00"],
  ["Pacific/Kiritimati", "2026-12-04T10:00Z", "2026-12-05T00:00"],
];

for (const [timeZone, utc, local] of times) {
  Deno.test(`in ${timeZone} it is ${local} at ${utc}`, () => {
    assertStrictEquals(localTimeIn(timeZone, Date.parse(utc)), local);
  });
}
