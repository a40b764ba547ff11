/**
 * Reads opening hours in the syntax of OpenStreetMap, as far as most places use it.
 * https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
 *
 * The package `opening_hours` reads all of it. It was not taken: it needs 30 MB of memory and up to
 * 90 ms for one odd value, and it fails for holidays unless it knows the region. What this module
 * does not read is reported as not understood, so nothing is said about it.
 * @module
 */

/** One rule: on which days it applies, and when the place is open then. */
export interface OpeningRule {
  /** Ranges of days of the year as month × 100 + day, ends included; empty: the whole year. */
  dates: readonly [first: number, last: number][];
  /** From 0, Monday; `null`: all days. */
  weekdays: ReadonlySet<number> | null;
  /** The sorts of holidays that it names: `ph` are public ones, `sh` are school holidays. */
  holidays: ReadonlySet<string>;
  /** Spans in minutes of the day. They may end on the next day. Empty: the whole day. */
  spans: readonly OpeningSpan[];
  state: "open" | "closed" | "unknown";
  /** Whether it adds to the rules before it. Otherwise it replaces them on its days. */
  isAdded: boolean;
}

export interface OpeningSpan {
  from: number;
  to: number;
  /** Whether the place may stay open for longer. */
  isOpenEnd: boolean;
}

/** The longest value of a tag in OpenStreetMap. */
const MAX_CHARACTERS = 255;

const DAY_MINUTES = 24 * 60;

const weekdayNames = ["mo", "tu", "we", "th", "fr", "sa", "su"];

const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

const holidayNames = ["ph", "sh"];

/** A comment, always, a time, a word, a number, or a sign. */
const TOKEN = /\s*(?:"[^"]*"|24\/7|\d{1,2}:\d{2}|[a-z]+|\d+|[-,;:+])/y;

const states: Record<string, OpeningRule["state"]> = {
  open: "open",
  off: "closed",
  closed: "closed",
  unknown: "unknown",
};

/** The value has a part that this module does not read. */
class NotUnderstood extends Error {}

/** Returns the rules; `null`: they are not understood. */
export function parseOpeningHours(value: string): OpeningRule[] | null {
  if (value.length > MAX_CHARACTERS) return null;
  try {
    return new Parser(tokensOf(value)).rules();
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}

function tokensOf(value: string): string[] {
  const text = value.toLowerCase().replace(/[‐-―]/g, "-").trimEnd();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text)?.[0].trim();
    if (token === undefined) throw new NotUnderstood();
    tokens.push(token);
  }
  return tokens;
}

