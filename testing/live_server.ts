/**
 * A model whose answers appear while the test watches: aimock writes them, and this front sends
 * them event by event. It adds background responses, which aimock lacks: it stores, resends and
 * deletes them as OpenAI does.
 * @module
 */
import type { FixtureResponse } from "@copilotkit/aimock";
import { frame, type StreamEvent } from "./event_stream.ts";
import { requestLine, serveLocally } from "./local_server.ts";
import { askMock, type Call } from "./openai_server.ts";
import { withWaitLimit } from "./wait_limit.ts";

/** An answer, and how much of it has been sent. */
interface Answer {
  id: string;
  events: StreamEvent[];
  /** How many of its events may be sent. */
  sendable: number;
  canceled: boolean;
  /** Its streams send nothing more, although the response continues. */
  silent: boolean;
}

/** Returns the answer to a call. */
type Choose = (call: Pick<Call, "path" | "body">) => FixtureResponse;

/**
 * Starts a server that gives the answers in order, the last one to all further calls. An answer
 * grows only by {@link LiveServer.write}.
 */
export function serveLive(...script: FixtureResponse[]): LiveServer {
  return new LiveServer(script);
}

/**
 * Like {@link serveLive}, with the answer that `choose` returns for each call.
 *
 * @param onBegun is called with each call whose answer has begun, and the id of the answer
 */
export function serveLiveBy(
  choose: Choose,
  onBegun: (id: string, call: Pick<Call, "path" | "body">) => void,
): LiveServer {
  return new LiveServer(choose, onBegun);
}

/** The front; `await using` stops it. */
export class LiveServer implements AsyncDisposable {
  /** One line for each request: method, path below /v1, query. Deletions are not among them. */
  readonly journal: string[] = [];
  /** The ids of the responses that were deleted: they come some time after the end of a job. */
  readonly deleted: string[] = [];
  readonly bodies: Record<string, unknown>[] = [];
  /** Whether an answer was an error. */
  hasFailed = false;
  #script: FixtureResponse[] | Choose;
  readonly #onBegun: Parameters<typeof serveLiveBy>[1] | undefined;
  readonly #answers = new Map<string, Answer>();
  readonly #server = serveLocally((request, url) => this.#answer(request, url));
  #changed = Promise.withResolvers<void>();
  #cut = Promise.withResolvers<void>();

  constructor(script: FixtureResponse[] | Choose, onBegun?: Parameters<typeof serveLiveBy>[1]) {
    this.#script = script;
    this.#onBegun = onBegun;
  }

  /** Begins again with another script, as a new server. */
  begin(script: FixtureResponse[]): void {
    this.#script = script;
    this.#answers.clear();
    for (const list of [this.journal, this.deleted, this.bodies]) list.length = 0;
    this.cut();
  }

  get url(): string {
    return `${this.#server.url}/v1`;
  }

