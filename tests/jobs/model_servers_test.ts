import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { createKinds } from "../../jobs/registry.ts";
import { sampleBundles } from "../../jobs/kinds/bundles/sample.ts";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { PartialItems } from "../../lib/model/partial_items.ts";
import type { CallOptions, Model } from "../../lib/model/model.ts";
import { parseConfig } from "../../lib/config.ts";
import { openaiModel } from "../../lib/openai/model.ts";
import { techno, tokyo } from "../../testing/app.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { answerAs, type ModelServer, modelServers } from "../../testing/model_servers.ts";
import { openRuntimesOn, submit } from "../../testing/runtimes.ts";
import { answerWeather } from "../../testing/weather_server.ts";

/** Calls that a server may refuse before it takes the first one. */
const MAX_REFUSED = 2;

/** A runtime whose model is this server, with both kinds of job. */
async function openWith(server: ModelServer) {
  const calls: string[] = [];
  let plan = "";
  const upstream = serveLocally(async (request, url) => {
    const weather = answerWeather(url);
    if (weather) return weather;
    const answer = await answerAs(server, request, plan);
    calls.push(`${url.pathname} ${answer.status}`);
    return answer;
  });
  const config = parseConfig({
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    OPEN_METEO_BASE_URL: upstream.url,
    OPEN_METEO_GEOCODING_BASE_URL: upstream.url,
  });
  const clock = new FakeClock();
  const model = openaiModel({ ...config.openai, apiKey: "sk-test", clock });
  let heard = "";
  const hear = (options: CallOptions): CallOptions => ({
    ...options,
    async onEvent(event) {
      if (event.type === "text") heard += event.delta;
      await options.onEvent?.(event);
    },
  });
  const observed: Model = {
    ...model,
    chat: (request, options) => model.chat(request, hear(options)),
    respond: (request, options) => model.respond(request, hear(options)),
  };
  const kinds = createKinds(config);
  const env = openRuntimesOn(
    await Deno.openKv(":memory:"),
    { kinds, model: () => observed },
    clock,
  );
  return {
    calls,
    kinds,
    /** Runs a job to its end. */
    async run(kind: typeof kinds[number], request: unknown, result: object) {
      calls.length = 0;
      heard = "";
      plan = JSON.stringify(result);
      const { job: { id } } = await submit(env.a, kind, request);
      await env.a.instance.sweep();
      await env.a.instance.idle();
      const items = new PartialItems({
        member: Object.keys(result)[0]!,
        schemaAt: () => z.unknown(),
      });
      items.write(heard);
      return { job: (await env.store.read(id))!.job, shown: items.items };
    },
    async [Symbol.asyncDispose]() {
      env[Symbol.dispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

for (const server of modelServers) {
  Deno.test(`both kinds of job complete on ${server.name}, and soon without a refusal`, async () => {
    await using env = await openWith(server);
    const bundles = sampleBundles(techno as never);
    const works = [
      { kind: env.kinds[0]!, request: tokyo, result: sampleItinerary(tokyo), needed: 1 },
      { kind: env.kinds[1]!, request: techno, result: bundles, needed: 2 },
    ];
    for (const { kind, request, result, needed } of works) {
      const first = await env.run(kind, request, result);
      assertStrictEquals(first.job.state, "succeeded", JSON.stringify([first.job, env.calls]));
      assertEquals(first.shown, Object.values(result)[0]);
      assert(env.calls.length <= needed + MAX_REFUSED, env.calls.join(", "));
      const second = await env.run(kind, request, result);
      assertEquals([second.job.state, second.job.attempt], ["succeeded", 1]);
      assertStrictEquals(env.calls.length, needed, env.calls.join(", "));
    }
  });
}
