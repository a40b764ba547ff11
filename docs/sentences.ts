/**
 * Finds sentences that are too long, for the linters of documents and of texts in the code.
 * @module
 */

/** A longer sentence has to be read twice. */
const MAX_WORDS = 30;

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Yields where each sentence of more than 30 words begins, and what to say of it. */
export function* longSentences(text: string): Generator<{ index: number; message: string }> {
  // A line break is no end of a sentence, but `Intl.Segmenter` takes it for one.
  for (const { segment, index } of segmenter.segment(text.replaceAll(/\s/g, " "))) {
    const count = segment.split(/\s+/).filter((word) => /\w/.test(word)).length;
    if (count <= MAX_WORDS) continue;
    yield { index, message: `A sentence of ${count} words: write at most ${MAX_WORDS}` };
  }
}
