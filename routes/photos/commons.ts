/**
 * Finds photographs of places on Wikimedia Commons, by the API of MediaWiki
 * (https://www.mediawiki.org/wiki/API:Search). Only free licenses count, and each photograph comes
 * with the credit that its license asks for.
 * @module
 */
import { z } from "zod";
import { apiUrl, fetchJson } from "../../lib/http/json_fetch.ts";
import { type Clock, Deadline } from "../../lib/clock.ts";

/** A place that was looked up. */
export interface PhotoPlace {
  name: string;
  latitude: number;
  longitude: number;
}

/** Who has made a photograph, and how others may use it. */
export interface Credit {
  author: string;
  license: string;
  /** `null`: the license has no page, as with works in the public domain. */
  licenseUrl: string | null;
  /** The page of the photograph. */
  pageUrl: string;
}

export interface Photo extends Credit {
  /** The address of the picture in its small size. */
  url: URL;
  width: number;
  height: number;
}

export interface CommonsOptions {
  /** The wiki, such as `https://commons.wikimedia.org`. */
  baseUrl: string;
  /** Names the operator in requests, as https://w.wiki/4wJS asks. */
  userAgent: string;
  clock: Clock;
}

/** The width of the pictures, in pixels: twice that of a phone's list. */
const WIDTH = 640;

/** Photographs of a place are taken from at most so far away. */
const RADIUS_METERS = 500;

const MAX_HITS = 10;
const TIMEOUT_MS = 5_000;

/** The largest picture. */
export const MAX_PICTURE_BYTES = 300_000;

/** The only other host that pictures come from. */
const PICTURE_HOST = "upload.wikimedia.org";

/** Public domain, CC0, CC BY and CC BY-SA, as the wiki writes them. */
const FREE = /^(?:pd(?:-[\w-]+)?|cc0|cc-by(?:-sa)?-\d\.\d(?:-\w+)?)$/;

/** Licenses that ask for no credit. */
const WITHOUT_CREDIT = /^(?:pd|cc0)/;

const text = z.object({ value: z.string().max(10_000) }).optional().catch(undefined);

const Page = z.object({
  index: z.number(),
  imageinfo: z.tuple([z.object({
    mime: z.string(),
    thumburl: z.url(),
    thumbwidth: z.int().positive(),
    thumbheight: z.int().positive(),
    descriptionurl: z.url(),
    extmetadata: z.object({
      Artist: text,
      License: text,
      LicenseShortName: text,
      LicenseUrl: text,
    }),
  })]),
});

const Answer = z.object({
  query: z.object({
    // A page without the expected members is left out.
    pages: z.array(Page.nullable().catch(null)),
  }).optional(),
});

/**
 * Finds a photograph of a place; `null` if there is no free one.
 *
 * @throws {JsonFetchError} if the wiki does not answer
 */
export async function findPhoto(
  { name, latitude, longitude }: PhotoPlace,
  { baseUrl, userAgent, clock }: CommonsOptions,
): Promise<Photo | null> {
  const words = name.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  if (words === "") return null;
  const near = `nearcoord:${RADIUS_METERS}m,${latitude.toFixed(5)},${longitude.toFixed(5)}`;
  const url = apiUrl(baseUrl, "/w/api.php", {
    action: "query",
    format: "json",
    formatversion: "2",
    generator: "search",
    gsrnamespace: "6",
    gsrlimit: String(MAX_HITS),
    gsrsearch: `${words} filetype:bitmap ${near}`,
    prop: "imageinfo",
    iiprop: "url|size|mime|extmetadata",
    iiurlwidth: String(WIDTH),
    iiextmetadatafilter: "Artist|License|LicenseShortName|LicenseUrl",
  });
  const { query } = await fetchJson(url, {
    schema: Answer,
    headers: { "user-agent": userAgent },
    signal: new AbortController().signal,
    clock,
    timeoutMs: TIMEOUT_MS,
    maxBytes: 200_000,
  });
  const pages = (query?.pages ?? []).flatMap((page) => page ?? []);
  return pages.toSorted((a, b) => a.index - b.index)
    .flatMap((page) => photoOf(page, baseUrl) ?? [])[0] ?? null;
}

/** Returns the photograph of a page; `null` if it is not free, or has no credit. */
function photoOf({ imageinfo: [info] }: z.infer<typeof Page>, baseUrl: string): Photo | null {
  const { Artist, License, LicenseShortName, LicenseUrl } = info.extmetadata;
  const license = License?.value.toLowerCase() ?? "";
  const author = plainText(Artist?.value ?? "");
  const isFree = FREE.test(license) && (author !== "" || WITHOUT_CREDIT.test(license));
  const url = new URL(info.thumburl);
  const isPicture = /^image\/(?:jpeg|png|webp)$/.test(info.mime) && mayLoad(url, baseUrl);
  if (!isFree || !isPicture) return null;
  return {
    author: author || "Wikimedia Commons",
    license: plainText(LicenseShortName?.value ?? license),
    licenseUrl: webUrl(LicenseUrl?.value),
    pageUrl: webUrl(info.descriptionurl) ?? baseUrl,
    url,
    width: info.thumbwidth,
    height: info.thumbheight,
  };
}

/** Whether pictures may come from a URL. */
function mayLoad(url: URL, baseUrl: string): boolean {
  return url.origin === new URL(baseUrl).origin ||
    (url.protocol === "https:" && url.host === PICTURE_HOST);
}

function webUrl(text: string | undefined): string | null {
  const url = URL.parse(text ?? "");
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}

/** The longest name of an author that is shown. */
const MAX_AUTHOR = 80;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#039": "'",
  nbsp: " ",
};

/** Turns the HTML of the wiki into text. The page escapes the text again. */
function plainText(html: string): string {
  const words = html.replace(/<[^<>]*>/g, " ")
    .replace(/&([#\w]{2,5});/g, (whole, name) => ENTITIES[name] ?? whole)
    .split(/\s+/).filter(Boolean).join(" ");
  return [...words].slice(0, MAX_AUTHOR).join("");
}

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Loads a picture; `null` if it is too large, no picture, or somewhere else.
 *
 * @throws if the server cannot be reached in time
 */
export async function loadPicture(
  { url }: Photo,
  { userAgent, clock }: CommonsOptions,
): Promise<Bytes | null> {
  using deadline = new Deadline({ ms: TIMEOUT_MS, clock });
  const response = await fetch(url, {
    headers: { "user-agent": userAgent },
    redirect: "manual",
    signal: deadline.signal,
  });
  const chunks: Bytes[] = [];
  let length = 0;
  if (response.status === 200) {
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > MAX_PICTURE_BYTES) return null;
      chunks.push(chunk);
    }
  } else {
    await response.body?.cancel();
  }
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  return pictureType(bytes) === null ? null : bytes;
}

/** The first bytes of pictures; `null` stands for any byte. */
const SIGNATURES: readonly (readonly [type: string, bytes: readonly (number | null)[]])[] = [
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50]],
];

/** Returns the media type of a picture by its first bytes; `null` if it is none. */
export function pictureType(bytes: Uint8Array): string | null {
  const [type = null] =
    SIGNATURES.find(([, signature]) =>
      signature.every((byte, index) => byte === null || bytes[index] === byte)
    ) ?? [];
  return type;
}
