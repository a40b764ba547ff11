/**
 * What kinds of job send to a model, sentence by sentence, for tests of the prompts' documentation.
 * @module
 */
import { z } from "zod";
import type { PublicKind } from "../jobs/kind.ts";
import type { ChatRequest, ResponseRequest } from "../lib/model/model.ts";
import { PlanReview } from "../lib/model/plan_review.ts";
import { OutputReview } from "../lib/model/structured_output.ts";
import { modelOf, testContext } from "./jobs.ts";

/** The instructions and the format that a model gets. */
export interface SentPrompt {
  /** The sentences of the instructions, without the headings between them. */
  sentences: string[];
  /** The descriptions of members in the schema of the answer. */
  descriptions: string[];
}

type Sent = Pick<ChatRequest, "format"> & Partial<ChatRequest & ResponseRequest>;

/** Returns what a kind sends in its first turn for a request. */
export async function sentPrompt(
  kind: Pick<PublicKind, "generate" | "request">,
  request: unknown,
  options: Parameters<typeof testContext>[1] = {},
): Promise<SentPrompt> {
  const sent = Promise.withResolvers<Sent>();
  const capture = (request: Sent) => {
    sent.resolve(request);
    return Promise.reject(new Error("The request is enough"));
  };
  const { context } = testContext(modelOf({ chat: capture, respond: capture }), options);
  await kind.generate(kind.request.parse(request), context).catch(sent.reject);
  const { messages, instructions = messages![0]!.content, format } = await sent.promise;
  return {
    sentences: sentencesOf(instructions),
    descriptions: [...new Set(descriptionsOf(z.toJSONSchema(format.schema, { io: "input" })))],
  };
}

/**
 * Returns what a kind sends in its first turn to change a plan.
 *
 * @param parent the request and the plan to change
 * @param change the body of the request
 */
export async function sentChange(
  kind: Pick<PublicKind, "generate" | "request" | "refinement">,
  parent: { request: unknown; plan: unknown },
  change: unknown,
): Promise<SentPrompt> {
  const { change: schema, merge } = kind.refinement!;
  const merged = merge(parent, schema.parse(change));
  if ("issues" in merged) throw new Error(merged.issues[0]!.message);
  const refinement = { base: parent.plan, request: parent.request, change: merged.change };
  return await sentPrompt(kind, merged.request, { refinement });
}

/** The time in a prompt, which is not the same in each run. */
const TIME = /\w+day, \d{4}-\d\d-\d\dT[\d:]+Z/;

/**
 * Returns the sentences of a prompt. The paragraphs of a prompt are separated by empty lines, the
 * entries of its lists by hyphens. A line that ends without a full stop is a heading.
 */
export function sentencesOf(prompt: string): string[] {
  const paragraphs = prompt.replace(TIME, "{time}").split(/\n\n|\n(?=- )/)
    .map((paragraph) => paragraph.replace(/^- /, "").replaceAll(/\s+/g, " ").trim());
  return paragraphs.filter((paragraph) => /[.!?:]$/.test(paragraph))
    .flatMap((paragraph) => paragraph.split(/(?<=[.!?])\s+/));
}

function descriptionsOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) =>
    name === "description" && typeof value === "string" ? [value] : descriptionsOf(value)
  );
}

/** Returns what a model reads after an answer with faults, without the faults. */
export async function secondTurnSentences(): Promise<string[]> {
  const schema = z.object({ a: z.string() });
  const rule = {
    code: "rule",
    check: () => [{ where: ["a"], feedback: "is wrong", message: "It is wrong." }],
  };
  const misshapen = new OutputReview(schema, 1).judge({ text: "{}", truncated: false });
  const faulty = await new PlanReview({ schema, rules: () => [rule], maxTokens: 1 })
    .judge({ text: '{"a":"b"}', truncated: false }, (written) => written);
  const lines = [misshapen, faulty].flatMap((review) =>
    ("feedback" in review && review.feedback || "").split("\n")
  );
  return [...new Set(lines.filter((line) => line !== "" && !line.startsWith("- ")))];
}
