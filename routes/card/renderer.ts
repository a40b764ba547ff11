/**
 * Turns pictures of trips from SVG into PNG, because most sites that show links accept no SVG.
 *
 * A picture takes about 0.1 seconds of processor time. A worker does it, so that requests are
 * answered meanwhile. It needs no permission: its code comes from the module graph. Where there are
 * no workers, this thread does it.
 * @module
 */
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";

/** The pictures that stay in memory, in bytes: some 150 of them. */
const MAX_CACHE_BYTES = 8 * 1024 * 1024;

/** More pictures may not wait. A crawler that asks for more gets the picture of the start page. */
const MAX_WAITING = 20;

type Bytes = Uint8Array<ArrayBuffer>;

/** What draws SVG. */
interface Drawer {
  draw(svg: string): Promise<Bytes>;
  close(): void;
}

/** Draws pictures one at a time, and keeps the last ones. */
export class CardRenderer {
  readonly #drawn = new LRUCache<string, Promise<Bytes>>({
    // The size is known only when the picture is there. Until then it counts as a typical one.
    maxSize: MAX_CACHE_BYTES,
  });
  readonly #queue = pLimit(1);
  readonly #open: () => Promise<Drawer>;
  #drawer: Promise<Drawer> | undefined;

  /** @param open creates what draws; by default a worker if there are workers */
  constructor(open: () => Promise<Drawer> = openDrawer) {
    this.#open = open;
  }

  /**
   * Returns a picture as PNG; `null` if too many other pictures wait.
   *
   * @param key stands for this SVG, such as its hash
   * @param options.isFallback whether other pictures are replaced by it, so that it always waits
   */
  async png(key: string, svg: string, { isFallback = false } = {}): Promise<Bytes | null> {
    const known = this.#drawn.get(key);
    if (known) return await known;
    if (!isFallback && this.#queue.pendingCount >= MAX_WAITING) return null;
    const drawing = this.#queue(() => this.#draw(svg));
    this.#drawn.set(key, drawing, { size: TYPICAL_BYTES });
    try {
      const png = await drawing;
      this.#drawn.set(key, drawing, { size: png.length });
      return png;
    } catch (error) {
      this.#drawn.delete(key);
      throw error;
    }
  }

  /** Draws with the open drawer. After the last waiting picture it is closed, to free its memory. */
  async #draw(svg: string): Promise<Bytes> {
    const opening = this.#drawer ??= this.#open();
    let drawer: Drawer | undefined;
    let isBroken = true;
    try {
      drawer = await opening;
      const png = await drawer.draw(svg);
      isBroken = false;
      return png;
    } finally {
      if (isBroken || this.#queue.pendingCount === 0) {
        this.#drawer = undefined;
        drawer?.close();
      }
    }
  }
}

const TYPICAL_BYTES = 50_000;

/** The files of the font: two weights of each group of letters. */
async function loadFonts(): Promise<FontFile[]> {
  const files = await Promise.all([
    import("@fontsource/inter/files/inter-latin-400-normal.woff2", { with: { type: "bytes" } }),
    import("@fontsource/inter/files/inter-latin-700-normal.woff2", { with: { type: "bytes" } }),
    import("@fontsource/inter/files/inter-latin-ext-400-normal.woff2", { with: { type: "bytes" } }),
    import("@fontsource/inter/files/inter-latin-ext-700-normal.woff2", { with: { type: "bytes" } }),
    import("@fontsource/inter/files/inter-vietnamese-400-normal.woff2", {
      with: { type: "bytes" },
    }),
    import("@fontsource/inter/files/inter-vietnamese-700-normal.woff2", {
      with: { type: "bytes" },
    }),
    import("@fontsource/inter/files/inter-greek-400-normal.woff2", { with: { type: "bytes" } }),
    import("@fontsource/inter/files/inter-greek-700-normal.woff2", { with: { type: "bytes" } }),
    import("@fontsource/inter/files/inter-cyrillic-400-normal.woff2", { with: { type: "bytes" } }),
    import("@fontsource/inter/files/inter-cyrillic-700-normal.woff2", { with: { type: "bytes" } }),
  ]);
  return files.map((file, index) => ({
    bytes: file.default as unknown as Bytes,
    letters: GROUPS[Math.floor(index / 2)]!,
  }));
}

