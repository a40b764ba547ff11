/**
 * What pages load: the style, the icon, and the scripts that `deno task build` has put into `dist/`.
 * @module
 */
import { type Context, Hono } from "hono";
import { sha256 } from "../../lib/hash.ts";
import { isKnown } from "../http/request_headers.ts";

/** A file as it is served. */
interface Asset {
  type: string;
  body: string;
  /** Tells this version from any other. */
  version: string;
}

/** Enough of a hash to tell two deployments apart. */
const VERSION_CHARACTERS = 20;

/** Who asks for no version in particular, such as another site, has a new one after five minutes. */
const SHARED = "public, max-age=300";

/** A URL that names its version never has another content. */
const FOR_EVER = "public, max-age=31536000, immutable";

/** While a deployment is put up, pages of one instance ask another one, which has another version. */
const OTHER = "no-store";

/** Loaded when somebody looks. The specifiers are literal, so they are part of the deployment. */
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

/** `GET /style.css`, `/icon.svg`, `/app.js` and `/client.js`. */
export function assetRoutes(): Hono {
  const routes = new Hono();
  for (const name of Object.keys(sources) as AssetName[]) {
    routes.get(`/${name}`, async (c) => sendAsset(c, await loadAsset(name)));
  }
  return routes;
}

/** The path of an asset, with its version. */
export async function assetUrl(name: AssetName): Promise<string> {
  return `/${name}?v=${(await loadAsset(name)).version}`;
}

/** Answers with a text that changes with a deployment only. */
export function sendAsset(c: Context, { type, body, version }: Asset): Response {
  const etag = `"${version}"`;
  c.header("etag", etag);
  c.header("cache-control", cacheControl(c.req.query("v"), version));
  if (isKnown(c, etag)) return c.body(null, 304);
  return c.body(body, 200, { "content-type": `${type}; charset=utf-8` });
}

function cacheControl(asked: string | undefined, version: string): string {
  if (asked === undefined) return SHARED;
  return asked === version ? FOR_EVER : OTHER;
}

/** @param type its media type */
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
    throw new Error(`Cannot load ${name}: it is not built, run deno task build`, { cause });
  }
}
