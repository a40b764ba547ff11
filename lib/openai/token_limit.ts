/**
 * Reads how many tokens a server allows from its words about a request that asks for more.
 * @module
 */

/** The words of a server about the number of tokens, in lower case. */
const SIZE =
  /max_?(?:completion_?|output_?|new_?)?tokens|(?:completion|output|maximum|many) tokens|token count|context[ _](?:length|window|size|limit)|tokens per min|length of the messages/;

/** How a server names the most tokens that an answer may have. */
const LIMITS = [
  /at most \D?(\d{1,9})/,
  /less than or equal to \D?(\d{1,9})/,
  /\d{1,9} ?> ?(\d{1,9})/,
  /<=? ?(\d{1,9})/,
  /(?:between|range)\D{0,60}\d{1,9}\D{1,60}(\d{1,9})/,
  /\[\d{1,9}, ?(\d{1,9})\]/,
  /(?:exceed|maximum|limit|up to|lower than|supports?)\D{0,60}?(\d{1,9})/,
];

/** Prompt and answer share the context of a model, or the tokens of a minute. */
const TOTALS = [
  /context (?:length|window|size|limit)\D{0,30}(\d{1,9})/,
  /\blimit:? (\d{1,9}),? requested/,
  /while limit is (\d{1,9})/,
  /tokens\W{0,3}\+\W{0,3}max_\w{1,20}tokens\W{0,3} must be <=? ?(\d{1,9})/,
];

/** Such a sum names all: prompt, answer and limit. */
const SUM = /(\d{1,9}) ?\+ ?\d{1,9} ?> ?(\d{1,9})/;

/** How a server names the tokens of the prompt. */
const PROMPTS = [
  /(\d{1,9}) (?:tokens )?(?:in|of|from) the (?:messages|prompt|input)/,
  /(\d{1,9}) (?:of text input|\W?(?:input|prompt)s?\W? tokens)/,
  /(?:resulted in|contains?|prompt_tokens"?:) ?(\d{1,9})/,
];

/** A token of a prompt in English or in JSON has about four characters, in other languages fewer. */
const CHARACTERS_PER_TOKEN = 3;

/** How many tokens prompt and answer may have together. */
export interface Room {
  total: number;
  /** How many tokens a character of the prompt takes. */
  tokensPerCharacter: number;
}

/** Returns the length of a prompt in characters. */
export function sizeOf(prompt: unknown): number {
  return JSON.stringify(prompt ?? "").length;
}

/**
 * Returns the limit for prompt and answer together, or `null` if the text names none.
 *
 * @param asked the tokens that the request asked for
 */
export function roomIn(words: string, asked: number, prompt: unknown): Room | null {
  const text = plainNumbers(words);
  if (!SIZE.test(text)) return null;
  const sum = SUM.exec(text);
  const total = Number(sum?.[2] ?? firstOf(TOTALS, text));
  if (!total) return null;
  const size = sizeOf(prompt);
  const named = Number(sum?.[1] ?? firstOf(PROMPTS, text));
  // Some servers name only the sum of both.
  const both = numbersIn(text).find((number) => number > asked && number > total);
  const tokens = named || (both ? both - asked : size / CHARACTERS_PER_TOKEN);
  return { total, tokensPerCharacter: tokens / size };
}

/** Returns the limit for the answer alone, or `null` if the text names none below `asked`. */
export function limitIn(words: string, asked: number): number | null {
  const text = plainNumbers(words);
  if (!SIZE.test(text)) return null;
  for (const pattern of LIMITS) {
    const limit = Number(pattern.exec(text)?.[1]);
    if (limit > MIN_LIMIT && limit < asked) return text.includes("exclusive") ? limit - 1 : limit;
  }
  return null;
}

/** A smaller number belongs to a name or a version. */
const MIN_LIMIT = 256;

/** A status, as a member or in angle brackets, as Alibaba writes it. */
const STATUS = /<\d{3}>|"\w*(?:code|status)": ?"?\d+/g;

/** Leaves out statuses. Writes `16,384` as `16384`. */
function plainNumbers(text: string): string {
  return text.replaceAll(STATUS, "").replaceAll(/(\d),(?=\d{3}(?!\d))/g, "$1");
}

function firstOf(patterns: RegExp[], text: string): string | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

function numbersIn(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}
