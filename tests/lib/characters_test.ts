import { assertStrictEquals } from "@std/assert";
import {
  countCharacters,
  countCodePoints,
  hasVisibleCharacter,
  withoutDirectionControls,
} from "../../lib/characters.ts";

const visible: [what: string, text: string][] = [
  ["ASCII", "Rome"],
  ["a digit", "7"],
  ["Chinese", "東京"],
  ["Arabic", "الرباط"],
  ["an emoji", "🗼"],
  ["a flag", "🇯🇵"],
  ["a letter with a combining mark", "e\u0301"],
  ["half a surrogate pair, replaced", "\ufffd"],
  ["a letter between invisible characters", "\u200b\u3164é\u2800"],
];

for (const [what, text] of visible) {
  Deno.test(`hasVisibleCharacter() accepts ${what}`, () => {
    assertStrictEquals(hasVisibleCharacter(text), true);
  });
}

const invisible: [what: string, text: string][] = [
  ["nothing", ""],
  ["space", " \u00a0\u3000\n\u2028"],
  ["U+0000", "\0"],
  ["control characters", "\u0007\u0085"],
  ["a zero-width space", "\u200b"],
  ["a zero-width joiner", "\u200d"],
  ["a byte order mark", "a\ufeff".slice(1)],
  ["a direction mark", "\u202e"],
  ["the braille blank", "\u2800"],
  ["Hangul fillers", "\u3164\u115f\u1160\uffa0"],
  ["variation selectors", "\ufe0f\u{e0100}"],
  ["a tag", "\u{e0041}"],
  ["a soft hyphen", "\u00ad"],
  ["combining marks", "\u0301\u0336\u20dd"],
];

for (const [what, text] of invisible) {
  Deno.test(`hasVisibleCharacter() refuses ${what}`, () => {
    assertStrictEquals(hasVisibleCharacter(text), false);
  });
}

const counted: [what: string, text: string, count: number][] = [
  ["letters", "Lisbon", 6],
  ["astral characters", "🗼🗽🗿🎡🎢🎠", 6],
  ["letters with combining marks", "e\u0301".repeat(7), 7],
  ["families", "👩‍👩‍👧".repeat(6), 6],
  ["flags", "🇯🇵🇩🇪🇫🇷🇮🇹", 4],
  ["Thai syllables", "ที่นี่", 2],
];

for (const [what, text, count] of counted) {
  Deno.test(`countCharacters() counts ${what} as a reader does`, () => {
    assertStrictEquals(countCharacters(text, 2), count);
  });
}

Deno.test("countCharacters() does not load the segmenter for a text within the limit", () => {
  const { Segmenter } = Intl;
  Object.defineProperty(Intl, "Segmenter", {
    configurable: true,
    writable: true,
    value: class {
      constructor() {
        throw new Error("The segmenter was loaded");
      }
    },
  });
  try {
    assertStrictEquals(countCharacters("e\u0301".repeat(3), 6), 6);
    assertStrictEquals(countCharacters("🗼".repeat(6), 6), 6);
  } finally {
    Object.defineProperty(Intl, "Segmenter", {
      configurable: true,
      writable: true,
      value: Segmenter,
    });
  }
});

Deno.test("countCodePoints() counts a surrogate pair once, and half a pair once", () => {
  assertStrictEquals(countCodePoints("a🗼\ud83d"), 3);
});

Deno.test("withoutDirectionControls() removes what reorders text, and keeps marks of one place", () => {
  assertStrictEquals(withoutDirectionControls("Paris\u202eevil\u202c"), "Parisevil");
  assertStrictEquals(
    withoutDirectionControls("\u2066a\u2069\u202ab\u202b\u202d\u2067\u2068"),
    "ab",
  );
  assertStrictEquals(withoutDirectionControls("שלום\u200e\u200f\u061c"), "שלום\u200e\u200f\u061c");
});
