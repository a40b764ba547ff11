/**
 * The members that a request can do without, and how servers name them when they refuse them.
 * @module
 */
import type { Refusal } from "./error.ts";

/** A request as it is sent, as far as the negotiation reads it. */
export type SentBody = Record<string, unknown>;

interface Refusable {
  name: string;
  /** Whether the request has the member. */
  isSent: (body: SentBody) => boolean;
  /** Finds the member in the server's text, which is in lower case. */
  words: Pick<RegExp, "test">;
  /** Members that the same text names more exactly. */
  yieldsTo?: readonly string[];
  /** If the part is not sent any more, the text is about the whole member. */
  isPart?: boolean;
}

/**
 * Returns a row for a member of the body.
 *
 * @param words further names
 */
function member<Name extends string>(name: Name, words = "") {
  return {
    name,
    isSent: (body: SentBody) => body[name] !== undefined,
    words: new RegExp([...namesOf(name), ...(words ? [words] : [])].join("|")),
  };
}

/** A name with an underscore is no word of a sentence. Another name has to look like a member. */
function namesOf(name: string): string[] {
  if (name.includes("_")) return [`(?<![\\w])${name}(?!\\w)`];
  return [
    `['"\`]${name}\\b[^ ]{0,40}['"\`]`,
    `(?:parameter|argument|field|property|key|supplied|permitted)s?:? ${name}\\b`,
    `\\b${name}\\b:? (?:is |are )?(?:not|unsupported|unknown|unrecognized|extra)`,
  ];
}

function toolsOf(body: SentBody): { type?: string; strict?: boolean }[] {
  return Array.isArray(body.tools) ? body.tools : [];
}

/** Returns whether a request asks for an addition whose name begins like this. */
function includes({ include }: SentBody, start: string): boolean {
  return Array.isArray(include) && include.some((name) => String(name).startsWith(start));
}

/** The names of the member with all additions. */
const INCLUDE = namesOf("include").join("|");
const REASONING_ADDITION = new RegExp(`${INCLUDE}|encrypted`);
const SOURCES_ADDITION = new RegExp(`${INCLUDE}|web_search_call`);

/** Returns whether a text has a word and, later, another one. */
function isBefore(text: string, word: string, other: string): boolean {
  const at = text.indexOf(word);
  return at >= 0 && text.indexOf(other, at + word.length) >= 0;
}

/** Text about the parameters of functions. */
const PARAMETERS = "for function|function_declaration|function\\.parameters|\\btools?\\W+\\d+\\W";

