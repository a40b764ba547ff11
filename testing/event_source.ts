/**
 * Reads server-sent events as browsers do, and gives access to all fields and comments.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @module
 */
import type { App } from "./http.ts";

export interface ReceivedEvent {
  event: string;
  id: string | undefined;
  // deno-lint-ignore no-explicit-any -- tests look at single members
  data: any;
}

/** One connection. */
export class EventSource {
  /** The comments so far. */
  readonly comments: string[] = [];
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";
  #commented = Promise.withResolvers<void>();

  constructor(response: Response) {
    this.response = response;
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Connects to an application. */
  static async open(
    app: App,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<EventSource> {
    const request = new Request(`http://localhost${path}`, { headers });
    return new EventSource(await app.fetch(request));
  }

  /** Connects over the network. */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<EventSource> {
    return new EventSource(await fetch(url, { headers }));
  }

  /** Returns the next event; `undefined` when the stream has ended. */
  async next(): Promise<ReceivedEvent | undefined> {
    for (;;) {
      const block = await this.#block();
      if (block === undefined) return undefined;
      const event = parse(block);
      if (event) return event;
      if (!block.startsWith(":")) continue;
      this.comments.push(block.slice(1).trim());
      this.#commented.resolve();
      this.#commented = Promise.withResolvers();
    }
  }

  /** Resolves with the next comment, or after the next event. */
  async comment(): Promise<void> {
    const commented = this.#commented.promise;
    await Promise.race([commented, this.next()]);
  }

  /** Returns all events until the stream ends. */
  async rest(): Promise<ReceivedEvent[]> {
    const events = [];
    for (let event; (event = await this.next());) events.push(event);
    return events;
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  /**
   * Returns the text before the next empty line. An incomplete block is dropped, as browsers do.
   */
  async #block(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return block;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }
}

/** Parses whole events. */
export function parseEvents(text: string): ReceivedEvent[] {
  return text.split("\n\n").flatMap((block) => parse(block) ?? []);
}

function parse(block: string): ReceivedEvent | undefined {
  const fields = new Map(
    block.split("\n").map((line) => {
      const [name, ...value] = line.split(": ");
      return [name, value.join(": ")];
    }),
  );
  const data = fields.get("data");
  if (data === undefined) return undefined;
  return { event: fields.get("event") ?? "message", id: fields.get("id"), data: JSON.parse(data) };
}
