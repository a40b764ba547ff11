import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { randomBytes } from "node:crypto";
import { gzipJson } from "../../../lib/store/blob.ts";
import { noProgress, Progress } from "../../../lib/job/progress.ts";
import { decodeProgress, encodeProgress } from "../../../lib/store/progress_codec.ts";
import { NOON } from "../../../testing/fake_clock.ts";

const progress: Progress = {
  phase: "writing",
  message: "Writing day 2 of 3",
  tools: [],
  step: 1,
  of: 3,
  updatedAt: NOON,
  partial: [{ day: 1, theme: "Water" }],
  reasoningSummaries: ["first", "second", "third"],
  openaiResponseId: "resp_1",
  usage: {
    inputTokens: 900,
    cachedTokens: 100,
    cacheWriteTokens: 0,
    outputTokens: 400,
    reasoningTokens: 300,
    savedTokens: 50,
    costUsd: 0.01,
  },
};

/** Returns the progress as it is read after it was stored. */
function stored(change: Partial<Progress>): Progress {
  return decodeProgress(encodeProgress({ ...progress, ...change }));
}

function kept(reasoningSummaries: string[]): string[] {
  return stored({ reasoningSummaries }).reasoningSummaries;
}

/** A part of a plan with at least this many bytes after compression. */
function part(bytes: number): string {
  return randomBytes(bytes).toString("base64");
}

Deno.test("progress that fits is stored unchanged", () => {
  for (const shown of [progress, noProgress]) {
    assertEquals(decodeProgress(encodeProgress(shown)), shown);
  }
});

Deno.test("summaries of exactly 16,000 characters are kept", () => {
  const summaries = ["a".repeat(8_000), "b".repeat(8_000)];

  assertEquals(kept(summaries), summaries);
});

Deno.test("the oldest summaries are dropped, and the others keep their order", () => {
  const summaries = ["oldest", "a".repeat(8_000), "b".repeat(7_998), "newest"];

  assertEquals(kept(summaries), ["b".repeat(7_998), "newest"]);
});

Deno.test("summaries older than a dropped summary are dropped too", () => {
  assertEquals(kept(["old", "x".repeat(16_000), "new"]), ["new"]);
});

Deno.test("a summary that is too large is dropped", () => {
  assertEquals(kept(["old", "x".repeat(16_001)]), []);
});

Deno.test("all other members are kept when summaries are dropped", () => {
  assertEquals(stored({ reasoningSummaries: ["x".repeat(16_001)] }), {
    ...progress,
    reasoningSummaries: [],
  });
});

Deno.test("a partial plan of less than 65,000 bytes is kept in full", () => {
  const partial = [part(30_000), part(30_000)];

  assertEquals(stored({ partial }).partial, partial);
});

Deno.test("a partial plan that does not fit loses its last parts", () => {
  const partial = Array.from({ length: 4 }, () => part(25_000));
  const shown = { ...progress, partial };

  assert(encodeProgress(shown).length <= 65_000);
  assertEquals(stored(shown), { ...progress, partial: partial.slice(0, 2) });
});

Deno.test("a partial plan of any size takes at most 65,000 bytes", () => {
  for (let bytes = 63_000; bytes < 66_000; bytes += 100) {
    const { length } = encodeProgress({ ...progress, partial: [part(bytes)] });
    assert(length <= 65_000, `${length} bytes`);
  }
});

Deno.test("a partial plan is empty when its first part does not fit", () => {
  assertEquals(stored({ partial: [part(70_000), "small"] }), { ...progress, partial: [] });
});

Deno.test("the longest summaries of the largest characters fit beside a partial plan that does not", async () => {
  const reasoningSummaries = [
    String.fromCodePoint(
      ...Array.from(randomBytes(8_000), (byte, n) => 0x4e00 + n % 80 * 256 + byte),
    ),
    String.fromCodePoint(
      ...Array.from(randomBytes(8_000), (byte, n) => 0x4e00 + n % 80 * 256 + byte),
    ),
  ];
  using kv = await Deno.openKv(":memory:");
  const bytes = encodeProgress({ ...progress, reasoningSummaries, partial: [part(60_000)] });

  assert((await kv.set(["progress"], bytes)).ok);
  assertEquals(decodeProgress((await kv.get(["progress"])).value), {
    ...progress,
    reasoningSummaries,
    partial: [],
  });
});

Deno.test("encodeProgress() does not change its argument", () => {
  const shown = {
    ...progress,
    reasoningSummaries: ["old", "x".repeat(16_000)],
    partial: [part(50_000), part(50_000)],
  };
  const before = structuredClone(shown);

  encodeProgress(shown);

  assertEquals(shown, before);
});

const unreadable: [what: string, value: unknown][] = [
  ["nothing", null],
  ["a value of another version", { reasoningSummaries: [], openaiResponseId: null }],
  ["bytes that are not compressed", new Uint8Array([1, 2, 3])],
  ["half of the bytes", encodeProgress(progress).slice(0, 100)],
  ["no bytes", new Uint8Array()],
  ["compressed JSON of another shape", gzipJson({ phase: "sleeping" })],
];

for (const [what, value] of unreadable) {
  Deno.test(`decodeProgress() returns empty progress for ${what}`, () => {
    assertEquals(decodeProgress(value), noProgress);
  });
}

Deno.test("noProgress is valid progress", () => {
  assertEquals(Progress.parse(noProgress), noProgress);
  assertEquals(noProgress.reasoningSummaries, []);
  assertStrictEquals(noProgress.openaiResponseId, null);
});
