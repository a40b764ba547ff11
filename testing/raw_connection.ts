/**
 * A TCP connection to an HTTP server, for bytes that no HTTP client sends.
 * @module
 */
import { withWaitLimit } from "./wait_limit.ts";

export interface RawAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/** One connection. Dispose of it to close it. */
export class RawConnection implements Disposable {
  readonly #conn: Deno.TcpConn | Deno.TlsConn;
  /** The received bytes that no answer has used, one character for each. */
  #received = "";

  private constructor(conn: Deno.TcpConn | Deno.TlsConn) {
    this.#conn = conn;
  }

  /**
   * @param url the URL of the server: only its protocol, host and port count
   * @param options `caCerts`: further root certificates for TLS
   */
  static async open(url: string, { caCerts = [] }: { caCerts?: string[] } = {}) {
    const { protocol, hostname, port } = new URL(url);
    const address = { hostname, port: Number(port) };
    return new RawConnection(
      protocol === "https:"
        ? await Deno.connectTls({ ...address, caCerts })
        : await Deno.connect(address),
    );
  }

  /** Sends text as it is. */
  async send(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  /** Sends a request with a body, and returns the answer. */
  async post(path: string, body: unknown): Promise<RawAnswer | null> {
    const text = JSON.stringify(body);
    await this.send(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${new TextEncoder().encode(text).length}\r\n\r\n${text}`,
    );
    return await this.answer();
  }

  /** Sends a request without a body, and returns the answer. */
  async get(path: string): Promise<RawAnswer | null> {
    await this.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    return await this.answer();
  }

  /** Returns the next answer; `null` if the server closes the connection without one. */
  async answer(): Promise<RawAnswer | null> {
    const end = await this.#until(() => this.#received.indexOf("\r\n\r\n"));
    if (end === null) return null;
    const [start, ...lines] = this.#received.slice(0, end).split("\r\n");
    const headers = new Headers(
      lines.map((line) => line.split(/:\s*(.*)/, 2) as [string, string]),
    );
    const bodyStart = end + 4;
    const status = Number(start!.split(" ")[1]);
    if (headers.get("transfer-encoding") === "chunked") {
      return { status, headers, body: await this.#chunks(bodyStart) };
    }
    const bodyEnd = bodyStart + Number(headers.get("content-length") ?? 0);
    await this.#until(() => this.#received.length >= bodyEnd ? bodyEnd : -1);
    const body = this.#received.slice(bodyStart, bodyEnd);
    this.#received = this.#received.slice(bodyEnd);
    return { status, headers, body };
  }

  /** Reads a body in chunks (RFC 9112, section 7.1), without trailers. Deno 2.5 sends such bodies. */
  async #chunks(start: number): Promise<string> {
    let body = "";
    for (let at = start;;) {
      const sizeEnd = await this.#until(() => this.#received.indexOf("\r\n", at));
      if (sizeEnd === null) return body;
      const size = parseInt(this.#received.slice(at, sizeEnd), 16);
      const next = sizeEnd + 2 + size + 2;
      await this.#until(() => this.#received.length >= next ? next : -1);
      body += this.#received.slice(sizeEnd + 2, sizeEnd + 2 + size);
      at = next;
      if (size > 0) continue;
      this.#received = this.#received.slice(next);
      return body;
    }
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    await this.#until(() => -1);
  }

  /** Reads until `find` returns an index; returns `null` at the end of the connection. */
  async #until(find: () => number): Promise<number | null> {
    const chunk = new Uint8Array(16_384);
    for (;;) {
      const index = find();
      if (index >= 0) return index;
      const length = await withWaitLimit(this.#read(chunk), () => `bytes after ${this.#received}`);
      if (length === null) return null;
      this.#received += new TextDecoder("latin1").decode(chunk.subarray(0, length));
    }
  }

  /** A connection that the server resets has ended, too. */
  async #read(chunk: Uint8Array): Promise<number | null> {
    try {
      return await this.#conn.read(chunk);
    } catch (error) {
      const { ConnectionReset, UnexpectedEof } = Deno.errors;
      // The second: without the end of TLS.
      if (error instanceof ConnectionReset || error instanceof UnexpectedEof) return null;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}
