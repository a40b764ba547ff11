/**
 * A model server on this computer that speaks OpenAI's protocol. It answers each request with a sample
 * plan, so the whole path with a key can be tried without an account:
 *
 *     deno run -A examples/local_model_server.ts
 *     OPENAI_API_KEY=local OPENAI_BASE_URL=http://localhost:4010/v1 deno task dev
 *
 * It listens on PORT, 4010 unless set.
 */
import { LLMock } from "@copilotkit/aimock";
import { sampleBundles } from "../jobs/kinds/bundles/sample.ts";
import { sampleItinerary } from "../jobs/kinds/itinerary/sample.ts";

const mock = new LLMock({ port: Number(Deno.env.get("PORT") ?? 4010), logLevel: "silent" });

mock.on({}, ({ messages }) => {
  // The prompt sends the traveller's wish as a JSON document between tags.
  const text = messages.map(({ content }) => content).join("\n");
  const wish = JSON.parse(text.match(/<wish>\n([^]*?)\n<\/wish>/)![1]!);
  const plan = "destination" in wish ? sampleItinerary(wish) : sampleBundles(wish);
  return { content: JSON.stringify(plan) };
}, { chunkSize: 40 });

await mock.start();
console.log(`Listening on ${mock.url}`);
