/**
 * Sends the requests of a scenario and records the answers.
 * @module
 */
import { assert } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { headerOf, type HttpAnswer, HttpExchange, type HttpRequest } from "./http_exchange.ts";
import { Normaliser } from "./normaliser.ts";
import type { Program } from "./support.ts";

/**
 * A request to record. In its texts, `{name}` stands for the value that was kept under that name.
 */
export interface Step {
  /** Names the entry within its scenario. */
  name: string;
  /** Method and path. */
  ask: string;
  /** A list if a header is sent twice. `null`: a usual header is not sent. */
  headers?: Record<string, string | null> | [name: string, value: string][];
  /** Text is sent unchanged, any other value as JSON. */
  body?: unknown;
  /** The fields of a form, sent like a form of a page. */
  form?: Record<string, string>;
  transfer?: HttpRequest["transfer"];
  /** Values of the answer that later steps need, by name. */
  keep?: Record<string, (answer: HttpAnswer) => string>;
  /** The part of the answer to omit, because its presence depends on timing. */
  without?: RegExp;
  /** The name of a kept job that must end before this request. */
  ended?: string;
  /**
   * How the body of the answer is recorded: `digest` for files of other packages, `nothing` for
   * files of the build, `exact` without replacements.
   */
  show?: "digest" | "nothing" | "exact";
}

/** A recorded request and its answer. */
export interface Entry {
  name: string;
  request: { line: string; headers?: string[] | undefined; body?: unknown };
  answer: { status: string; headers: string[]; body?: unknown };
}

/** Groups of headers that the recording shows as one line, by the text of that line. */
const HEADER_GROUPS: Record<string, string[]> = {
  "<the headers of every answer>": [
    "access-control-allow-origin: *",
    "access-control-expose-headers: Allow,Content-Location,ETag,Idempotency-Replayed,Link," +
    "Location,Preference-Applied,RateLimit,RateLimit-Policy,Retry-After,X-Request-Id",
    "cross-origin-opener-policy: same-origin",
    "cross-origin-resource-policy: cross-origin",
    "date: <time>",
    "referrer-policy: same-origin",
    "strict-transport-security: max-age=15552000",
    "x-content-type-options: nosniff",
    "x-frame-options: DENY",
    "x-request-id: <request-id>",
  ],
  "<the policy of pages>": [
    "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; " +
    "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; " +
    "worker-src 'self'; base-uri 'none'; form-action 'self'; " +
    "frame-ancestors 'none'",
  ],
  "<the policy of everything else>": [
    "content-security-policy: default-src 'none'; frame-ancestors 'none'",
  ],
};

/** For longer requests, only the length matters. */
const MAX_REQUEST_CHARACTERS = 2_000;

/** Shorter bodies are recorded again, because they are easier to read than a reference. */
const MIN_REPEATED_CHARACTERS = 400;

/** Records one scenario. */
export class Recorder {
  readonly program: Program;
  readonly entries: Entry[] = [];
  readonly #headers: Record<string, string>;
  readonly #normaliser = new Normaliser();
  readonly #kept = new Map<string, string>();
  /** The name of the first entry with each body. */
  readonly #bodies = new Map<string, string>();

  /** @param headers sent with every request, unless the request sets them */
  constructor(program: Program, headers: Record<string, string> = {}) {
    this.program = program;
    this.#headers = headers;
  }

