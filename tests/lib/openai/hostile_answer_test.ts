import { assert } from "@std/assert";
import fc from "fast-check";
import {
  type HostileAnswer,
  hostileAnswer,
  hostileResponse,
} from "../../../testing/fuzz/hostile_models.ts";
import { ask, codeOf, openModel, pass } from "../../../testing/openai_model.ts";

/** A fixed seed, so that each run has the same answers. */
const SEED = 20261128;
const RUNS = 40;

Deno.test("any answer of a model server ends a call with a turn or a failure", async () => {
  let answer: HostileAnswer | undefined;
  const respond = () => hostileResponse(answer!, Promise.resolve());
  // The model may ask again, in another form.
  await using env = openModel(Array(20 * RUNS).fill(respond));
  const codes = new Set<string>();
  const property = fc.asyncProperty(hostileAnswer, async (generated) => {
    answer = generated;
    for (const how of ["chat", "respond"] as const) {
      codes.add(await pass(codeOf(ask(env.model, how).turn), env));
    }
  });
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  for (const code of ["none", "connection_lost", "upstream_error"]) {
    assert(codes.has(code), [...codes].join());
  }
});
