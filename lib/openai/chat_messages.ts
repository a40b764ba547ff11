/**
 * The messages of Chat Completions, in the form that a server supports.
 * @module
 */
import type OpenAI from "openai";
import type { Dialect } from "./dialect.ts";

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** Returns the messages with further instructions for the model. */
export function sentMessages(
  messages: Message[],
  dialect: Dialect,
  instructions: string,
): Message[] {
  const sent = messages.map((message) => toSent(message, dialect));
  const [first, ...others] = sent.filter(hasContent);
  if (first === undefined) return [];
  const instructed = { ...first, content: `${first.content}${instructions}` } as Message;
  if (!dialect.takes("system") && first.role === "system") instructed.role = "user";
  return [instructed, ...others].reduce(join, []);
}

/** Some servers refuse the thoughts that others require, or function calls without a text. */
function toSent(message: Message, dialect: Dialect): Message {
  const { reasoning_content: thoughts, ...rest } = message as Message & {
    reasoning_content?: string;
  };
  return {
    ...rest,
    content: dialect.takes("no content") ? rest.content : rest.content ?? "",
    ...(thoughts !== undefined && dialect.takes("reasoning_content") &&
      { reasoning_content: thoughts }),
  } as Message;
}

/** Some servers refuse a message of the model that is empty. */
function hasContent(message: Message): boolean {
  return message.role !== "assistant" || Boolean(message.content || message.tool_calls?.length);
}

/** Adds a message. Some servers refuse two messages of the user in succession. */
function join(messages: Message[], message: Message): Message[] {
  const last = messages.at(-1);
  if (message.role !== "user" || last?.role !== "user") return [...messages, message];
  return [...messages.slice(0, -1), { ...last, content: `${last.content}\n\n${message.content}` }];
}