  /** Sends the requests in order. */
  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.send(step);
  }

  async send(step: Step): Promise<HttpAnswer> {
    using exchange = await this.begin(step);
    return await this.finish(step, exchange);
  }

  /** Sends a request with a late answer, which {@link finish} records. */
  async begin(step: Step): Promise<HttpExchange> {
    if (step.ended !== undefined) await this.untilEnded(step.ended);
    return await HttpExchange.begin(await this.program.url(), this.#requestOf(step));
  }

  async finish(step: Step, exchange: HttpExchange): Promise<HttpAnswer> {
    const answer = await exchange.answer();
    for (const [name, read] of Object.entries(step.keep ?? {})) this.keep(name, read(answer));
    this.record({
      name: step.name,
      request: this.#shownRequest(step),
      answer: shownAnswer(answer, { step, normaliser: this.#normaliser }),
    });
    return answer;
  }

  /** Adds an entry, and replaces a long body that an earlier entry has. */
  record(entry: Entry): void {
    assert(!this.entries.some(({ name }) => name === entry.name), `twice: ${entry.name}`);
    const { name, answer } = entry;
    const body = JSON.stringify(answer.body) ?? "";
    const same = this.#bodies.get(body);
    if (same !== undefined) answer.body = `<the body of "${same}">`;
    else if (body.length >= MIN_REPEATED_CHARACTERS) this.#bodies.set(body, name);
    this.entries.push(entry);
  }

  /** Adds a request of the service itself. */
  recordCallback(
    { name, line, headers, body }: {
      name: string;
      line: string;
      headers: [name: string, value: string][];
      body: string;
    },
  ): void {
    const bytes = new TextEncoder().encode(body).length;
    const shown = headers.map(([name, value]): [string, string] => {
      if (name === "host") return [name, "<host>"];
      if (name === "content-length" && value === String(bytes)) return [name, "<length>"];
      return [name, this.#normaliser.header(name, value)];
    });
    this.record({
      name,
      request: {
        line,
        headers: shown.map((header) => header.join(": ")).toSorted(),
        body: shownText(this.#normaliser.text(body)),
      },
      answer: { status: "204 No Content", headers: [] },
    });
  }

  /**
   * Repeats a request until the service no longer refuses it because the queue is full. The
   * service's count may be some milliseconds old. Only the last answer is recorded.
   */
  async sendWhenThereIsRoom(step: Step): Promise<HttpAnswer> {
    for (;;) {
      using exchange = await this.begin(step);
      const { status } = await exchange.answer();
      if (!status.startsWith("503")) return await this.finish(step, exchange);
    }
  }

  /** Waits until a job matches `look`, by long polls. They are not recorded. */
  async untilShows(
    path: string,
    // deno-lint-ignore no-explicit-any -- scenarios look at single members
    look: (job: any) => boolean,
  ): Promise<void> {
    let etag = "";
    for (;;) {
      const { body, headers } = await this.program.get(this.#fill(path), {
        ...this.#headers,
        "prefer": "wait=60",
        "if-none-match": etag,
      });
      if (body !== null && look(body)) return;
      etag = headers.get("etag")!;
    }
  }

  keep(name: string, value: string): void {
    this.#kept.set(name, value);
  }

  kept(name: string): string {
    const value = this.#kept.get(name);
    assert(value !== undefined, `nothing was kept as ${name}`);
    return value;
  }

  /** Waits until the log says that the job has ended. */
  async untilEnded(name: string): Promise<void> {
    const id = this.kept(name);
    await this.program.until(({ log }) =>
      log.some(({ message, jobId }) =>
        jobId === id && /^(completed|failed|canceled)$/.test(message)
      )
    );
  }

  #fill(text: string): string {
    return text.replace(/\{(\w+)\}/g, (_, name) => this.kept(name));
  }

  #requestOf(step: Step): HttpRequest {
    const [, method, path] = step.ask.match(/^(\w+) (.*)$/)!;
    const text = bodyOf(step, (text) => this.#fill(text));
    return {
      method: method!,
      path: this.#fill(path!),
      headers: this.#headersOf(step).map(([name, value]) => [name, this.#fill(value)]),
      body: text === undefined ? undefined : new TextEncoder().encode(text),
      transfer: step.transfer,
    };
  }

  #headersOf({ headers = {}, body, form }: Step): [name: string, value: string][] {
    const own = Array.isArray(headers) ? headers : Object.entries(headers);
    const usual: Record<string, string> = {
      ...(form && {
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
      }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...this.#headers,
    };
    const isOwn = (name: string) => own.some(([other]) => other === name);
    return [...Object.entries(usual).filter(([name]) => !isOwn(name)), ...own].flatMap((
      [name, value],
    ) => value === null ? [] : [[name, value]]);
  }

  /**
   * Fills kept values into the path, like in answers. Headers and body keep the names of the
   * values.
   */
  #shownRequest(step: Step): Entry["request"] {
    const headers = this.#headersOf(step).map(([name, value]) => `${name}: ${shortened(value)}`);
    const text = bodyOf(step);
    const isLong = text !== undefined && text.length > MAX_REQUEST_CHARACTERS;
    return {
      line: this.#normaliser.text(this.#fill(step.ask)),
      ...(headers.length > 0 && { headers }),
      ...(text && { body: isLong ? digestOf(new TextEncoder().encode(text)) : shownText(text) }),
    };
  }
}

/** Returns the body of a request as text. */
function bodyOf({ body, form }: Step, fill = (text: string) => text): string | undefined {
  if (form) {
    const fields = Object.entries(form).map(([name, value]) => [name, fill(value)]);
    return new URLSearchParams(fields).toString();
  }
  return body === undefined
    ? undefined
    : fill(typeof body === "string" ? body : JSON.stringify(body));
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 20)}… (${text.length} characters)` : text;
}

function shownAnswer(
  answer: HttpAnswer,
  { step, normaliser }: { step: Step; normaliser: Normaliser },
): Entry["answer"] {
  const body = plainBody(answer);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(body);
  const shown = {
    digest: () => digestOf(body),
    nothing: () => "<not recorded>",
    exact: () => shownText(text),
    "": () => shownText(normaliser.body(answer, text).replace(step.without ?? /$^/, "")),
  }[step.show ?? ""];
  return {
    status: answer.status,
    headers: grouped(normaliser.headers(answer)),
    ...(body.length > 0 && { body: shown() }),
  };
}

function grouped(headers: string[]): string[] {
  const groups = Object.entries(HEADER_GROUPS).filter(([, group]) =>
    group.every((header) => headers.includes(header))
  );
  const inGroups = groups.flatMap(([, group]) => group);
  return [
    ...groups.map(([name]) => name),
    ...headers.filter((header) => !inGroups.includes(header)),
  ];
}

function plainBody(answer: HttpAnswer): Uint8Array {
  if (answer.body.length === 0) return answer.body;
  const encoding = headerOf(answer, "content-encoding");
  if (encoding === "gzip") return gunzipSync(answer.body);
  return encoding === "br" ? brotliDecompressSync(answer.body) : answer.body;
}

function digestOf(body: Uint8Array): string {
  const digest = createHash("sha256").update(Buffer.from(body)).digest("hex");
  return `<${body.length} bytes, sha256 ${digest}>`;
}

/** Returns compact JSON as a value. Other text becomes lines that give the text when joined. */
function shownText(text: string): unknown {
  try {
    const json = JSON.parse(text);
    // JSON with an escaped surrogate stays text.
    const isPlain = typeof json === "object" && !/\\ud/.test(text);
    if (isPlain && JSON.stringify(json) === text) return json;
  } catch {
    // Not JSON.
  }
  const lines = text.split(/(?<=\n)|(?<!")(?=<[a-z!]\w*[ >])|(?=,")/);
  return lines.length === 1 ? text : lines;
}
