/**
 * What the web app needs to work without a connection: the service worker, and the page that it
 * shows then, the shell. Also the shapes by which a browser checks a trip file.
 * @module
 */
import type { Context, Hono } from "hono";
import { z } from "zod";
import { jobAnswer } from "../../jobs/job_answer.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { sha256 } from "../../lib/hash.ts";
import { CACHE_PREFIX, WORKER_PATH } from "../../web/app/kept/shell_worker.ts";
import { SHAPES_PATH } from "../../web/app/kept/trip_file.ts";
import { addToHeader, answer, setHeaders } from "../http/answer.ts";
import type { AppEnv } from "../http/caller.ts";
import { type Asset, assetOf, assetUrl, loadAsset, scriptUrl, sendAsset } from "./assets.ts";
import { sendApp } from "./html.tsx";
import { languageOf, wordsOf } from "./language.ts";
import type { WebOptions } from "./web_options.ts";

/** The path of the shell. */
const SHELL_PATH = "/offline";

/** Longer than any page takes on a slow network; a white page longer than this looks broken. */
const PATIENCE_MS = 8_000;

/** Long enough to tell two deployments apart. */
const VERSION_CHARACTERS = 20;

/** The worker may only load files of this service. */
const WORKER_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'";

/** Adds the routes `/sw.js`, `/offline`, `/copies/:id` and `/trip_shapes.json`. */
export function addOfflineRoutes(
  routes: Hono<AppEnv>,
  { kinds, offlineCopies }: Pick<WebOptions, "kinds" | "offlineCopies">,
): void {
  let shapes: Asset | undefined;
  const loadShapes = () => shapes ??= assetOf("application/json", JSON.stringify(shapesOf(kinds)));
  routes.get(WORKER_PATH, async (c) => {
    const shell = offlineCopies ? await shellOf(c, loadShapes()) : { cache: "", files: [] };
    return await sendWorker(c, shell);
  });
  // Only the browser knows the copy that the address names.
  routes.get("/copies/:id", (c) => sendShell(c));
  routes.get(SHELL_PATH, async (c) => {
    const page = await sendShell(c);
    const asked = c.req.query("v");
    if (asked === undefined) return page;
    const html = await page.text();
    // Another instance may have another version, or the traveler has changed the language.
    const isKnown = asked === versionOf(html);
    return new Response(html, {
      headers: { ...headersOf(page), "cache-control": isKnown ? "private, no-cache" : "no-store" },
    });
  });
  routes.get(SHAPES_PATH, (c) => sendAsset(c, loadShapes()));
}

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries(response.headers);
}

function sendShell(c: Context): Promise<Response> {
  addToHeader(c, "vary", "accept-language, cookie");
  setHeaders(c, { "cache-control": "private, no-cache" });
  const { kept } = wordsOf(c);
  return sendApp(c, {
    title: kept.notice,
    state: { page: "copy" },
    isPrivate: true,
    // The links to other languages open the first page: the address of the shell is no page.
    path: "/",
  });
}

interface Shell {
  /** The name of the cache. */
  cache: string;
  files: string[];
}

/** Returns the files of the shell in the language of the request. */
async function shellOf(c: Context, shapes: Asset): Promise<Shell> {
  const html = await (await sendShell(c)).text();
  const files = [
    `${SHELL_PATH}?v=${versionOf(html)}`,
    await assetUrl("style.css"),
    await scriptUrl("copy", languageOf(c)),
    // The style sheet names it without a version.
    "/icon.svg",
    SHAPES_PATH,
  ];
  const { version } = await loadAsset("icon.svg");
  const content = [...files, version, shapes.version].join("\n");
  return { cache: CACHE_PREFIX + versionOf(content), files };
}

function versionOf(text: string): string {
  return sha256(text).slice(0, VERSION_CHARACTERS);
}

/** Answers with the worker for a shell. Browsers look for a new one at each visit. */
async function sendWorker(c: Context, shell: Shell): Promise<Response> {
  const { body } = await loadAsset("worker/worker.js");
  const settings = JSON.stringify({ prefix: CACHE_PREFIX, patienceMs: PATIENCE_MS, ...shell });
  setHeaders(c, {
    "cache-control": "no-cache",
    "content-security-policy": WORKER_POLICY,
    "content-type": "text/javascript; charset=utf-8",
  });
  return answer(c, `const SHELL = ${settings};\n${body}`);
}

/**
 * The part of JSON Schema that a check of a file needs. A plan that its reader has changed may have
 * fewer parts than the model writes.
 */
const KEYWORDS = ["type", "required", "enum", "maxItems", "pattern"];

const DAY = "\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])";
const LOCAL_TIME = `^${DAY}(T([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?)?$`;

/** The patterns of members that the schemas leave open, but for which `Intl` of a browser throws. */
const PATTERNS: Record<string, string> = {
  currency: "^[A-Za-z]{3}$",
  startsAt: LOCAL_TIME,
  endsAt: LOCAL_TIME,
};

/**
 * Returns the shapes of the jobs of all kinds by their names, without what only describes them.
 *
 * @returns JSON Schemas without references
 */
export function shapesOf(kinds: readonly PublicKind[]): Record<string, unknown> {
  return Object.fromEntries(kinds.map((kind) => {
    const { $defs = {}, ...schema } = z.toJSONSchema(jobAnswer(kind)) as Schema;
    return [kind.name, shapeOf(schema, $defs)];
  }));
}

interface Schema {
  $defs?: Record<string, Schema>;
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}

/** @param pattern the pattern of a text without one of its own */
function shapeOf(schema: Schema, defs: Record<string, Schema>, pattern?: string): object {
  const { $ref } = schema;
  if ($ref !== undefined) return shapeOf(defs[$ref.replace("#/$defs/", "")]!, defs);
  const { properties, items, anyOf } = schema;
  const members = Object.entries(properties ?? {});
  return {
    ...(pattern !== undefined && { pattern }),
    ...Object.fromEntries(Object.entries(schema).filter(([name]) => KEYWORDS.includes(name))),
    ...(properties && {
      properties: Object.fromEntries(
        members.map(([name, each]) => [name, shapeOf(each, defs, PATTERNS[name])]),
      ),
    }),
    ...(items && { items: shapeOf(items, defs) }),
    ...(anyOf && { anyOf: anyOf.map((each) => shapeOf(each, defs, pattern)) }),
  };
}
