import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { sampleBundles } from "../../jobs/kinds/bundles/sample.ts";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { techno, tokyo } from "../../testing/app.ts";
import { openModelJobs } from "../../testing/model_jobs.ts";
import { answerCall, modelServers } from "../../testing/model_servers.ts";

/** Calls that a server may refuse before it takes the first one. */
const MAX_REFUSED = 3;

for (const server of modelServers) {
  Deno.test(`both kinds of job complete on ${server.name}, and soon without a refusal`, async () => {
    let plan: object = {};
    await using env = await openModelJobs((path, body) =>
      answerCall(server, { path, body }, JSON.stringify(plan))
    );
    const bundles = sampleBundles(techno as never);
    const works = [
      { kind: env.kinds[0]!, request: tokyo, result: sampleItinerary(tokyo), needed: 1 },
      { kind: env.kinds[1]!, request: techno, result: bundles, needed: 2 },
    ];
    for (const { kind, request, result, needed } of works) {
      plan = result;
      const member = Object.keys(result)[0]!;
      const lines = () => env.calls.map(({ path, status }) => `${path} ${status}`).join(", ");
      const first = await env.run(kind, request, { member });
      assertStrictEquals(first.job.state, "succeeded", JSON.stringify([first.job, lines()]));
      if (server.streams !== false) assertEquals(first.shown, Object.values(result)[0]);
      assert(env.calls.length <= needed + MAX_REFUSED, lines());
      const second = await env.run(kind, request, { member });
      assertEquals([second.job.state, second.job.attempt], ["succeeded", 1]);
      assertStrictEquals(env.calls.length, needed, lines());
    }
  });
}