  /**
   * Resolves with the id of the answer with this number, counted from 0, as soon as it has begun.
   */
  async begun(index: number): Promise<string> {
    while (this.#answers.size <= index) {
      await withWaitLimit(this.#changed.promise, () => `answer ${index} begins`);
    }
    return [...this.#answers.keys()][index]!;
  }

  /** Resolves when `count` requests that begin with `start` have arrived. */
  async untilRequested(start: string, count = 1): Promise<void> {
    while (this.journal.filter((line) => line.startsWith(start)).length < count) {
      await withWaitLimit(
        this.#changed.promise,
        () => `${count} requests that begin with ${start}`,
      );
    }
  }

  /** Resolves when the response has been deleted. */
  async untilDeleted(id: string): Promise<void> {
    while (!this.deleted.includes(id)) {
      await withWaitLimit(this.#changed.promise, () => `response ${id} is deleted`);
    }
  }

  /** Sends an answer up to this text; without `text`, to its end. */
  write(id: string, text?: string): void {
    const answer = this.#answers.get(id);
    // It was deleted meanwhile.
    if (!answer) return;
    let written = "";
    answer.sendable = answer.events.length;
    for (const [n, event] of answer.events.entries()) {
      written += textOf(event);
      if (text === undefined || !written.includes(text)) continue;
      answer.sendable = n + 1;
      break;
    }
    this.#change();
  }

  /** Makes the streams of an answer silent. */
  mute(id: string): void {
    this.#answers.get(id)!.silent = true;
  }

  /** Cuts all streams; background responses continue. */
  cut(): void {
    this.#cut.resolve();
    this.#cut = Promise.withResolvers();
  }

  /** Deletes a background response. */
  forget(id: string): void {
    this.#answers.delete(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cut.resolve();
    await this.#server[Symbol.asyncDispose]();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #answer(request: Request, { pathname, searchParams }: URL): Promise<Response> {
    const path = pathname.replace("/v1", "");
    const [, , id, action] = path.split("/");
    if (path === "/responses" || path === "/chat/completions") {
      return await this.#create(request, path);
    }
    if (request.method === "DELETE") return this.#delete(id!);
    this.journal.push(requestLine(request));
    this.#change();
    const answer = this.#answers.get(id!);
    if (!answer) return Response.json({ error: { code: null } }, { status: 404 });
    if (action === "cancel") answer.canceled = true;
    if (!searchParams.has("stream")) return Response.json(bodyOf(answer));
    return this.#streamFrom(answer, Number(searchParams.get("starting_after") ?? -1) + 1);
  }

  async #create(request: Request, path: string): Promise<Response> {
    const body = await request.json();
    const reply = typeof this.#script === "function"
      ? this.#script({ path, body })
      : this.#script[Math.min(this.bodies.length, this.#script.length - 1)]!;
    this.bodies.push(body);
    const written = await askMock(reply, `/v1${path}`, { headers: request.headers, body });
    // An error is sent at once.
    if (!written.ok) {
      this.hasFailed = true;
      return written;
    }
    const events = eventsOf(await written.text(), body.background === true);
    const begun = (events[0]!.response ?? events[0]) as { id: string };
    const answer: Answer = { id: begun.id, events, sendable: 1, canceled: false, silent: false };
    this.#answers.set(answer.id, answer);
    this.journal.push(`POST ${path}`);
    this.#change();
    this.#onBegun?.(answer.id, { path, body });
    return this.#streamFrom(answer, 0);
  }

  #delete(id: string): Response {
    this.deleted.push(id);
    this.forget(id);
    this.#change();
    return Response.json({ id, object: "response", deleted: true });
  }

  #streamFrom(answer: Answer, start: number): Response {
    return new Response(ReadableStream.from(this.#chunks(answer, start)), {
      headers: { "content-type": "text/event-stream" },
    });
  }

  async *#chunks(answer: Answer, start: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const encoder = new TextEncoder();
    const over = this.#cut.promise.then(() => "cut" as const);
    for (let n = start; n < answer.events.length;) {
      if (n < answer.sendable && !answer.silent) yield encoder.encode(frame(answer.events[n++]!));
      else if (await Promise.race([over, this.#changed.promise]) === "cut") return;
    }
  }
}

function bodyOf({ id, events, sendable, canceled }: Answer): object {
  if (sendable === events.length) return events.at(-1)!.response as object;
  const status = canceled ? "cancelled" : "in_progress";
  return { id, object: "response", background: true, status, output: [] };
}

/** The text that an event adds, in either API. */
function textOf({ type, delta, choices }: StreamEvent): string {
  if (type === "response.output_text.delta") return String(delta);
  const [choice] = (choices ?? []) as { delta?: { content?: string } }[];
  return choice?.delta?.content ?? "";
}

/** The events that aimock has written, numbered as in the Responses API. */
function eventsOf(text: string, background: boolean): StreamEvent[] {
  return [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json], sequence_number) => {
    const event = JSON.parse(json!);
    if (event.response) event.response.background = background;
    return event.type ? { ...event, sequence_number } : event;
  });
}
