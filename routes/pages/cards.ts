/**
 * The pictures that previews of links show.
 * @module
 */
import type { Context } from "hono";
import { sha256 } from "../../lib/hash.ts";
import { VERSION } from "../../lib/version.ts";
import { tripViewOf, writtenParts } from "../../web/app/kinds/registry.ts";
import { frameOf } from "../../web/app/map/land.ts";
import { titleOfJob } from "../../web/app/wish.ts";
import type { Job } from "../../web/client/job.ts";
import { catalogues } from "../../web/words/catalogues.ts";
import { isLanguage } from "../../web/words/language.ts";
import type { ServerWords } from "../../web/words/words.ts";
import { landOf } from "../atlas/atlas.ts";
import { type Card, CARD_MAP_SHAPE, drawCard } from "../card/card.tsx";
import type { Position } from "../card/card_map.ts";
import type { CardRenderer } from "../card/renderer.ts";
import { answer, setHeaders } from "../http/answer.ts";
import { isKnown } from "../http/request_headers.ts";
import { wordsOf } from "./language.ts";

/** The path of the picture of the start page. */
export const HOME_CARD = "/card.png";

/** The members of the query: the language, and the version, so that caches see a new picture. */
const [LANGUAGE, EDITION] = ["language", "v"];

/** Long enough to tell the pictures of a trip apart. */
const VERSION_CHARACTERS = 16;

/** A picture before it is drawn. */
interface Drawing {
  card: Card;
  /** It does not depend on the land, which takes time and follows from the places. */
  version: string;
}

/** Returns the path of the picture of the start page. */
export function homeCardPath(words: ServerWords): string {
  return pathOf(HOME_CARD, homeDrawing(words), words);
}

/** Returns the path of the picture of a trip. It changes with the picture. */
export function tripCardPath(id: string, job: Job, words: ServerWords): string {
  return pathOf(`/trips/${id}/card.png`, tripDrawing(job, words), words);
}

/** Sends the picture of the start page. */
export function sendHomeCard(c: Context, renderer: CardRenderer): Promise<Response> {
  return sendCard(c, homeDrawing(cardWords(c)), { renderer, readers: "public" });
}

/** Sends the picture of a trip, which the caller may see. */
export function sendTripCard(c: Context, job: Job, renderer: CardRenderer): Promise<Response> {
  return sendCard(c, tripDrawing(job, cardWords(c)), { renderer, readers: "private" });
}

/** Returns the words of the language that the link names, because crawlers name none. */
function cardWords(c: Context): ServerWords {
  const asked = c.req.query(LANGUAGE);
  return isLanguage(asked) ? catalogues[asked] : wordsOf(c);
}

function pathOf(path: string, { version }: Drawing, { language }: ServerWords): string {
  return `${path}?${new URLSearchParams({ [LANGUAGE]: language, [EDITION]: version })}`;
}

function homeDrawing({ cards }: ServerWords): Drawing {
  const card: Card = {
    title: cards.homeHeadline,
    fallbackTitle: "",
    label: cards.homeLabel,
    parts: cards.homePoints.map((title) => ({ title, fallbackTitle: "", route: [] })),
    more: () => "",
  };
  return drawingOf(card);
}

function tripDrawing(job: Job, words: ServerWords): Drawing {
  const view = tripViewOf(job);
  const summary = view.summaryOf?.(job, words);
  const stops = view.stopsOf?.(job) ?? [];
  const dates = summary?.dates ? formatDates(summary.dates, words) : "";
  return drawingOf({
    title: titleOfJob(job, words),
    fallbackTitle: summary?.plainTitle ?? words.share.aTrip,
    label: [summary?.label, dates].filter(Boolean).join(" · "),
    parts: writtenParts(job, words).map(({ title, label }, index) => ({
      title,
      fallbackTitle: label,
      route: stops.filter(({ part }) => part === index).map(positionOf),
    })),
    more: summary?.more ?? ((count) => `+ ${count}`),
  });
}

/** Returns only what the picture shows, so that nothing else changes its version. */
function positionOf({ latitude, longitude }: Position): Position {
  return { latitude, longitude };
}

/** Every page of a trip names the version, so it comes from the content: nothing is drawn for it. */
function drawingOf(card: Card): Drawing {
  const content = JSON.stringify([VERSION, card, card.more(card.parts.length)]);
  return { card, version: sha256(content).slice(0, VERSION_CHARACTERS) };
}

/** Draws a picture with the land around its places. */
async function drawOnLand(card: Card): Promise<string> {
  const frame = frameOf(card.parts.flatMap(({ route }) => route), CARD_MAP_SHAPE);
  const land = frame && await landOf(frame);
  // Land without a coast or a border is an empty area: then the map has its grid.
  return drawCard({ ...card, land: land?.region ? null : land });
}

/** Formats days: `Dec 4 – 6, 2026`. */
function formatDates([first, last]: readonly [string, string], { language }: ServerWords): string {
  const format = new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  return format.formatRange(new Date(first), new Date(last)).replace(/\s/g, " ");
}

async function sendCard(
  c: Context,
  { card, version }: Drawing,
  { renderer, readers }: { renderer: CardRenderer; readers: "public" | "private" },
): Promise<Response> {
  const etag = `"${version}"`;
  const isVersioned = c.req.query(EDITION) === version;
  setHeaders(c, {
    etag,
    "cache-control": isVersioned ? `${readers}, max-age=86400` : `${readers}, no-cache`,
  });
  if (isKnown(c, etag)) return answer(c, null, 304);
  // A trip without a picture gets that of the start page, so that one must not redirect to itself.
  const png = await renderer.png(version, await drawOnLand(card), {
    isFallback: readers === "public",
  });
  if (png === null) {
    setHeaders(c, { "cache-control": "no-store" });
    return c.redirect(HOME_CARD, 303);
  }
  setHeaders(c, { "content-type": "image/png", "content-length": String(png.length) });
  return answer(c, png);
}
