/**
 * Model servers that refuse a part of a request, and accept the rest.
 * @module
 */
import { assert, assertNotEquals, assertStrictEquals } from "@std/assert";
import { caseRequest, DAY_PLAN, healthy, type How } from "./model_case.ts";
import { type Answer, ask, type Body, openModel } from "./openai_model.ts";

/** A part of a request, and how a server refuses it. */
export interface RefusalCase {
  name: string;
  how: How | "both";
  /** Whether the server refuses a request. */
  refuses: (body: Body) => boolean;
  status?: number;
  /** The body of the refusal; a text is the message of an error. */
  says: unknown;
  /** Checks the accepted request. */
  sends?: (body: Body) => boolean;
  /** The number of refusals; 1 by default. */
  refusals?: number;
  request?: Partial<typeof caseRequest>;
  isOpenAI?: boolean;
  /** Whether a turn with functions is made over Chat Completions. */
  isOverChat?: boolean;
}

export const schemaOf = (body: Body) =>
  body.response_format?.json_schema?.schema ?? body.text?.format?.schema;
export const formatOf = (body: Body) => (body.response_format ?? body.text?.format)?.type;
export const hasKeyword = (...names: string[]) => (body: Body) =>
  names.some((name) => JSON.stringify(schemaOf(body) ?? {}).includes(`"${name}"`));
export const has = (name: string) => (body: Body) => body[name] !== undefined;
export const limitOf = (body: Body) =>
  body.max_completion_tokens ?? body.max_tokens ?? body.max_output_tokens;
export const asks = (limit: number) => (body: Body) => limitOf(body) > limit;
export const error = (message: string, more: object = {}) => ({
  error: { message, type: "invalid_request_error", param: null, code: null, ...more },
});
export const forbidden = (name: string) => ({
  object: "error",
  message: {
    detail: [{
      type: "extra_forbidden",
      loc: ["body", name],
      msg: "Extra inputs are not permitted",
      input: 7_000,
    }],
  },
  type: "invalid_request_error",
  param: null,
  code: null,
});
/** Answers in the API of the call, as a stream only if one was requested. */
export async function accept(how: How, body: Body): Promise<Response> {
  const answer = healthy[how]();
  if (body.stream) return await answer(body);
  return Response.json(
    how === "chat"
      ? { id: "c1", choices: [{ message: { content: DAY_PLAN }, finish_reason: "stop" }] }
      : {
        id: "r1",
        object: "response",
        status: "completed",
        output: [{ type: "message", content: [{ type: "output_text", text: DAY_PLAN }] }],
      },
  );
}

const ways = (how: RefusalCase["how"]): How[] => how === "both" ? ["chat", "respond"] : [how];

/** Runs a case twice: the second time, the first request is accepted. */
export async function runRefusal(how: How, row: RefusalCase): Promise<void> {
  const { refuses, status = 400, says, sends, refusals = 1, isOpenAI = false, isOverChat } = row;
  const answer: Answer = (asked) =>
    refuses(asked) ? Response.json(says, { status }) : accept(isOverChat ? "chat" : how, asked);
  const responsesApi = isOverChat ? "chat" : "auto";
  await using env = openModel(Array(9).fill(answer), { isOpenAI, responsesApi });
  const request = { ...caseRequest, ...row.request };
  assertStrictEquals((await ask(env.model, how, {}, request).turn).text, DAY_PLAN);
  assertStrictEquals(env.asked.length, refusals + 1);
  const accepted = env.asked.at(-1)!.body!;
  assert(!sends || sends(accepted), JSON.stringify(accepted));
  assertNotEquals(env.asked[0]!.body, accepted);
  await ask(env.model, how, {}, request).turn;
  assertStrictEquals(env.asked.length, refusals + 2);
}

/** Defines a test for each case, and for each API that it is about. */
export function testRefusals(rows: readonly RefusalCase[]): void {
  for (const row of rows) {
    for (const how of ways(row.how)) {
      const name = `${how}() does without what a server refuses: ${row.name}`;
      Deno.test(name, () => runRefusal(how, row));
    }
  }
}
