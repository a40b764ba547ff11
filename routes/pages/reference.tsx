/**
 * What developers read: the OpenAPI document, the guide at `/docs` and the summary for language
 * models. All of them are written from the same description and the same snippets.
 * @module
 */
import { type Context, Hono } from "hono";
import { LRUCache } from "lru-cache";
import { addToHeader, answer, setHeaders } from "../http/answer.ts";
import type { AccessOptions } from "../http/caller.ts";
import { type Asset, assetOf, assetUrl, sendAsset } from "./assets.ts";
import { hasTls } from "./browser_token.ts";
import { policyOf, sendPage } from "./html.tsx";
import { languageOf } from "./language.ts";
import type { ApiDocument } from "./reference/api_document.ts";

/** The summary changes with a new deployment, and when the operator makes the first API key. */
const CACHE_CONTROL = "public, max-age=300";

/** The page as it is for this many hosts and languages is kept. */
const MAX_PAGES = 8;

/** Stands for the address of the service until it is known. */
const PLACEHOLDER = "https://trips.example";

/** A host that needs no encoding in HTML, in Markdown and in code of any language. */
const PLAIN_HOST = /^[\w.:[\]-]+$/;

/**
 * Creates the routes `GET /openapi.json`, `/docs` and `/llms.txt`.
 *
 * @param describe creates the OpenAPI document; it is called once
 */
export function referenceRoutes(
  describe: () => Promise<object>,
  access: AccessOptions,
): Hono {
  const routes = new Hono();
  const document = once(async () => JSON.stringify(await describe()));
  const asset = once(async () => assetOf("application/json", await document()));
  const texts = new Map<string, Promise<string>>();
  const pages = new LRUCache<string, Promise<Asset>>({ max: MAX_PAGES });
  /** Returns what a function writes about the API. It is called once for open and closed services. */
  const write = (name: "html" | "llms"): Promise<string> => {
    const needsKey = access.apiKeys.isRequired;
    const key = `${name} ${needsKey}`;
    const text = texts.get(key) ?? writeAbout(name, { json: document(), needsKey });
    texts.set(key, text);
    return text;
  };

  routes.get("/openapi.json", async (c) => sendAsset(c, await asset()));
  routes.get("/docs", async (c) => {
    const origin = originOf(c, access);
    const key = [origin, languageOf(c), access.apiKeys.isRequired].join(" ");
    const page = pages.get(key) ??
      write("html").then((html) => pageOf(c, html.replaceAll(PLACEHOLDER, origin)));
    pages.set(key, page);
    setHeaders(c, { "content-security-policy": policyOf(c) });
    addToHeader(c, "vary", "accept-language, cookie");
    return sendAsset(c, await page);
  });
  routes.get("/llms.txt", async (c) => {
    const text = (await write("llms")).replaceAll(PLACEHOLDER, originOf(c, access));
    setHeaders(c, {
      "cache-control": CACHE_CONTROL,
      "content-type": "text/markdown; charset=utf-8",
    });
    return answer(c, text);
  });
  return routes;
}

/** Returns the page as a file. It is large, so it is compressed once, and not for each answer. */
async function pageOf(c: Context, html: string): Promise<Asset> {
  const page = await sendPage(c, {
    title: "API",
    description: "How programs plan trips with this service: examples to copy, and each call.",
    language: "en",
    head: (
      <>
        <link rel="stylesheet" href={await assetUrl("docs.css")} />
        <script type="module" src={await assetUrl("docs.js")} />
      </>
    ),
    main: <main id="main" class="docs" dangerouslySetInnerHTML={{ __html: html }} />,
  });
  return assetOf("text/html", await page.text());
}

/** Returns a function that does its work at the first call. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => result ??= work();
}

/** Writes a text about the API. Its modules are loaded on first use. */
async function writeAbout(
  name: "html" | "llms",
  { json, needsKey }: { json: Promise<string>; needsKey: boolean },
): Promise<string> {
  const document: ApiDocument = JSON.parse(await json);
  const options = { origin: PLACEHOLDER, needsKey };
  if (name === "llms") {
    const { writeLlms } = await import("./reference/llms.ts");
    return writeLlms(document, options);
  }
  const { renderReference } = await import("./reference/reference_page.tsx");
  return renderReference(document, options);
}

/** Returns the address of the service, as the client of a request knows it. */
function originOf(c: Context, access: AccessOptions): string {
  const { host } = new URL(c.req.url);
  return PLAIN_HOST.test(host) ? `${hasTls(c, access) ? "https" : "http"}://${host}` : PLACEHOLDER;
}
