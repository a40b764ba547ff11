/**
 * Pages for people, written on the server.
 * @module
 */
import type { Context } from "hono";
import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** What {@link html} makes: text in it is escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Where the look of the pages is. */
export const STYLE_PATH = "/style.css";

/** A page may load what comes from this service, and nothing inline. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Answers with a page. */
export async function sendPage(
  c: Context,
  { title, head, main }: { title: string; head?: Html; main: Html },
): Promise<Response> {
  c.header("content-security-policy", PAGE_POLICY);
  return c.html(
    await html`
      <!DOCTYPE html>
      <html lang="en">
        <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>${title} – Tripwright</title>
      <link rel="icon" href="data:,">
      ${head ?? html`<link rel="stylesheet" href="${STYLE_PATH}">`}
        </head>
        <body>
      ${main}
        </body>
      </html>
    `,
  );
}

/** The look of plain pages: the system's letters, one column, light and dark. */
export const STYLE = `:root { color-scheme: light dark; --accent: light-dark(#0b5cad, #7cb8ff); }
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .2em 0 .6em; overflow-wrap: anywhere; }
a { color: var(--accent); }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; padding: .1em .3em;
  border-radius: .3em; background: light-dark(#eef1f4, #2a2f36); }
.status { color: light-dark(#5a6370, #a9b2bd); margin: 0; }
ul { list-style: none; padding: 0; }
li { padding: .7em 0; border-top: 1px solid light-dark(#dde2e7, #363c44); }
li p { margin: .1em 0 0; }
`;
