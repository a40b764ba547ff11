import { assert, assertEquals, assertNotMatch, assertStrictEquals } from "@std/assert";
import { catalogues } from "../../../web/words/catalogues.ts";
import { languages } from "../../../web/words/language.ts";

/** A text of a catalogue with its path, such as `site.skip`. A function is called with samples. */
type Entry = [path: string, value: unknown];

/** Lists all texts and functions of a catalogue. */
function* entriesOf(words: object, path = ""): Generator<Entry> {
  for (const [name, value] of Object.entries(words)) {
    const key = path === "" ? name : `${path}.${name}`;
    // The pieces of a text around a value, or the entries of a list.
    if (Array.isArray(value)) yield [key, value.join("{value}")];
    else if (typeof value === "object" && value !== null) yield* entriesOf(value, key);
    else yield [key, value];
  }
}

/** Values that no text contains by itself, so that a text without its value is found. */
const samples = [[7, 8, 9], [1, 1, 1], ["Xyz", "Xyz", "Xyz"]];

/** Returns what a text says; what a function says for some values, as far as it takes them. */
function textsOf(value: unknown): string[] {
  if (typeof value !== "function") return [String(value)];
  return samples.flatMap((values) => {
    try {
      const text = String(value(...values));
      // It takes values of another sort.
      return /undefined|NaN|\[object/.test(text) ? [] : [text];
    } catch {
      return [];
    }
  });
}

/** Texts that are the same in both languages. */
const sameInBoth: ReadonlySet<string> = new Set([
  "languageName",
  "site.api",
  "site.pageTitle",
  "plan.budget",
  "plan.categories.museum",
  "plan.categories.sport",
  "form.amount.label",
  "form.city.example",
  "facts.named.vegan",
  "facts.named.halal",
  "shaping.versionName",
  "share.saveText",
]);

/** The ending of a file has English words. */
const FILE_ENDING = ".trip.json";

/** English words that a German text would contain only by mistake. */
const english =
  /\b(the|and|your|you|we|this|that|with|please|reload|try|again|trip|trips|days|edit|about)\b/i;

const [en, de] = [catalogues.en, catalogues.de].map((words) => new Map(entriesOf(words)));

Deno.test("each language names itself, and has its own name", () => {
  for (const language of languages) assertStrictEquals(catalogues[language].language, language);
  const names = languages.map((language) => catalogues[language].languageName);
  assertStrictEquals(new Set(names).size, languages.length);
});

Deno.test("all catalogues have the same texts, which take the same values", () => {
  const shapeOf = (entries: Map<string, unknown>) =>
    [...entries].map(([path, value]) => [path, typeof value]);
  assertEquals(shapeOf(de!), shapeOf(en!));
  for (const [path, value] of en!) {
    if (typeof value !== "function") continue;
    const other = de!.get(path) as (...values: unknown[]) => string;
    // A text that uses its value in one language uses it in the other one, too.
    const uses = (text: unknown) => textsOf(text).some((said) => said.includes("Xyz"));
    assertStrictEquals(uses(other), uses(value), path);
  }
});

Deno.test("no text is empty, and a text has the same places for values in each language", () => {
  for (const [path, value] of en!) {
    for (const text of [...textsOf(value), ...textsOf(de!.get(path))]) {
      assert(text.trim() !== "" && text === text.trim(), `${path}: ${text}`);
    }
    const places = (text: unknown) => String(text).match(/\{\w+\}/g);
    if (typeof value !== "function") assertEquals(places(de!.get(path)), places(value), path);
  }
});

Deno.test("German texts are translated, and contain no English words", () => {
  for (const [path, value] of de!) {
    if (path === "language" || sameInBoth.has(path)) continue;
    const [texts, others] = [textsOf(value), textsOf(en!.get(path))];
    for (const [n, text] of texts.entries()) {
      // A text such as `Error code` differs, but one of only a number or a unit need not.
      if (/\p{L}{3}/u.test(text.replaceAll("Xyz", ""))) {
        assert(text !== others[n], `${path}: ${text}`);
      }
      assertNotMatch(text.replaceAll(FILE_ENDING, ""), english, path);
    }
  }
});

/**
 * Words of the API, of other spellings, and for the same things as in other texts: a set of events
 * is a bundle, in German "Programm".
 */
const others = {
  en: /\bwish|travell|cancell|colour|weekend plan|"/i,
  de: /Wunsch|Wünsche|Bündel|Paket|gecancelt|"/i,
};

Deno.test("texts use one word for one thing, one spelling, and the quotes of their language", () => {
  for (const [language, entries] of [["en", en!], ["de", de!]] as const) {
    for (const [path, value] of entries) {
      for (const text of textsOf(value)) assertNotMatch(text, others[language], path);
    }
  }
});
