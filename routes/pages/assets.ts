/**
 * The files that pages load: the style, the icon, and the scripts that `deno task build` writes
 * into `dist/`.
 * @module
 */
import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import process from "node:process";
import { promisify } from "node:util";
import { sha256 } from "../../lib/hash.ts";
import type { PageState } from "../../web/app/page.tsx";
import type { Language } from "../../web/words/language.ts";
import { addToHeader, answer, setHeaders } from "../http/answer.ts";
import { isKnown } from "../http/request_headers.ts";
import { styleSheet } from "./style_sheet.ts";

/** A file that pages load. */
export interface Asset {
  type: string;
  /** Bytes for images, which are compressed already. */
  body: string | Uint8Array<ArrayBuffer>;
  /** A hash of the body. */
  version: string;
  /** The bytes of the body in each encoding that was asked for. */
  readonly encoded: Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>;
}

type Encoding = "identity" | "gzip" | "br";

/** Encodes a text. The work is done in another thread. */
const encoders: Record<Encoding, (body: Asset["body"]) => Promise<Uint8Array>> = {
  identity: (body) =>
    Promise.resolve(typeof body === "string" ? new TextEncoder().encode(body) : body),
  gzip: (text) => promisify(zlib().gzip)(text),
  br(text) {
    const { brotliCompress, constants } = zlib();
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
    return promisify(brotliCompress)(text, { params });
  },
};

/**
 * Smaller than gzip, in a tenth of a second for a megabyte. The highest quality takes seconds: the
 * build has it for the files that pages load first (`compress.ts`).
 */
const BROTLI_QUALITY = 5;

/** Loaded on first use. */
function zlib() {
  return process.getBuiltinModule("node:zlib");
}

/** Long enough to tell two deployments apart. */
const VERSION_CHARACTERS = 20;

/** For requests without a version, as from other sites: they update within five minutes. */
const UNVERSIONED = "public, max-age=300";

/** The content behind a URL with a version never changes. */
const IMMUTABLE = "public, max-age=31536000, immutable";

/**
 * For requests that name another version. During a deployment, a page from one instance may load
 * its files from another instance.
 */
const OTHER_VERSION = "no-store";

/** A type, what loads the file, and what loads its smallest form if the build writes one. */
type Source = readonly [type: string, file: Load, compressed?: Load];
type Load = () => Promise<{ default: unknown }>;

/** Loaded on first use. The specifiers are literal, so that the deployment contains the files. */
const sources = {
  "style.css": [
    "text/css",
    styleSheet,
    () => import("../../dist/style.css.br", { with: { type: "bytes" } }),
  ],
  "icon.svg": [
    "image/svg+xml",
    () => import("../../web/assets/icon.svg", { with: { type: "text" } }),
  ],
  "icon_192.png": [
    "image/png",
    () => import("../../web/assets/icon_192.png", { with: { type: "bytes" } }),
  ],
  "icon_512.png": [
    "image/png",
    () => import("../../web/assets/icon_512.png", { with: { type: "bytes" } }),
  ],
  "icon_192_maskable.png": [
    "image/png",
    () => import("../../web/assets/icon_192_maskable.png", { with: { type: "bytes" } }),
  ],
  "icon_512_maskable.png": [
    "image/png",
    () => import("../../web/assets/icon_512_maskable.png", { with: { type: "bytes" } }),
  ],
  "icon_apple.png": [
    "image/png",
    () => import("../../web/assets/icon_apple.png", { with: { type: "bytes" } }),
  ],
  // Browsers request this path even if a page names another icon.
  "favicon.ico": [
    "image/x-icon",
    () => import("../../web/assets/favicon.ico", { with: { type: "bytes" } }),
  ],
  "worker/worker.js": [
    "text/javascript",
    () => import("../../dist/worker/worker.js", { with: { type: "text" } }),
  ],
  "home_en.js": [
    "text/javascript",
    () => import("../../dist/app/home_en.js", { with: { type: "text" } }),
    () => import("../../dist/app/home_en.js.br", { with: { type: "bytes" } }),
  ],
  "home_de.js": [
    "text/javascript",
    () => import("../../dist/app/home_de.js", { with: { type: "text" } }),
    () => import("../../dist/app/home_de.js.br", { with: { type: "bytes" } }),
  ],
  "trip_en.js": [
    "text/javascript",
    () => import("../../dist/app/trip_en.js", { with: { type: "text" } }),
    () => import("../../dist/app/trip_en.js.br", { with: { type: "bytes" } }),
  ],
  "trip_de.js": [
    "text/javascript",
    () => import("../../dist/app/trip_de.js", { with: { type: "text" } }),
    () => import("../../dist/app/trip_de.js.br", { with: { type: "bytes" } }),
  ],
  "client.js": [
    "text/javascript",
    () => import("../../dist/client/client.js", { with: { type: "text" } }),
  ],
  "tiles/tiles.js": [
    "text/javascript",
    () => import("../../dist/tiles/tiles.js", { with: { type: "text" } }),
  ],
  "tiles/worker.js": [
    "text/javascript",
    () => import("maplibre-gl/dist/maplibre-gl-worker.mjs", { with: { type: "text" } }),
  ],
  "tiles/tiles.css": [
    "text/css",
    () => import("maplibre-gl/dist/maplibre-gl.css", { with: { type: "text" } }),
  ],
  "client.d.ts": [
    "application/typescript",
    () => import("../../web/client/package/client.d.ts", { with: { type: "text" } }),
  ],
  "docs.css": [
    "text/css",
    () => import("../../web/assets/docs.css", { with: { type: "text" } }),
  ],
  "docs.js": [
    "text/javascript",
    () => import("../../dist/docs/docs.js", { with: { type: "text" } }),
  ],
  "admin/admin.css": [
    "text/css",
    () => import("../../web/assets/admin.css", { with: { type: "text" } }),
  ],
  "admin/live.js": [
    "text/javascript",
    () => import("../../dist/admin/live.js", { with: { type: "text" } }),
  ],
} as const satisfies Record<string, Source>;

