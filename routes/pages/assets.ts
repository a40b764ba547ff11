/**
 * The files that pages load: the style, the icon, and the scripts that `deno task build` writes
 * into `dist/`.
 * @module
 */
import { type Context, Hono } from "hono";
import { sha256 } from "../../lib/hash.ts";
import { isKnown } from "../http/request_headers.ts";

/** A file that pages load. */
interface Asset {
  type: string;
  body: string;
  /** A hash of the body. */
  version: string;
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

/** Loaded on first use. The specifiers are literal, so that the deployment contains the files. */
const sources = {
  "style.css": ["text/css", () => import("../../web/assets/style.css", { with: { type: "text" } })],
  "icon.svg": [
    "image/svg+xml",
    () => import("../../web/assets/icon.svg", { with: { type: "text" } }),
  ],
  "app.js": ["text/javascript", () => import("../../dist/app/app.js", { with: { type: "text" } })],
  "client.js": [
    "text/javascript",
    () => import("../../dist/client/client.js", { with: { type: "text" } }),
  ],
} as const;

type AssetName = keyof typeof sources;

const loaded = new Map<AssetName, Promise<Asset>>();

/** Creates the routes `GET /style.css`, `/icon.svg`, `/app.js` and `/client.js`. */
export function assetRoutes(): Hono {
  const routes = new Hono();
  for (const name of Object.keys(sources) as AssetName[]) {
    routes.get(`/${name}`, async (c) => sendAsset(c, await loadAsset(name)));
  }
  return routes;
}

/** Returns the path of an asset, with its version. */
export async function assetUrl(name: AssetName): Promise<string> {
  return `/${name}?v=${(await loadAsset(name)).version}`;
}

/** Answers with a text that only a new deployment changes. */
export function sendAsset(c: Context, { type, body, version }: Asset): Response {
  const etag = `"${version}"`;
  c.header("etag", etag);
  c.header("cache-control", cacheControl(c.req.query("v"), version));
  if (isKnown(c, etag)) return c.body(null, 304);
  return c.body(body, 200, { "content-type": `${type}; charset=utf-8` });
}

function cacheControl(asked: string | undefined, version: string): string {
  if (asked === undefined) return UNVERSIONED;
  return asked === version ? IMMUTABLE : OTHER_VERSION;
}

/**
 * Creates an asset from its text.
 *
 * @param type the media type
 */
export function assetOf(type: string, body: string): Asset {
  return { type, body, version: sha256(body).slice(0, VERSION_CHARACTERS) };
}

function loadAsset(name: AssetName): Promise<Asset> {
  const asset = loaded.get(name) ?? load(name);
  loaded.set(name, asset);
  return asset;
}

async function load(name: AssetName): Promise<Asset> {
  const [type, source] = sources[name];
  try {
    const { default: body } = await source();
    return assetOf(type, body as unknown as string);
  } catch (cause) {
    loaded.delete(name);
    throw new Error(`Cannot load ${name}: it has not been built. Run deno task build`, { cause });
  }
}
