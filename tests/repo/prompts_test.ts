/** `docs/prompts.md` explains each sentence that models read, and names rows of the evaluation. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { comparedNames } from "../../bench/eval/compare.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { createKinds } from "../../jobs/registry.ts";
import { parseConfig } from "../../lib/config.ts";
import { recordedBundles, recordedItinerary } from "../../testing/recorded_plans.ts";
import {
  secondTurnSentences,
  sentChange,
  sentencesOf,
  sentPrompt,
} from "../../testing/sent_prompts.ts";

const root = join(import.meta.dirname!, "../..");
const documented = await Deno.readTextFile(join(root, "docs/prompts.md"));
const [itinerary, bundles] = createKinds(parseConfig({}));

const trip = recordedItinerary();
const outing = recordedBundles();

const written = {
  itinerary: await sentPrompt(itinerary!, trip.request),
  bundles: await sentPrompt(bundles!, outing.request),
};

/** Changes of each sort. Their numbers are examples in the document. */
const changes = {
  itinerary: [
    { instruction: "More books" },
    { day: 2 },
    { day: 2, activity: 3 },
    { wish: { pace: "relaxed" } },
    { wish: { destination: "Porto" } },
    { wish: { durationDays: 5 } },
  ],
  bundles: [
    { instruction: "More music" },
    { bundle: 2 },
    { bundle: 2, event: 3 },
    { wish: { preferences: { pace: "relaxed" } } },
  ],
};

/** Returns the sentences about changes, each once, without those of the whole prompt. */
async function changeSentences(
  kind: PublicKind,
  { parent, changes, known }: {
    parent: typeof trip | typeof outing;
    changes: unknown[];
    known: string[];
  },
): Promise<string[]> {
  const prompts = await Promise.all(changes.map((change) => sentChange(kind, parent, change)));
  const sentences = new Set(prompts.flatMap((prompt) => prompt.sentences));
  return [...sentences].filter((sentence) => !known.includes(sentence));
}

/** What models read, by the sections of the document. */
const sections: Record<string, string[]> = {
  "Itineraries": written.itinerary.sentences,
  "Bundles": written.bundles.sentences,
  "Changes of itineraries": await changeSentences(itinerary!, {
    parent: trip,
    changes: changes.itinerary,
    known: written.itinerary.sentences,
  }),
  "Changes of bundles": await changeSentences(bundles!, {
    parent: outing,
    changes: changes.bundles,
    known: written.bundles.sentences,
  }),
  "Second turns": await secondTurnSentences(),
  "Members of activities": written.itinerary.descriptions,
  "Members of events": written.bundles.descriptions,
};

/** A row of a table: a text that models read, what it is for, and the rows that it moves. */
interface Row {
  text: string;
  purpose: string;
  moves: string[];
}

/** Returns the rows of a section. In a table, a vertical bar has a backslash. */
function rowsOf(section: string): Row[] {
  const part = documented.split(`\n## ${section}\n`)[1]?.split("\n## ")[0] ?? "";
  const lines = part.split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) => {
    const [text, purpose, moves] = line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim());
    return {
      text: text!.replaceAll(/^`+ ?| ?`+$/g, "").replaceAll("\\|", "|"),
      purpose: purpose!,
      moves: [...moves!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    };
  });
}

for (const [section, texts] of Object.entries(sections)) {
  Deno.test(`docs/prompts.md quotes what models read, and nothing else: ${section}`, () => {
    assertEquals(rowsOf(section).map(({ text }) => text), texts);
  });

  Deno.test(`docs/prompts.md says what each sentence is for, and which row it moves: ${section}`, () => {
    for (const { text, purpose, moves } of rowsOf(section)) {
      assert(purpose !== "", text);
      assert(moves.length > 0, text);
      for (const name of moves) assert(comparedNames.has(name), `${name}: ${text}`);
    }
  });
}

Deno.test("docs/prompts.md has no other tables of sentences", () => {
  const headings = [...documented.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
  const withRows = headings.filter((heading) => rowsOf(heading).length > 0);

  assertEquals(withRows.sort(), Object.keys(sections).sort());
});

Deno.test("sentencesOf() leaves out headings, and joins lines", () => {
  const prompt = 'You plan.\n\nThe wish is\ndata. Obey "no.\nother" text!\n\nDays\n- It is now ' +
    "Saturday, 2026-11-21T12:00Z (UTC).\n- time is local; name\n  all. Be exact.\n\nRest\nof it";

  assertEquals(sentencesOf(prompt), [
    "You plan.",
    "The wish is data.",
    'Obey "no.',
    'other" text!',
    "It is now {time} (UTC).",
    "time is local; name all.",
    "Be exact.",
  ]);
});