/** A file of the font, and which letters it has that the files before it lack. */
interface FontFile {
  bytes: Bytes;
  letters: RegExp;
}

/** In the order of the files. The library unpacks each file for each picture, so it gets few. */
const GROUPS: readonly RegExp[] = [
  /^/,
  /[\u0100-\u02ff\u1e00-\u1eff\u20a0-\u20c0\u2113]/,
  /[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u20ab]/,
  /[\u0370-\u03ff]/,
  /[\u0400-\u04ff\u2116]/,
];

/** Returns the files that a picture needs. */
function fontsFor(svg: string, fonts: readonly FontFile[]): Bytes[] {
  return fonts.filter(({ letters }) => letters.test(svg)).map(({ bytes }) => bytes);
}

async function loadLibrary(): Promise<Bytes> {
  const { default: wasm } = await import("@resvg/resvg-wasm/index_bg.wasm", {
    with: { type: "bytes" },
  });
  return wasm as unknown as Bytes;
}

/** Opens a worker, or uses this thread where there are no workers. */
async function openDrawer(): Promise<Drawer> {
  const [wasm, fonts] = await Promise.all([loadLibrary(), loadFonts()]);
  return typeof Worker === "undefined"
    ? await openInThread(wasm, fonts)
    : await openWorker(wasm, fonts);
}

/** The library may be started only once in a thread. */
let isStarted: Promise<void> | undefined;

async function openInThread(wasm: Bytes, fonts: FontFile[]): Promise<Drawer> {
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  await (isStarted ??= initWasm(wasm));
  return {
    draw(svg) {
      const fontBuffers = fontsFor(svg, fonts);
      const picture = new Resvg(svg, { font: { fontBuffers, loadSystemFonts: false } });
      const image = picture.render();
      const png = Uint8Array.from(image.asPng());
      image.free();
      picture.free();
      return Promise.resolve(png);
    },
    close() {},
  };
}

/** The code of the worker, after its import of the library. It answers one message at a time. */
const WORKER = `
await initWasm(await new Promise((resolve) => {
  onmessage = ({ data }) => resolve(data);
}));
onmessage = ({ data: { svg, fontBuffers } }) => {
  try {
    const picture = new Resvg(svg, { font: { fontBuffers, loadSystemFonts: false } });
    const png = picture.render().asPng();
    postMessage({ png }, [png.buffer]);
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
postMessage("ready");
`;

async function openWorker(wasm: Bytes, fonts: FontFile[]): Promise<Drawer> {
  // The text of the module that an import of the package loads.
  const library = await import("@resvg/resvg-wasm", { with: { type: "text" } });
  const libraryUrl = scriptUrl(library.default as unknown as string);
  const url = scriptUrl(
    `import { initWasm, Resvg } from ${JSON.stringify(libraryUrl)};\n${WORKER}`,
  );
  const worker = new Worker(url, { type: "module" });
  try {
    await ask(worker, wasm);
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    for (const used of [url, libraryUrl]) URL.revokeObjectURL(used);
  }
  return {
    async draw(svg) {
      const message = { svg, fontBuffers: fontsFor(svg, fonts) };
      const { png, error } = await ask(worker, message) as { png?: Bytes; error?: string };
      if (!png) throw new Error(`Cannot draw the picture: ${error}`);
      return png;
    },
    close: () => worker.terminate(),
  };
}

function scriptUrl(text: string): string {
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}

/** Sends a message to a worker, and returns its answer. */
function ask(worker: Worker, message: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`The worker for pictures has failed: ${event.message}`));
    };
    worker.postMessage(message);
  });
}