/** Reads tokens from left to right. */
class Parser {
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  rules(): OpeningRule[] {
    const rules = [this.#rule(false)];
    while (this.#position < this.#tokens.length) {
      const isAdded = this.#take(",");
      if (!isAdded && !this.#take(";")) throw new NotUnderstood();
      // A value may end with a semicolon.
      if (!isAdded && this.#position === this.#tokens.length) break;
      rules.push(this.#rule(isAdded));
    }
    return rules;
  }

  #rule(isAdded: boolean): OpeningRule {
    const start = this.#position;
    if (this.#take("24/7")) return { ...ALWAYS, isAdded };
    const dates = this.#list(monthNames, () => this.#dates());
    this.#take(":");
    const days = this.#list([...weekdayNames, ...holidayNames], () => this.#days());
    if (days.length > 0) this.#take(":");
    const spans = this.#isTime(this.#peek()) ? this.#spans() : [];
    const state = this.#state(spans.length > 0);
    if (this.#position === start) throw new NotUnderstood();
    const weekdays = days.filter((day) => typeof day === "number");
    return {
      dates,
      weekdays: days.length > 0 ? new Set(weekdays) : null,
      holidays: new Set(days.filter((day) => typeof day === "string")),
      spans,
      state,
      // Times alone say nothing about the rules before them.
      isAdded: isAdded || (spans.length > 0 && dates.length === 0 && days.length === 0),
    };
  }

  /** Reads a list whose entries begin with one of the words. */
  #list<T>(words: readonly string[], read: () => T[]): T[] {
    if (!words.includes(this.#peek())) return [];
    const entries = read();
    while (this.#peek() === "," && words.includes(this.#peek(1))) {
      this.#position++;
      entries.push(...read());
    }
    return entries;
  }

  /** Reads `Apr-Oct`, `Dec 25`, `Dec 24-26` or `Apr 15-Oct 15`. */
  #dates(): OpeningRule["dates"][number][] {
    const month = this.#month();
    const day = this.#day();
    const first = month * 100 + (day ?? 1);
    if (!this.#take("-")) return [[first, day === null ? month * 100 + 31 : first]];
    const isSameMonth = day !== null && !monthNames.includes(this.#peek());
    const lastMonth = isSameMonth ? month : this.#month();
    const lastDay = this.#day();
    if (isSameMonth && lastDay === null) throw new NotUnderstood();
    return [[first, lastMonth * 100 + (lastDay ?? 31)]];
  }

  #month(): number {
    return this.#index(monthNames) + 1;
  }

  /** Reads the day of a month; `null`: there is none. */
  #day(): number | null {
    if (!/^\d{1,2}$/.test(this.#peek())) return null;
    const day = Number(this.#next());
    if (day < 1 || day > 31) throw new NotUnderstood();
    return day;
  }

  /** Reads `Mo`, `Mo-Fr` or `PH`. */
  #days(): (number | string)[] {
    if (holidayNames.includes(this.#peek())) return [this.#next()];
    const first = this.#index(weekdayNames);
    if (!this.#take("-")) return [first];
    const count = (this.#index(weekdayNames) - first + 7) % 7;
    return Array.from({ length: count + 1 }, (_, day) => (first + day) % 7);
  }

  #spans(): OpeningSpan[] {
    const spans = [this.#span()];
    while (this.#peek() === "," && this.#isTime(this.#peek(1))) {
      this.#position++;
      spans.push(this.#span());
    }
    return spans;
  }

  #span(): OpeningSpan {
    const from = this.#time();
    // Only the beginning is known.
    if (this.#take("+")) return { from, to: from, isOpenEnd: true };
    if (!this.#take("-")) throw new NotUnderstood();
    const end = this.#time();
    return { from, to: end <= from ? end + DAY_MINUTES : end, isOpenEnd: this.#take("+") };
  }

  /** Reads a time in minutes; after midnight, hours may count on to 48. */
  #time(): number {
    const token = this.#next();
    if (!this.#isTime(token)) throw new NotUnderstood();
    const [hours = 0, minutes = 0] = token.split(":").map(Number);
    if (hours > 48 || minutes > 59) throw new NotUnderstood();
    return hours * 60 + minutes;
  }

  /** Reads the end of a rule: `off`, or a comment. A comment in place of times may mean anything. */
  #state(hasTimes: boolean): OpeningRule["state"] {
    const word = states[this.#peek()];
    if (word !== undefined) this.#position++;
    const hasComment = this.#peek().startsWith('"');
    if (hasComment) this.#position++;
    return word ?? (hasComment && !hasTimes ? "unknown" : "open");
  }

  #index(words: readonly string[]): number {
    const index = words.indexOf(this.#next());
    if (index < 0) throw new NotUnderstood();
    return index;
  }

  #isTime(token: string): boolean {
    return /^\d{1,2}:\d{2}$/.test(token);
  }

  /** Returns a token that is not read yet; empty: there is none. */
  #peek(ahead = 0): string {
    return this.#tokens[this.#position + ahead] ?? "";
  }

  #next(): string {
    return this.#tokens[this.#position++] ?? "";
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#position++;
    return true;
  }
}

const ALWAYS: Omit<OpeningRule, "isAdded"> = {
  dates: [],
  weekdays: null,
  holidays: new Set(),
  spans: [],
  state: "open",
};
