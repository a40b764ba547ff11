/** Good plans are not suspected: a false finding costs a turn of the model, and worries a traveller. */
import { assertEquals } from "@std/assert";
import { Itinerary } from "../../../jobs/kinds/itinerary/plan.ts";
import { itineraryRules } from "../../../jobs/kinds/itinerary/rules/rules.ts";
import { realisticPlans } from "../../../testing/realistic_plans.ts";

for (const { what, request, destination, plan } of realisticPlans) {
  Deno.test(`no rule finds anything in a good plan: ${what}`, () => {
    assertEquals(Itinerary.parse(plan), plan);
    const findings = itineraryRules({ request, destination }).flatMap(({ code, check }) =>
      check(plan).map(({ where, message }) => `${code} ${where.join(".")}: ${message}`)
    );
    assertEquals(findings, []);
  });
}
