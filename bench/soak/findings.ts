/**
 * What a soak finds wrong: how often, and the first examples of each sort.
 */

/** How many examples of a sort are kept. */
const EXAMPLES = 3;

interface Finding {
  count: number;
  examples: string[];
}

/** All findings of a run. */
export class Findings {
  readonly #sorts = new Map<string, Finding>();

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#sorts.size === 0;
  }

  /** Adds a finding. `example` helps to find its cause. */
  add(sort: string, example: string): void {
    const finding = this.#sorts.get(sort) ?? { count: 0, examples: [] };
    finding.count++;
    if (finding.examples.length < EXAMPLES) finding.examples.push(example);
    this.#sorts.set(sort, finding);
  }

  /** Describes all findings, one line for each sort and each example. */
  toString(): string {
    return [...this.#sorts].flatMap(([sort, { count, examples }]) => [
      `${sort}: ${count}`,
      ...examples.map((example) => `  ${example}`),
    ]).join("\n");
  }
}