const rows = [
  member("stream_options", "include_usage"),
  {
    name: "stream",
    isSent: (body) => body.stream === true,
    words: /\bstream(?:ing|ed)?\b/,
    yieldsTo: ["stream_options"],
    isPart: true,
  },
  // Older servers want the older name of the same member.
  member(
    "max_completion_tokens",
    "max_tokens[\"'\\]:, ]+(?:msg[\"':, ]+)?(?:field |is )*(?:a )?required|missing required parameter: '?max_tokens",
  ),
  member("max_tokens"),
  member("max_output_tokens"),
  {
    name: "reasoning.summary",
    isSent: (body) => "summary" in Object(body.reasoning),
    words: /reasoning\.summary|reasoning summar|\bsummary\b/,
  },
  {
    // A model may reason, but not know this effort.
    name: "reasoning.effort",
    isSent: (body) => "effort" in Object(body.reasoning),
    words: /reasoning[._]?effort|reasoning value|\beffort\b|\bthink(?:ing)?\b/,
    isPart: true,
  },
  // A server may name other additions, which it supports, after the refused one.
  {
    name: "include.reasoning",
    isSent: (body) => includes(body, "reasoning"),
    words: {
      test: (text) =>
        !isBefore(text, "web_search_call", "encrypted") && REASONING_ADDITION.test(text),
    },
  },
  {
    name: "include.sources",
    isSent: (body) => includes(body, "web_search_call"),
    words: {
      test: (text) =>
        !isBefore(text, "encrypted", "web_search_call") && !text.includes("encrypted content") &&
        SOURCES_ADDITION.test(text),
    },
  },
  {
    name: "reasoning",
    isSent: (body) => body.reasoning !== undefined,
    words: /\breasoning\b|reasoning_?effort|\bthink(?:ing)?\b/,
    yieldsTo: ["reasoning.summary", "reasoning.effort", "include.reasoning"],
  },
  {
    name: "user_location",
    isSent: (body) => JSON.stringify(body.tools ?? null).includes('"user_location"'),
    words: /user_location/,
  },
  {
    // OpenAI takes functions over Chat Completions only if the model does not reason.
    name: "reasoning beside functions",
    isSent: (body) =>
      body.messages !== undefined && toolsOf(body).length > 0 && body.reasoning_effort !== "none",
    words: /tools with reasoning_effort|set reasoning_effort to ['"`]?none/,
  },
  {
    ...member("reasoning_effort", "reasoning ?effort|reasoning value|\\bthink(?:ing)?\\b"),
    yieldsTo: ["reasoning beside functions"],
  },
  {
    name: "reasoning_content",
    isSent: (body) => JSON.stringify(body.messages ?? null).includes('"reasoning_content"'),
    words: /reasoning_content/,
  },
  {
    name: "no content",
    isSent: (body) => JSON.stringify(body.messages ?? null).includes('"content":null'),
    words:
      /content\b[^.]{0,60}(?:(?:be|is|to be) (?:a |of type )?string|valid string|none is not|\bnull\b|missing|required)/,
  },
  member("store"),
  member("background", "background (?:mode|responses?)"),
  member("previous_response_id", "previous response"),
  member("service_tier", "service tier|\\bflex\\b"),
  member("safety_identifier"),
  {
    name: "web_search",
    isSent: (body) => toolsOf(body).some(({ type }) => type === "web_search"),
    words: /web_search(?!_call)|web search|hosted tool|tool type|tools\W+\d+\W+type/,
    yieldsTo: ["user_location"],
  },
  {
    name: "strict functions",
    isSent: (body) => toolsOf(body).some(({ strict }) => strict === true),
    words: new RegExp(`${PARAMETERS}|tools?\\.strict|'strict'`),
    yieldsTo: ["web_search"],
    isPart: true,
  },
  {
    name: "function keywords",
    isSent: (body) => JSON.stringify(body.tools ?? null).includes('"additionalProperties"'),
    words: new RegExp(PARAMETERS),
    yieldsTo: ["web_search", "strict functions"],
    isPart: true,
  },
  {
    name: "tools",
    isSent: (body) => toolsOf(body).length > 0,
    words:
      /support\w{0,3}[^.]{0,30}[ '"`[](?:tools?|function)\b|\b(?:tools?|functions?|function calling|tool[ _](?:use|choice))\b[^.]{0,40}(?:not support|unsupported|not available|requires --(?:enable|jinja))|unsupported param: tools/,
    // A server that takes functions, but not together with a format, loses the format first.
    yieldsTo: [
      "web_search",
      "strict functions",
      "function keywords",
      "format",
      "stream",
      "reasoning beside functions",
    ],
  },
  {
    name: "system",
    isSent: (body) =>
      Array.isArray(body.messages) && body.messages.some(({ role }) => role === "system"),
    words:
      /(?:system|developer) (?:roles?|messages?|prompts?|instructions?)[^.]{0,30} not|support\w{0,3} (?:the )?['"`]?system|got ['"`]?system|roles must alternate|only user and assistant/,
  },
] as const satisfies readonly Refusable[];

/** What a server may refuse. */
export type Refused = typeof rows[number]["name"];

/** Text about the format of the answer. */
const FORMAT =
  /response_?format|json_schema|text\.format|schema|grammar|structured[ _]?output|json[ _]mode|mime_?[ ]?type|guided|constrained decoding|too many states/;

/** Returns whether the text is about the format of the answer, and the request has one. */
export function isAboutFormat(text: string, body: SentBody): boolean {
  return (body.response_format !== undefined || body.text !== undefined) && FORMAT.test(text);
}

/** The server knows the names that follow these words. */
const KNOWN = /expected one of|known properties/;

/** Returns the members of the request that the server refuses, because it names them. */
export function refusedMembers({ param, text }: Refusal, body: SentBody): Refused[] {
  const [said = ""] = text.split(KNOWN);
  // Also what is not sent any more: the server may repeat itself.
  const named = rows.filter((row: Refusable) =>
    row.words.test(said) && (!row.isPart || row.isSent(body))
  );
  const names = new Set<string>(named.map(({ name }) => name));
  if (isAboutFormat(said, body)) names.add("format");
  const isRefused = (row: Refusable) =>
    row.isSent(body) && !row.yieldsTo?.some((other) => names.has(other));
  const exact = rows.filter((row) => row.name === param && isRefused(row));
  return (exact.length > 0 ? exact : named.filter(isRefused)).map(({ name }) => name);
}
