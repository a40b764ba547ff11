/**
 * The Markdown of descriptions as HTML. All of it is text of this program.
 * @module
 */
import { marked } from "marked";

/** Shows a text of several paragraphs. */
export function Markdown({ text }: { text: string }) {
  const html = marked.parse(text, { async: false });
  return <div class="prose" dangerouslySetInnerHTML={{ __html: html }} />;
}

/** Shows a text within a paragraph. */
export function Inline({ text }: { text: string }) {
  const html = marked.parseInline(text, { async: false });
  return <span dangerouslySetInnerHTML={{ __html: html }} />;
}
