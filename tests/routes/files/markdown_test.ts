import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { catalogues } from "../../../web/words/catalogues.ts";
import type { Bundles } from "../../../jobs/kinds/bundles/plan.ts";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import type { Itinerary } from "../../../jobs/kinds/itinerary/plan.ts";
import {
  samplePlan,
  storedActivity as activity,
  storedBundles,
  storedDay,
  storedEvent,
} from "../../../testing/plans.ts";
import { bundlesMarkdown } from "../../../routes/files/bundles.ts";
import { itineraryFiles, itineraryMarkdown } from "../../../routes/files/itinerary.ts";
import { oneLine } from "../../../routes/files/text.ts";
import { anyCharacter } from "../../../testing/text.ts";
import type { ItineraryJob } from "../../../web/client/job.ts";

const { en } = catalogues;

/** A fixed seed, so that each run uses the same texts. */
const SEED = 20261124;
const RUNS = 2_000;

type Day = Itinerary["days"][number];
type Activity = Itinerary["days"][number]["activities"][number];
type Bundle = Bundles["bundles"][number];
type KeyEvent = Bundle["keyEvents"][number];

function dayOf(day: number, activities: Activity[]): Itinerary["days"][number] {
  return storedDay({ day, theme: "First impressions", activities });
}

function keyEvent(changes: Partial<KeyEvent> = {}): KeyEvent {
  return storedEvent({
    date: "2026-11-28 21:00",
    venue: "The Warehouse",
    neighborhood: "Harbour",
    ...changes,
  });
}

function bundle(changes: Partial<Bundle> = {}): Bundle {
  return {
    title: "Underground",
    description: "Small rooms.",
    keyEvents: [keyEvent()],
    imageUrl: null,
    ...changes,
  };
}

