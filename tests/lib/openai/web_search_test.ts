/**
 * The hosted web search: its request, and what remains of it when a server refuses a part.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { ResponseRequest } from "../../../lib/model/model.ts";
import { responseEvents } from "../../../testing/event_stream.ts";
import { anyRequest } from "../../../testing/jobs.ts";
import {
  type Answer,
  completed,
  join,
  openModel,
  pieces,
  PLAN,
  send,
} from "../../../testing/openai_model.ts";

const REASONING = "reasoning.encrypted_content";
const SOURCES = "web_search_call.action.sources";

const good = send(responseEvents({ pieces }));

/** Returns the parts of the last of the requests that are about additions and the web. */
async function searchFor(request: Partial<ResponseRequest>, answers: Answer[] = [good]) {
  await using env = openModel(answers);
  const signal = new AbortController().signal;
  const { text } = await env.model.respond({ ...anyRequest, ...request }, { signal });
  assertStrictEquals(text, PLAN);
  assertStrictEquals(env.asked.length, answers.length);
  const { include, tools, input } = env.asked.at(-1)!.body!;
  return { include, tools, input };
}

const requests: [webSearch: ResponseRequest["webSearch"], include: string[], tools: object[]][] = [
  [null, [REASONING], []],
  [{ city: null }, [REASONING, SOURCES], [
    { type: "web_search", user_location: { type: "approximate" } },
  ]],
  [{ city: "Porto" }, [REASONING, SOURCES], [
    { type: "web_search", user_location: { type: "approximate", city: "Porto" } },
  ]],
];

for (const [webSearch, include, tools] of requests) {
  Deno.test(`respond() sends the web search ${JSON.stringify(webSearch)}`, async () => {
    const sent = await searchFor({ webSearch });
    assertEquals([sent.include, sent.tools], [include, tools]);
  });
}

const bare = { type: "web_search" };
const located = { ...bare, user_location: { type: "approximate" } };

const refusals: [what: string, errors: object[], include: unknown, tool: object][] = [
  ["additions", [{ message: "Unknown parameter: 'include'." }], undefined, located],
  ["additions by their name", [{ param: "include" }], undefined, located],
  [
    "sources",
    [{
      message: `Invalid value: '${SOURCES}'. Supported values are: '${REASONING}'.`,
      param: "include[1]",
    }],
    [REASONING],
    located,
  ],
  [
    "encrypted reasoning",
    [{
      message: `Invalid value: '${REASONING}'. Supported values are: '${SOURCES}'.`,
      param: "include[0]",
    }],
    [SOURCES],
    located,
  ],
  [
    "encrypted reasoning, in Azure's words",
    [{ message: "Encrypted content is not supported with this model.", param: "include" }],
    [SOURCES],
    located,
  ],
  [
    "both additions, one after the other",
    [{ message: `Unsupported: ${SOURCES}` }, { message: `Unsupported: ${REASONING}` }],
    undefined,
    located,
  ],
  [
    "a location",
    [{ message: "Unknown parameter: 'tools[0].user_location'." }],
    [REASONING, SOURCES],
    bare,
  ],
];

for (const [what, errors, include, tool] of refusals) {
  Deno.test(`respond() does without ${what} if the server refuses it`, async () => {
    const refused = errors.map((error): Answer => () => Response.json({ error }, { status: 400 }));
    const sent = await searchFor({ webSearch: { city: null } }, [...refused, good]);
    assertEquals([sent.include, sent.tools], [include, [tool]]);
  });
}

Deno.test("respond() sends a search back without its sources", async () => {
  const sources = [{ type: "api", name: "oai-weather" }];
  const search = { type: "web_search_call", id: "ws_1", status: "completed" };
  const action = { type: "search", query: "jazz" };
  const wish = { role: "user", content: "wish" };
  const { input } = await searchFor({
    webSearch: { city: null },
    input: [wish, { ...search, action: { ...action, sources } }],
  });
  assertEquals(input, [wish, { ...search, action }]);
});

for (const isOpenAI of [true, false]) {
  Deno.test(`join() asks for ${isOpenAI ? "sources" : "no sources"} of the response`, async () => {
    await using env = openModel([completed], { background: true, isOpenAI });
    assertStrictEquals((await join(env.model).turn)?.text, PLAN);
    const asked = env.asked[0]!.url.searchParams.getAll("include[]");
    assertEquals(asked, isOpenAI ? [REASONING, SOURCES] : [REASONING]);
  });
}
