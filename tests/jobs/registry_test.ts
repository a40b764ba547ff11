import { assert, assertStrictEquals } from "@std/assert";
import { createKinds } from "../../jobs/registry.ts";
import { parseConfig } from "../../lib/config.ts";
import { scriptedModel, testContext } from "../../testing/jobs.ts";

const settings: [kind: string, env: Record<string, string>, member: string, value: unknown][] = [
  ["itinerary", {}, "reasoningEffort", "low"],
  ["itinerary", { ITINERARY_EFFORT: "none" }, "reasoningEffort", "none"],
  ["itinerary", { ITINERARY_EFFORT: "" }, "reasoningEffort", undefined],
  ["itinerary", { ITINERARY_MODEL: "small" }, "model", "small"],
  ["bundles", {}, "reasoningEffort", "medium"],
  ["bundles", { BUNDLES_EFFORT: "high" }, "reasoningEffort", "high"],
  ["bundles", { BUNDLES_EFFORT: "" }, "reasoningEffort", undefined],
  ["bundles", { BUNDLES_MODEL: "large" }, "model", "large"],
];

for (const [name, env, member, value] of settings) {
  Deno.test(`a request for ${name} has ${member} ${value} with ${JSON.stringify(env)}`, async () => {
    const kind = createKinds(parseConfig(env)).find((kind) => kind.name === name);
    assert(kind);
    const answer = { text: JSON.stringify(kind.sample(kind.example)) };
    // The second one is for a review that finds something in the sample.
    const { model, requests } = scriptedModel([answer, answer]);
    await kind.generate(kind.example, testContext(model).context);
    assertStrictEquals((requests[0] as Record<string, unknown>)[member], value);
  });
}