/** The title of an itinerary to `text`, without the text around it. */
function titleOf(text: string): string {
  const [title] = itineraryMarkdown({ destination: text, durationDays: 2, days: [] }).split("\n");
  assertMatch(title!, /^# .*: 2 days$/);
  return title!.slice("# ".length, -": 2 days".length);
}

/** The blocks of a document. */
function blocksOf(text: string): string[] {
  assertMatch(text, /[^\n]\n$/);
  return text.trimEnd().split("\n\n");
}

Deno.test("an itinerary has a heading for each day, an entry for each activity, and sums", () => {
  const text = itineraryMarkdown({
    destination: "Tokyo, Japan",
    durationDays: 2,
    note: "A sample plan, made up: no place in it is real.",
    days: [
      dayOf(1, [
        activity({ estimatedCost: { amount: 16, currency: "USD" } }),
        activity({ time: "12:30", title: "Lunch", place: "Ginza" }),
      ]),
      dayOf(2, [activity({ estimatedCost: { amount: 0, currency: "USD" } })]),
    ],
  });

  assertStrictEquals(
    text,
    `# Tokyo, Japan: 2 days

A sample plan, made up: no place in it is real.

## Day 1: First impressions

- **09:30** Walk

  Two hours.

  Old town · about 16 USD per person

- **12:30** Lunch

  Two hours.

  Ginza

Estimated cost of the day's activities: about 16 USD per person

## Day 2: First impressions

- **09:30** Walk

  Two hours.

  Old town · free

**Estimated cost of all activities**: about 16 USD per person
`,
  );
});

const weathers: [weather: Day["weather"], line: string][] = [
  [null, "Sat, Dec 5, 2026"],
  [
    { sky: "rain showers", minCelsius: -2.5, maxCelsius: 4.4, rainPercent: 60 },
    "Sat, Dec 5, 2026 · rain showers, -2 to 4 °C, rain 60%",
  ],
  [
    { sky: "clear", minCelsius: 19.6, maxCelsius: 20.4, rainPercent: 0 },
    "Sat, Dec 5, 2026 · clear, 20 °C, rain 0%",
  ],
  [
    { sky: null, minCelsius: null, maxCelsius: 8, rainPercent: null },
    "Sat, Dec 5, 2026 · 8 °C",
  ],
  [
    { sky: null, minCelsius: null, maxCelsius: null, rainPercent: null },
    "Sat, Dec 5, 2026",
  ],
];

for (const [weather, line] of weathers) {
  Deno.test(`a day with a date has the line ${line}`, () => {
    const day: Day = { ...dayOf(1, []), date: "2026-12-05", weekday: "saturday", weather };
    const text = itineraryMarkdown({ destination: "Oslo", durationDays: 1, days: [day] });

    assertEquals(blocksOf(text), ["# Oslo: 1 day", "## Day 1: First impressions", line]);
  });
}

Deno.test("the facts of a wish are a line of both files, as text", () => {
  const facts = {
    startDate: "2026-12-05",
    travellers: { adults: 1, children: 2 },
    budget: { amount: 99.5, currency: "EUR", per: "all" },
    diet: ["<b>vegan</b>"],
    language: "pt-BR",
  } as const;
  const line =
    "from Sat, Dec 5, 2026 · 1 adult, 2 children · budget: €99.50 · \\<b\\>vegan\\</b\\> · " +
    "language: pt-BR";
  const job = {
    destination: "Oslo",
    durationDays: 1,
    itinerary: [],
    ...facts,
    diet: [...facts.diet],
  };
  const itinerary = itineraryFiles.markdown!(job as unknown as ItineraryJob, {
    note: undefined,
    words: en,
  });
  assertEquals(blocksOf(itinerary), ["# Oslo: 1 day", line]);

  const preferences = { ...facts, diet: [...facts.diet], city: "Oslo", endDate: "2026-12-06" };
  const text = bundlesMarkdown({ preferences, bundles: [] });
  assertStrictEquals(
    blocksOf(text)[1],
    `Oslo · ${line.replace(" · 1 adult", " · to Sun, Dec 6, 2026 · 1 adult")}`,
  );
});

Deno.test("bundles have their wish, a heading each, and an entry for each event", () => {
  const text = bundlesMarkdown({
    preferences: {
      interests: ["music", "nightlife"],
      musicProfile: "Electronic, House",
      timeframe: "This weekend",
      otherPreferences: "Looking for underground venues",
    },
    bundles: [
      bundle({
        imageUrl: "https://pictures.example/1.jpg",
        keyEvents: [
          keyEvent({
            url: "https://tickets.example/1",
            city: "Lisbon",
            price: { amount: 24.5, currency: "EUR" },
          }),
          keyEvent({
            name: "Late show",
            venue: null,
            neighborhood: "Baixa, Lisbon",
            city: "Lisbon",
            price: { amount: 0, currency: "EUR" },
          }),
          keyEvent({ name: "Later show", venue: null, neighborhood: null }),
        ],
      }),
      bundle({ title: "Golden hour" }),
    ],
  });

  assertStrictEquals(
    text,
    `# Weekend bundles

Interests: music, nightlife · Music: Electronic, House · When and where: This weekend

Looking for underground venues

## Underground

Small rooms.

- **Opening night**

  2026-11-28 21:00 · The Warehouse · Harbour · Lisbon · about 24.5 EUR per person

  Because you asked for music.

  <https://tickets.example/1>

- **Late show**

  2026-11-28 21:00 · Baixa, Lisbon · free

  Because you asked for music.

- **Later show**

  2026-11-28 21:00

  Because you asked for music.

## Golden hour

Small rooms.

- **Opening night**

  2026-11-28 21:00 · The Warehouse · Harbour

  Because you asked for music.
`,
  );
});

Deno.test("a plan with warnings lists them as text under its title", () => {
  const warnings = [
    { code: "equal_titles", where: "bundles.1", message: "More than one bundle is “*Jazz*”." },
    { code: "empty_event", where: "bundles.1.keyEvents.0", message: "An event has no name." },
  ];
  const text = bundlesMarkdown({ preferences: {}, bundles: [bundle()], note: "A note.", warnings });
  assertEquals(blocksOf(text).slice(0, 6), [
    "# Weekend bundles",
    "A note.",
    "**Please check:**",
    "- More than one bundle is “\\*Jazz\\*”.",
    "- An event has no name.",
    "## Underground",
  ]);
  const itinerary = { destination: "Rome", durationDays: 2, days: [], warnings };
  assertEquals(blocksOf(itineraryMarkdown(itinerary)).slice(0, 3), [
    "# Rome: 2 days",
    "**Please check:**",
    "- More than one bundle is “\\*Jazz\\*”.",
  ]);
});

Deno.test("the sample plans are valid documents, for one day and for thirty", () => {
  for (const durationDays of [1, 30]) {
    const request = { destination: "Tokyo, Japan", durationDays };
    const { days } = samplePlan(request);
    const text = itineraryMarkdown({ ...request, days });
    assertStrictEquals(text.match(/^## Day \d+: ./gm)?.length, durationDays);
    assertStrictEquals(
      text.match(/^- \*\*\d\d:\d\d\*\* ./gm)?.length,
      days.flatMap(({ activities }) => activities).length,
    );
  }
  const preferences = { interests: ["music"] };
  const { bundles } = storedBundles(sampleBundles({ preferences }));
  const text = bundlesMarkdown({ preferences, bundles });
  assertStrictEquals(text.match(/^## ./gm)?.length, bundles.length);
  assertStrictEquals(text.match(/^- \*\*.+\*\*$/gm)?.length, 3 * bundles.length);
});

Deno.test("an itinerary of one day has the singular, and shows its costs once", () => {
  const text = itineraryMarkdown({
    destination: "Rome",
    durationDays: 1,
    days: [dayOf(1, [activity({ estimatedCost: { amount: 5, currency: "EUR" } })])],
  });
  assertMatch(text, /^# Rome: 1 day\n/);
  assertStrictEquals(text.match(/Estimated cost/g)?.length, 1);
});

const costs: [what: string, costs: [number, string][], line: RegExp][] = [
  [
    "by currency",
    [[16, "USD"], [1_200, "JPY"], [4, "USD"]],
    /: about 20 USD \+ 1,200 JPY per person$/,
  ],
  ["to the cent", [[0.1, "EUR"], [0.2, "EUR"]], /: about 0\.3 EUR per person$/],
  ["of any size", [[1e21, "IDR"]], /: about 1(,000){7} IDR per person$/],
  ["without what is free", [[0, "USD"], [3, "EUR"]], /: about 3 EUR per person$/],
];

for (const [what, amounts, line] of costs) {
  Deno.test(`costs are added ${what}`, () => {
    const activities = amounts.map(([amount, currency]) =>
      activity({ estimatedCost: { amount, currency } })
    );
    const text = itineraryMarkdown({
      destination: "Rome",
      durationDays: 2,
      days: [dayOf(1, activities), dayOf(2, activities.slice(0, 0))],
    });
    const lines = blocksOf(text).filter((block) => /Estimated cost/.test(block));
    assertStrictEquals(lines.length, 2);
    for (const sum of lines) assertMatch(sum, line);
  });
}

Deno.test("an itinerary without costs has no sum", () => {
  for (const estimatedCost of [null, { amount: 0, currency: "USD" }]) {
    const days = [dayOf(1, [activity({ estimatedCost })]), dayOf(2, [activity({ estimatedCost })])];
    const text = itineraryMarkdown({ destination: "Rome", durationDays: 2, days });
    assertNotMatch(text, /Estimated cost/);
  }
});

const wishes: [what: string, preferences: Parameters<typeof bundlesMarkdown>[0]["preferences"]][] =
  [
    ["nothing", {}],
    ["null", { interests: null, musicProfile: null, timeframe: null, otherPreferences: null }],
    ["blanks", {
      interests: ["", " "],
      musicProfile: "",
      timeframe: "\n",
      otherPreferences: "\u0007",
    }],
  ];

for (const [what, preferences] of wishes) {
  Deno.test(`a wish of ${what} has no line`, () => {
    const text = bundlesMarkdown({ preferences, bundles: [bundle()] });
    assertMatch(text, /^# Weekend bundles\n\n## Underground\n/);
  });
}

const escapes: [text: string, markdown: string][] = [
  ["Tokyo, Japan (5-day trip): it's 50% off!", "Tokyo, Japan (5-day trip): it's 50% off!"],
  ["# Heading #", "\\# Heading \\#"],
  ["- entry", "\\- entry"],
  ["+ entry", "\\+ entry"],
  ["--- +1", "\\--- +1"],
  ["1. first", "1\\. first"],
  ["12) twelfth", "12\\) twelfth"],
  ["3.5 km", "3\\.5 km"],
  ["at 3.5 km", "at 3.5 km"],
  ["> quote", "\\> quote"],
  ["**bold** _italic_ ~~gone~~", "\\*\\*bold\\*\\* \\_italic\\_ \\~\\~gone\\~\\~"],
  ["`code` ``code``", "\\`code\\` \\`\\`code\\`\\`"],
  ["<b>&amp;</b>", "\\<b\\>\\&amp;\\</b\\>"],
  ["[a](javascript:b) ![c](d)", "\\[a\\](javascript:b) !\\[c\\](d)"],
  ["a | b", "a \\| b"],
  ["C:\\new\\", "C:\\\\new\\\\"],
  ["$x$ ==y== ^z^ {#id}", "\\$x\\$ \\=\\=y\\=\\= \\^z\\^ \\{\\#\u2060id\\}"],
  // U+2060 is invisible. It keeps GitHub from links, mentions, references and emoji.
  [
    "https://evil.example www.evil.example",
    "https\\:\u2060//evil.example www\u2060\\.evil.example",
  ],
  ["WWW.evil.example", "WWW\u2060\\.evil.example"],
  ["me@evil.example", "me\\@\u2060evil.example"],
  ["Meet @octocat, #181 :beer:", "Meet \\@\u2060octocat, \\#\u2060181 :\u2060beer:"],
  ["(@a-b/c) o/r#12 gh-7", "(\\@\u2060a-b/c) o/r\\#\u206012 gh-\u20607"],
  [
    ":+1: :100: :e-mail: :flag_jp::x:",
    ":\u2060+1: :\u2060100: :\u2060e-mail: :\u2060flag\\_jp::\u2060x:",
  ],
  ["9:30 10:15:00 at 8 @ #", "9:30 10:15:00 at 8 \\@ \\#"],
  [" one\n\n# two\r\nthree\tfour\u2028five\u0000six  ", "one \\# two three four five six"],
  ["half \ud83d of a pair", "half \ufffd of a pair"],
  ["東京 🗼 عربى", "東京 🗼 عربى"],
];

for (const [text, markdown] of escapes) {
  Deno.test(`${JSON.stringify(text)} is shown as text`, () => {
    assertStrictEquals(titleOf(text), markdown);
  });
}

/** The characters that may be escaped: any ASCII punctuation (CommonMark, section 2.4). */
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/** What GitHub would make live, even if it is escaped. */
const LIVE = /@[\w-]|#\w|\bGH-\d|:(?:[\w+-]*[a-z][\w+-]*|[+-]1|100|1234):|:\/\/|www\./i;

/**
 * What a reader sees of a line of plain text, without invisible joiners; throws if the line could
 * have markup.
 */
function shown(markdown: string): string {
  assertNotMatch(markdown, /^(?:[-+>#]|\d+[.)])/, markdown);
  assertNotMatch(markdown.replace(/\\(?=.)/g, ""), LIVE, markdown);
  let text = "";
  for (let index = 0; index < markdown.length; index++) {
    let character = markdown[index]!;
    if (character === "\\") {
      character = markdown[++index]!;
      assertMatch(character, PUNCTUATION, `a backslash is shown in ${markdown}`);
    } else {
      assertNotMatch(character, /[`*_{}[\]<>&~|$#^=@]/, `${character} in ${markdown}`);
    }
    text += character;
  }
  return text.replaceAll("\u2060", "");
}

/** Texts with a meaning in some reader, and any others. */
const text = fc.oneof(
  fc.array(
    fc.constantFrom(
      ..."\\ ` `` * ** _ ~~ | $ # ## - --- + 1. 1) > < </b> <!-- & &amp; [ ] ]( ![ ( ) ! === : @ ^ { }"
        .split(" "),
      ..." |  |\n|\r\n|\n\n|\t|\u2028|\u0085|\0|a|b c|é|東京|🗼|\ud83d|https://x.y|www.x.y|@o|#1|:beer:"
        .split(
          "|",
        ),
    ),
    { maxLength: 8 },
  ).map((pieces) => pieces.join("")),
  fc.string({ unit: anyCharacter }),
  fc.string({ unit: "grapheme" }),
);

Deno.test("any text is shown as text, in every place of an itinerary", () => {
  const property = fc.property(text, (text) => {
    const line = oneLine(text);
    fc.pre(line !== "");
    const blocks = blocksOf(itineraryMarkdown({
      destination: text,
      durationDays: 3,
      note: text,
      days: [dayOf(1, [activity({ title: text, description: text, place: text })])],
    }));
    const marks = ["# ", "", "## Day 1: ", "- **09:30** ", "  ", "  "];
    const texts = [`${line}: 3 days`, line, "First impressions", line, line, line];
    assertEquals(
      blocks.map((block, index) => {
        assert(block.startsWith(marks[index]!), block);
        return shown(block.slice(marks[index]!.length));
      }),
      texts,
    );
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS });
});

Deno.test("any text is shown as text, in every place of bundles", () => {
  const property = fc.property(text, (text) => {
    const line = oneLine(text);
    fc.pre(line !== "");
    const event = { name: text, date: text, venue: text, neighborhood: text, why: text };
    // A city that another part of the place names is left out.
    const city = `City of ${text}`;
    const blocks = blocksOf(bundlesMarkdown({
      preferences: {
        interests: [text, text],
        musicProfile: text,
        timeframe: text,
        otherPreferences: text,
      },
      note: text,
      bundles: [
        bundle({ title: text, description: text, keyEvents: [keyEvent({ ...event, city })] }),
      ],
    }));
    const [name] = blocks.splice(6, 1);
    const bold = name!.match(/^- \*\*(\S.*\S|\S)\*\*$/u);
    assert(bold, name);
    assertStrictEquals(shown(bold[1]!), line);
    const marks = ["# ", "", "", "", "## ", "", "  ", "  "];
    assertEquals(
      blocks.map((block, index) => shown(block.slice(marks[index]!.length))),
      [
        "Weekend bundles",
        line,
        `Interests: ${line}, ${line} · Music: ${line} · When and where: ${line}`,
        line,
        line,
        line,
        `${line} · ${line} · ${line} · ${oneLine(city)}`,
        line,
      ],
    );
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS });
});

Deno.test("a text of control characters leaves no markup", () => {
  const text = bundlesMarkdown({
    preferences: {},
    bundles: [bundle({ keyEvents: [keyEvent({ name: "\u0007", why: "\u0007" })] })],
  });
  assertEquals(blocksOf(text).slice(3), ["- 2026-11-28 21:00 · The Warehouse · Harbour"]);
});

/** The link of an event with this URL, without its brackets. */
function linkOf(url: string): string | undefined {
  const text = bundlesMarkdown({
    preferences: {},
    bundles: [bundle({ keyEvents: [keyEvent({ url })] })],
  });
  return blocksOf(text).slice(3).join("\n\n").match(/\n\n {2}<([^<>\s]+)>$/)?.[1];
}

const links: [url: string, link: string | undefined][] = [
  ["https://tickets.example/a?b=c&d=e#f", "https://tickets.example/a?b=c&d=e#f"],
  ["HTTP://Tickets.Example", "http://tickets.example/"],
  ["https://tickets.example/a b", "https://tickets.example/a%20b"],
  ["https://tickets.example/<b>?<c>#<d>", "https://tickets.example/%3Cb%3E?%3Cc%3E#%3Cd%3E"],
  ["https://tickets.example/\n\n# Heading", "https://tickets.example/#%20Heading"],
  ["https://tickets.example/東京", "https://tickets.example/%E6%9D%B1%E4%BA%AC"],
  ["javascript:alert(1)", undefined],
  ["data:text/html,<script>", undefined],
  ["ftp://tickets.example/", undefined],
  ["mailto:me@tickets.example", undefined],
  ["//tickets.example", undefined],
  ["tickets", undefined],
  ["", undefined],
];

for (const [url, link] of links) {
  Deno.test(`the URL ${JSON.stringify(url)} is ${link ? `the link ${link}` : "no link"}`, () => {
    assertStrictEquals(linkOf(url), link);
  });
}

Deno.test("any URL is a link with a clear end, or no link", () => {
  const url = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.tuple(
      fc.constantFrom("https://x.example/", "https://x.example/?", "http://x.example/#"),
      text,
    )
      .map((parts) => parts.join("")),
    text,
  );
  const property = fc.property(url, (url) => {
    const link = linkOf(url);
    const parsed = URL.parse(url);
    const isWeb = parsed !== null && ["http:", "https:"].includes(parsed.protocol);
    assertStrictEquals(link, isWeb ? parsed.href : undefined);
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS });
});
