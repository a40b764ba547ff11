/**
 * A gate before a server. It imitates real outages: nothing listens on the port, a proxy answers in
 * place of the server, or each connection is closed at once.
 */

const modes = ["refused", "502", "closed"] as const;
export type Outage = (typeof modes)[number];

/** The outages, for a random choice. */
export const outages: readonly Outage[] = modes;

const body = "<html><body><h1>502 Bad Gateway</h1></body></html>";
const badGateway = new TextEncoder().encode([
  "HTTP/1.1 502 Bad Gateway",
  "content-type: text/html",
  `content-length: ${body.length}`,
  "connection: close",
  "",
  body,
].join("\r\n"));

/** A request of the service fits into it. */
const REQUEST_BYTES = 65_536;

const hostname = "127.0.0.1";

/** Forwards connections to a server, except in an outage. It ends with the process. */
export class OutageGate {
  readonly #target: URL;
  readonly #port: number;
  readonly #connections = new Set<Deno.Conn>();
  #listener: Deno.Listener;
  #outage: Outage | null = null;

  /** @param target the URL of the server */
  constructor(target: string) {
    this.#target = new URL(target);
    const listener = Deno.listen({ hostname, port: 0 });
    this.#port = listener.addr.port;
    this.#listener = listener;
    this.#accept();
  }

  /** The URL of the server behind the gate. */
  get url(): string {
    const url = new URL(this.#target);
    url.port = String(this.#port);
    return url.href;
  }

  /** Begins an outage, which also breaks all connections. */
  begin(outage: Outage): void {
    this.#outage = outage;
    if (outage === "refused") this.#listener.close();
    for (const connection of this.#connections) close(connection);
    this.#connections.clear();
  }

  /** Ends the outage. */
  end(): void {
    if (this.#outage === "refused") {
      this.#listener = Deno.listen({ hostname, port: this.#port });
      this.#accept();
    }
    this.#outage = null;
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) {
        this.#serve(connection).catch(() => close(connection));
      }
    } catch (error) {
      // The outage has closed the listener.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    if (this.#outage === "502") {
      await connection.read(new Uint8Array(REQUEST_BYTES));
      await connection.write(badGateway);
    }
    if (this.#outage !== null) return close(connection);
    const server = await Deno.connect({ hostname, port: Number(this.#target.port) });
    for (const end of [connection, server]) this.#connections.add(end);
    await Promise.all([
      connection.readable.pipeTo(server.writable),
      server.readable.pipeTo(connection.writable),
    ]).catch(() => {});
    for (const end of [connection, server]) {
      close(end);
      this.#connections.delete(end);
    }
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // The other side or the end of a stream has closed it.
  }
}
