/** Function calls that a model writes as text, in the forms that users of small models report. */
import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import { writtenCalls } from "../../../lib/openai/written_calls.ts";
import { techno } from "../../../testing/app.ts";
import { caseRequest, cityTool, DAY_PLAN, healthyChat } from "../../../testing/model_case.ts";
import { openModelJobs } from "../../../testing/model_jobs.ts";
import { ask, openModel } from "../../../testing/openai_model.ts";

const rome = '{"name": "get_weather", "arguments": {"city": "Rome"}}';
const oslo = '{"name": "get_weather", "arguments": {"city": "Oslo"}}';
const tagged = (body: string) => `<tool_call>\n${body}\n</tool_call>`;
const fenced = (body: string) => "```json\n" + body + "\n```";

/** What a model writes, and the cities of the calls in it. */
const texts: [name: string, text: string, cities: string[]][] = [
  ["tags, as Qwen and Hermes", tagged(rome), ["Rome"]],
  ["several tags", `${tagged(rome)}\n${tagged(oslo)}`, ["Rome", "Oslo"]],
  ["a sentence before the tags", `Let me see.\n\n${tagged(rome)}`, ["Rome"]],
  ["tags without an end", `<tool_call>\n${rome}`, ["Rome"]],
  ["thoughts before the tags", `<think>Rome {or} Oslo?</think>\n${tagged(rome)}`, ["Rome"]],
  ["a fence in tags", tagged(fenced(rome)), ["Rome"]],
  ["the call alone, as Qwen Coder", rome, ["Rome"]],
  ["a fence, as Llama", fenced(rome.replace("arguments", "parameters")), ["Rome"]],
  ["a type, as Llama", rome.replace("{", '{"type": "function", '), ["Rome"]],
  ["a list", `[${rome}, ${oslo}]`, ["Rome", "Oslo"]],
  ["no arguments", '{"name": "get_weather", "arguments": {}}', [""]],
  ["another function", tagged(rome.replace("get_weather", "send_mail")), []],
  ["a good and a bad call", `${tagged(rome)}${tagged(rome.replace("get_weather", "x"))}`, []],
  ["arguments that are a text", '{"name": "get_weather", "arguments": "Rome"}', []],
  ["arguments that are a list", '{"name": "get_weather", "arguments": ["Rome"]}', []],
  ["a call without arguments", '{"name": "get_weather"}', []],
  ["a call in a sentence", `You could call ${rome} to learn more.`, []],
  ["half a call", tagged(rome.slice(0, 30)), []],
  ["a plan", DAY_PLAN, []],
  ["an empty list", "[]", []],
  ["nothing", "", []],
  ["too many calls", tagged(rome).repeat(101), []],
];

for (const [name, text, cities] of texts) {
  Deno.test(`writtenCalls() reads ${cities.length} calls from ${name}`, () => {
    const calls = writtenCalls(text, ["get_weather", "search_events"]);
    assertEquals(calls.map(({ arguments: given }) => JSON.parse(given).city ?? ""), cities);
    assertEquals(new Set(calls.map(({ callId }) => callId)).size, cities.length);
    for (const { name } of calls) assertStrictEquals(name, "get_weather");
  });
}

Deno.test("respond() over Chat Completions returns written calls in place of the text", async () => {
  const text = tagged(`{"name":"${cityTool.name}","arguments":{"city":"Rome"}}`);
  await using env = openModel([healthyChat(text)], { responsesApi: "chat" });
  const turn = await ask(env.model, "respond", {}, { ...caseRequest, tools: [cityTool] }).turn;
  const [call] = turn.calls;
  assertEquals([turn.text, call?.name, call?.arguments], [null, cityTool.name, '{"city":"Rome"}']);
  assertEquals(turn.output.map(({ type, call_id }) => [type, call_id]), [
    ["function_call", call?.callId],
  ]);
});

Deno.test("respond() returns no written calls if no functions were offered", async () => {
  await using env = openModel([healthyChat(rome)], { responsesApi: "chat" });
  const turn = await ask(env.model, "respond", {}, { ...caseRequest, tools: [] }).turn;
  assertEquals([turn.text, turn.calls], [rome, []]);
});

Deno.test("bundles complete with a model that writes its calls as text", async () => {
  const plan = JSON.stringify(sampleBundles(techno as never));
  await using env = await openModelJobs((path, body, n) => {
    if (!path.endsWith("/chat/completions")) return new Response(null, { status: 404 });
    const isFirst = !JSON.stringify(body.messages).includes('"role":"tool"');
    return healthyChat(isFirst ? tagged(rome.replace("Rome", "Lisbon")) : plan)({ n });
  });
  const { job } = await env.run(env.kinds[1]!, techno, { member: "bundles" });
  assertStrictEquals(job.state, "succeeded");
  const messages = env.calls.at(-1)!.body.messages;
  const [asked, told] = messages.slice(-2);
  assertStrictEquals(told.role, "tool");
  assertStrictEquals(told.tool_call_id, asked.tool_calls[0].id);
  assertNotStrictEquals(JSON.parse(told.content).timezone, undefined);
});