type AssetName = keyof typeof sources;

const loaded = new Map<AssetName, Promise<Asset>>();

/** What only the dashboard loads. */
const adminAssets: readonly AssetName[] = ["admin/admin.css", "admin/live.js"];

/** `/sw.js` has it, with the files of the shell. */
const workerAsset: AssetName = "worker/worker.js";

/** Returns the path of the script that has a page, with its version. */
export function scriptUrl(page: PageState["page"], language: Language): Promise<string> {
  return assetUrl(`${page === "home" ? "home" : "trip"}_${language}.js`);
}

/** Creates the routes of all files but those of the dashboard: `GET /style.css` and so on. */
export function assetRoutes(): Hono {
  const names = Object.keys(sources) as AssetName[];
  return routesOf(names.filter((name) => name !== workerAsset && !adminAssets.includes(name)));
}

/** Creates the routes `GET /admin/admin.css` and `/admin/live.js`. */
export function adminAssetRoutes(): Hono {
  return routesOf(adminAssets);
}

function routesOf(names: readonly AssetName[]): Hono {
  const routes = new Hono();
  for (const name of names) {
    routes.get(`/${name}`, async (c) => {
      // Deno takes the types from there. https://docs.deno.com/runtime/fundamentals/typescript/
      if (name === "client.js") setHeaders(c, { "x-typescript-types": "/client.d.ts" });
      return sendAsset(c, await loadAsset(name));
    });
  }
  return routes;
}

/** Returns the path of an asset, with its version. */
export async function assetUrl(name: AssetName): Promise<string> {
  return `/${name}?v=${(await loadAsset(name)).version}`;
}

/**
 * Answers with a text that only a new deployment changes. It is encoded once: Deno would encode it
 * for each answer, which takes a tenth of a second of processor time for a megabyte.
 */
export async function sendAsset(c: Context, asset: Asset): Promise<Response> {
  const { type, version } = asset;
  const isImage = typeof asset.body !== "string";
  const etag = `"${version}"`;
  const encoding = isImage ? "identity" : encodingFor(c);
  const isEncoded = encoding !== "identity";
  // A strong tag would stand for the same bytes in each encoding.
  setHeaders(c, {
    etag: isEncoded ? `W/${etag}` : etag,
    "cache-control": cacheControl(c.req.query("v"), version),
  });
  addToHeader(c, "vary", "accept-encoding");
  if (isKnown(c, etag)) return answer(c, null, 304);
  if (isEncoded) setHeaders(c, { "content-encoding": encoding });
  setHeaders(c, { "content-type": isImage ? type : `${type}; charset=utf-8` });
  return answer(c, await encodedAs(encoding, asset));
}

/** Chooses the encoding that the client prefers; among equals, the smallest. */
function encodingFor(c: Context): Encoding {
  return accepts(c, {
    header: "Accept-Encoding",
    supports: ["br", "gzip"],
    default: "identity",
    match: preferredOf,
  }) as Encoding;
}

/**
 * The order of Hono would also choose an encoding that the client excludes with `q=0`, and browsers
 * name `gzip` first without preferring it.
 */
function preferredOf(
  accepted: { type: string; q: number }[],
  { supports, default: otherwise }: { supports: string[]; default: string },
): string {
  const weightOf = (name: string) => accepted.find(({ type }) => type === name)?.q ?? 0;
  const best = Math.max(...supports.map(weightOf));
  return best > 0 ? supports.find((name) => weightOf(name) === best)! : otherwise;
}

function encodedAs(
  encoding: Encoding,
  { body, encoded }: Asset,
): Promise<Uint8Array<ArrayBuffer>> {
  const known = encoded.get(encoding);
  if (known) return known;
  const bytes = encoders[encoding](body).then((bytes) => Uint8Array.from(bytes));
  encoded.set(encoding, bytes);
  return bytes;
}

function cacheControl(asked: string | undefined, version: string): string {
  if (asked === undefined) return UNVERSIONED;
  return asked === version ? IMMUTABLE : OTHER_VERSION;
}

/**
 * Creates an asset from its text or its bytes.
 *
 * @param type the media type
 */
export function assetOf(type: string, body: Asset["body"]): Asset {
  const version = sha256(body).slice(0, VERSION_CHARACTERS);
  return { type, body, version, encoded: new Map() };
}

/** Returns an asset. It is loaded once. */
export function loadAsset(name: AssetName): Promise<Asset> {
  const asset = loaded.get(name) ?? load(name);
  loaded.set(name, asset);
  return asset;
}

async function load(name: AssetName): Promise<Asset> {
  const [type, file, compressed]: Source = sources[name];
  try {
    const { default: body } = await file();
    const asset = assetOf(type, body as Asset["body"]);
    if (compressed) await takeCompressed(asset, compressed);
    return asset;
  } catch (cause) {
    loaded.delete(name);
    throw new Error(`Cannot load ${name}: it has not been built. Run deno task build`, { cause });
  }
}

/** Takes the bytes that the build has compressed, unless they are missing or of an older file. */
async function takeCompressed({ body, encoded }: Asset, load: Load): Promise<void> {
  try {
    const bytes = (await load()).default as Uint8Array<ArrayBuffer>;
    const text = await promisify(zlib().brotliDecompress)(bytes);
    if (text.toString() === body) encoded.set("br", Promise.resolve(bytes));
  } catch {
    // The file is compressed on its first request.
  }
}
