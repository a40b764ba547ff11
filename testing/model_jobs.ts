/**
 * Jobs of both kinds on a runtime whose model is a local server.
 * @module
 */
import { z } from "zod";
import { createKinds } from "../jobs/registry.ts";
import { parseConfig } from "../lib/config.ts";
import type { CallOptions, Model } from "../lib/model/model.ts";
import { PartialItems } from "../lib/model/partial_items.ts";
import { openaiModel } from "../lib/openai/model.ts";
import { FakeClock } from "./fake_clock.ts";
import { serveLocally } from "./local_server.ts";
import type { Body } from "./openai_model.ts";
import { openRuntimesOn, submit } from "./runtimes.ts";
import { answerWeather } from "./weather_server.ts";

/** A call as it arrived. */
export interface ModelCall {
  path: string;
  body: Body;
  status: number;
}

/**
 * Opens a runtime whose model server gives these answers. Every path but those of the model is the
 * weather.
 *
 * @param answer gets the path, the body, and the number of the call, counted from 0
 */
export async function openModelJobs(
  answer: (path: string, body: Body, n: number) => Response | Promise<Response>,
) {
  const calls: ModelCall[] = [];
  const upstream = serveLocally(async (request, url) => {
    const weather = answerWeather(url);
    if (weather) return weather;
    const body = await request.json();
    const call = { path: url.pathname, body, status: 0 };
    calls.push(call);
    const response = await answer(url.pathname, body, calls.length - 1);
    call.status = response.status;
    return response;
  });
  const config = parseConfig({
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    OPEN_METEO_BASE_URL: upstream.url,
    OPEN_METEO_GEOCODING_BASE_URL: upstream.url,
  });
  const clock = new FakeClock();
  const heard: string[] = [];
  const model = observed(openaiModel({ ...config.openai, apiKey: "sk-test", clock }), heard);
  const kinds = createKinds(config);
  const kv = await Deno.openKv(":memory:");
  const env = openRuntimesOn(kv, { kinds, model: () => model }, clock);
  return {
    calls,
    kinds,
    /**
     * Runs a job to its end, or to its given number of retries.
     *
     * @param member the list in the plan
     */
    async run(
      kind: typeof kinds[number],
      request: unknown,
      { member, retries = 0 }: { member: string; retries?: number },
    ) {
      calls.length = 0;
      heard.length = 0;
      const { job: { id } } = await submit(env.a, kind, request);
      for (let n = 0; n <= retries; n++) {
        await env.a.instance.sweep();
        await env.a.instance.idle();
        clock.advance(60_000);
      }
      const items = new PartialItems({ member, schemaAt: () => z.unknown() });
      items.write(heard.join(""));
      const { job } = (await env.store.read(id))!;
      return { job, shown: items.items };
    },
    async [Symbol.asyncDispose]() {
      env[Symbol.dispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** Returns the model, and collects the text that it reports. */
function observed(model: Model, heard: string[]): Model {
  const hear = (options: CallOptions): CallOptions => ({
    ...options,
    async onEvent(event) {
      if (event.type === "text") heard.push(event.delta);
      await options.onEvent?.(event);
    },
  });
  return {
    ...model,
    chat: (request, options) => model.chat(request, hear(options)),
    respond: (request, options) => model.respond(request, hear(options)),
  };
}
