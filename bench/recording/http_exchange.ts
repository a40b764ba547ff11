/**
 * One request and its answer over a TCP connection. `fetch` is not suitable: it hides headers, asks
 * for compression, merges repeated headers, and always sends the whole body.
 * @module
 */
import { Buffer } from "node:buffer";

export interface HttpRequest {
  method: string;
  /** Sent unchanged. */
  path: string;
  headers: [name: string, value: string][];
  body?: Uint8Array<ArrayBuffer> | undefined;
  /** `cut`: the body is one byte shorter than its declared length. */
  transfer?: "length" | "chunked" | "cut" | undefined;
}

export interface HttpAnswer {
  /** Status code and reason. */
  status: string;
  /** Sorted by name. Names are in lower case, because HTTP ignores their case. */
  headers: [name: string, value: string][];
  body: Uint8Array<ArrayBuffer>;
}

/** Returns the value of a header. */
export function headerOf({ headers }: HttpAnswer, name: string): string | undefined {
  return headers.find(([other]) => other === name)?.[1];
}

/** A sent request, and the part of its answer that has arrived. */
export class HttpExchange implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #method: string;
  /** One character for each byte. */
  #received = "";
  #isClosed = false;

  private constructor(connection: Deno.TcpConn, method: string) {
    this.#connection = connection;
    this.#method = method;
  }

  /**
   * Connects and sends a request.
   *
   * @param url of the server: `http://127.0.0.1:8000`
   */
  static async begin(url: string, request: HttpRequest): Promise<HttpExchange> {
    const { hostname, port, host } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const exchange = new HttpExchange(connection, request.method);
    // Not awaited: a server may answer before it has read the whole request, and stop reading.
    const written = exchange.#write(encode(request, host)).catch(() => {});
    if (request.transfer === "cut") await written.then(() => connection.closeWrite());
    return exchange;
  }

  /** Resolves when the body contains this text `count` times. */
  async until(text: string, count = 1): Promise<void> {
    while ((this.#read()?.body.split(text).length ?? 1) <= count) await this.#receive();
  }

  /** Returns the answer when it is complete. */
  async answer(): Promise<HttpAnswer> {
    for (;;) {
      const answer = this.#read();
      if (answer?.isComplete) {
        const { status, headers, body } = answer;
        return { status, headers, body: new Uint8Array(Buffer.from(body, "latin1")) };
      }
      await this.#receive();
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length;) {
      start += await this.#connection.write(bytes.subarray(start));
    }
  }

  async #receive(): Promise<void> {
    if (this.#isClosed) throw new Error(`The answer ends too soon: ${this.#received}`);
    const buffer = Buffer.alloc(65_536);
    const count = await this.#connection.read(buffer);
    if (count === null) this.#isClosed = true;
    else this.#received += buffer.toString("latin1", 0, count);
  }

  /** Returns the part that has arrived; `null` until the headers are complete. */
  #read() {
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return null;
    const [statusLine, ...lines] = this.#received.slice(0, end).split("\r\n");
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }).toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
    const status = statusLine!.replace("HTTP/1.1 ", "");
    return { status, headers, ...this.#bodyOf(this.#received.slice(end + 4), status, headers) };
  }

  #bodyOf(rest: string, status: string, headers: [string, string][]) {
    const valueOf = (name: string) => headers.find(([other]) => other === name)?.[1];
    if (this.#method === "HEAD" || /^(204|304)/.test(status)) return { body: "", isComplete: true };
    if (valueOf("transfer-encoding") === "chunked") return readChunks(rest);
    const length = Number(valueOf("content-length") ?? Infinity);
    return { body: rest, isComplete: this.#isClosed || rest.length >= length };
  }
}

function encode({ method, path, headers, body, transfer = "length" }: HttpRequest, host: string) {
  const isNamed = headers.some(([name]) => name.toLowerCase() === "host");
  const length = body === undefined ? 0 : body.length + (transfer === "cut" ? 1 : 0);
  const framing = transfer === "chunked"
    ? ["transfer-encoding: chunked"]
    : body === undefined
    ? []
    : [`content-length: ${length}`];
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...(isNamed ? [] : [`host: ${host}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...framing,
  ].map((line) => `${line}\r\n`).join("") + "\r\n";
  const content = Buffer.from(body ?? []);
  const [before, after] = transfer === "chunked"
    ? [`${content.length.toString(16)}\r\n`, "\r\n0\r\n\r\n"]
    : ["", ""];
  return Buffer.concat([Buffer.from(head + before), content, Buffer.from(after)]);
}

/** Reads the chunks of a body (RFC 9112, section 7.1) that have arrived. */
function readChunks(text: string): { body: string; isComplete: boolean } {
  let body = "";
  for (let start = 0;;) {
    const lineEnd = text.indexOf("\r\n", start);
    if (lineEnd < 0) return { body, isComplete: false };
    const size = Number.parseInt(text.slice(start, lineEnd), 16);
    const end = lineEnd + 2 + size;
    if (text.length < end + 2) return { body, isComplete: false };
    if (size === 0) return { body, isComplete: true };
    body += text.slice(lineEnd + 2, end);
    start = end + 2;
  }
}
