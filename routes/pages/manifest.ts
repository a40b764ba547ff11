/**
 * The manifest and the icons, by which a browser can install the app.
 * Source: https://www.w3.org/TR/appmanifest/
 * @module
 */
import type { Context, Hono } from "hono";
import { catalogues } from "../../web/words/catalogues.ts";
import { isLanguage, type Language, languages } from "../../web/words/language.ts";
import { answer, setHeaders } from "../http/answer.ts";
import type { AppEnv } from "../http/caller.ts";
import { assetUrl } from "./assets.ts";
import { COLORS } from "./colors.ts";

/** The path of the manifest; `?language=de` chooses its language. */
export const MANIFEST_PATH = "/manifest.webmanifest";

/** Only a new deployment changes the manifest. */
const CACHE_CONTROL = "public, max-age=300";

/** Returns the address of the manifest in a language. */
export function manifestUrl(language: Language): string {
  return `${MANIFEST_PATH}?${new URLSearchParams({ language })}`;
}

/** Adds the route of the manifest. */
export function addManifest(routes: Hono<AppEnv>): void {
  routes.get(MANIFEST_PATH, async (c) => {
    const asked = c.req.query("language");
    return sendManifest(c, await manifestIn(isLanguage(asked) ? asked : languages[0]));
  });
}

function sendManifest(c: Context, manifest: object): Response {
  setHeaders(c, {
    "cache-control": CACHE_CONTROL,
    "content-type": "application/manifest+json",
  });
  return answer(c, JSON.stringify(manifest));
}

async function manifestIn(language: Language): Promise<object> {
  return {
    id: "/",
    name: "Tripwright",
    short_name: "Tripwright",
    description: catalogues[language].kept.appDescription,
    lang: language,
    dir: "ltr",
    start_url: "/",
    scope: "/",
    display: "standalone",
    background_color: COLORS.light,
    theme_color: COLORS.light,
    icons: [
      { src: "/icon.svg", type: "image/svg+xml", sizes: "any" },
      ...await Promise.all([
        iconOf("icon_192.png", 192, "any"),
        iconOf("icon_512.png", 512, "any"),
        iconOf("icon_192_maskable.png", 192, "maskable"),
        iconOf("icon_512_maskable.png", 512, "maskable"),
      ]),
    ],
  };
}

async function iconOf(
  name: Parameters<typeof assetUrl>[0],
  pixels: number,
  purpose: "any" | "maskable",
): Promise<object> {
  const src = await assetUrl(name);
  return { src, type: "image/png", sizes: `${pixels}x${pixels}`, purpose };
}
