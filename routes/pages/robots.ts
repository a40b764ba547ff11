/**
 * `GET /robots.txt` (RFC 9309).
 * @module
 */
import { Hono } from "hono";
import { answer, setHeaders } from "../http/answer.ts";

/**
 * Programs that show a preview of a link which a person has sent. They read one page, and list none.
 */
const PREVIEWERS = [
  "Twitterbot",
  "facebookexternalhit",
  "LinkedInBot",
  "Slackbot-LinkExpanding",
  "TelegramBot",
  "WhatsApp",
  "Discordbot",
  "Mastodon",
];

/** Trips are for people with their link. The start page and the reference are for all. */
const ROBOTS = `User-agent: *
Allow: /
Disallow: /trips/
Disallow: /files/
Disallow: /api/
Disallow: /admin

${PREVIEWERS.map((name) => `User-agent: ${name}`).join("\n")}
Allow: /
Disallow: /files/
Disallow: /api/
Disallow: /admin
`;

/** Only a new deployment changes it. */
const CACHE_CONTROL = "public, max-age=3600";

/** Creates the route `GET /robots.txt`. */
export function robotsRoutes(): Hono {
  return new Hono().get("/robots.txt", (c) => {
    setHeaders(c, { "content-type": "text/plain; charset=utf-8", "cache-control": CACHE_CONTROL });
    return answer(c, ROBOTS);
  });
}
