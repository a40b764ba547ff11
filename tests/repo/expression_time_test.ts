/**
 * The regular expressions of the program take linear time. For each of them, texts are made from the
 * words that it looks for: each word many times, and each word once before another one many times.
 * Quadratic expressions take long for such texts.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fastest, isLinear } from "../../testing/processor_time.ts";
import { filesBelow, root } from "../../testing/source_files.ts";

/** The folders whose code reads text from outside. */
const folders = ["lib", "jobs", "routes"];

/** The longest text of an error. Quadratic expressions take milliseconds, linear ones much less. */
const LENGTH = 16_000;

/** A first run that takes longer than this is measured again. */
const SUSPICIOUS_MS = 3;

/** For a text of twice the length, a quadratic expression takes more. */
const MIN_MS = 12;

/** Only so many words of one expression come before others. */
const MAX_FIRST_WORDS = 8;

/** A character that no expression looks for, so that it must look on. */
const OTHER = "\x01";

/** Replaces what is no plain character in the source of an expression by an example of it. */
const EXAMPLES: [pattern: RegExp, example: string | ((...found: string[]) => string)][] = [
  [/\(\?(?:<?[=!]|:|<\w+>)/g, "("],
  [/\[(\^?)((?:\\.|[^\]\\])*)\]/g, (_, negation, members) => negation ? "x" : exampleOf(members!)],
  [/\\u\{?[\da-f]+\}?|\\[bB]/gi, ""],
  [/\\p\{[^}]*\}|\\w/gi, "a"],
  [/\\d/g, "1"],
  [/\\s/g, " "],
  [/\\[nr]/g, "\n"],
  [/\\[DS]/g, "-"],
  [/\{\d*,?\d*\}/g, ""],
  [/(?<!\\)[*+?^$]/g, ""],
  [/(?<!\\)\./g, "x"],
];

/** Returns the first member of a class of characters, as an expression for it. */
function exampleOf(members: string): string {
  const [first = "x"] = /^(?:\\.|[^])/.exec(members) ?? [];
  if (first === "\\p") return "a";
  return /^[()|*+?{}^$.]/.test(first) ? `\\${first}` : first;
}

/** Returns the words that an expression looks for, and their beginnings. */
function wordsOf({ source }: RegExp): string[] {
  const plain = EXAMPLES.reduce(
    (text, [pattern, example]) => text.replace(pattern, example as string),
    source,
  );
  const words = plain.split(/(?<!\\)[()|]/).map((word) => word.replace(/\\(.)/g, "$1"))
    .filter(Boolean);
  const beginnings = words.flatMap((word) => [...word].map((_, end) => word.slice(0, end)));
  const pairs = words.slice(1).flatMap((word, n) => [words[n]! + word, `${words[n]} ${word}`]);
  return [...new Set([...words, ...beginnings, ...pairs].filter(Boolean))];
}

type Text = (length: number) => string;

const many = (word: string, length: number) => word.repeat(Math.ceil(length / word.length));

/** Returns texts for which an expression may take long. */
function* textsFor(expression: RegExp): Generator<Text> {
  const words = wordsOf(expression);
  for (const word of words) {
    yield (length) => many(word, length) + OTHER;
    for (const one of " a1") yield (length) => word + one.repeat(length) + OTHER;
  }
  const first = words.slice(0, MAX_FIRST_WORDS);
  for (const word of first) {
    for (const other of first) yield (length) => word + many(other, length) + OTHER;
  }
}

/** Returns the beginning of a text for which an expression takes more than linear time. */
async function slowText({ source, flags }: RegExp): Promise<string | null> {
  const expression = new RegExp(
    source,
    flags.includes("y") ? flags : [...new Set(`g${flags}`)].join(""),
  );
  const search = (text: string) => {
    expression.lastIndex = 0;
    if (expression.sticky) expression.test(text);
    else text.replace(expression, "");
  };
  for (const text of textsFor(expression)) {
    const run = (n: number) => search(text(n));
    if (await fastest(() => run(LENGTH), { runs: 1 }) < SUSPICIOUS_MS) continue;
    if (!await isLinear(LENGTH / 2, run, { minMs: MIN_MS })) return text(40);
  }
  return null;
}

/** Finds the expressions that a source has as literals. */
function literalsIn(file: string, source: string): RegExp[] {
  const found: RegExp[] = [];
  const create = () => ({
    Literal(node: Deno.lint.Literal) {
      if ("regex" in node && node.regex) {
        found.push(new RegExp(node.regex.pattern, node.regex.flags));
      }
    },
  });
  Deno.lint.runPlugin({ name: "time", rules: { literals: { create } } }, file, source);
  return found;
}

/** Finds the expressions that modules create from texts when they are loaded. */
async function createdBy(files: string[]): Promise<RegExp[]> {
  const created: RegExp[] = [];
  const original = RegExp;
  const isOwn = () => folders.some((folder) => new Error().stack!.includes(`${root}/${folder}/`));
  globalThis.RegExp = new Proxy(original, {
    construct(target, args, newTarget) {
      const expression = Reflect.construct(target, args, newTarget);
      if (isOwn()) created.push(expression);
      return expression;
    },
  });
  try {
    for (const file of files) await import(`file://${join(root, file)}`);
  } finally {
    globalThis.RegExp = original;
  }
  return created;
}

Deno.test("every regular expression takes linear time", async () => {
  const files: string[] = [];
  for (const folder of folders) files.push(...await Array.fromAsync(filesBelow(folder)));
  const all = await createdBy(files);
  assert(all.length > 20, "no expressions are created from texts");
  for (const file of files) {
    all.push(...literalsIn(file, await Deno.readTextFile(join(root, file))));
  }
  const slow: string[] = [];
  for (const expression of new Map(all.map((each) => [String(each), each])).values()) {
    const text = await slowText(expression);
    if (text !== null) slow.push(`${expression} for ${text}`);
  }
  assertEquals(slow, []);
});

const quadratic = [
  /<function=([^>]+)>([^]*?)<\/function>/g,
  /support\w* (?:the )?system/,
  /failed to load model(?![^]*not (?:exist|found))/,
  /^(?![^]*web_search_call[^]*encrypted)[^]*include/,
];

for (const expression of quadratic) {
  Deno.test(`slowText() finds that ${expression} is quadratic`, async () => {
    assert(await slowText(expression) !== null);
  });
}
