/**
 * The links of bundles that are known to be real: those of tools and of the hosted web search.
 * @module
 */
import { z } from "zod";
import type { InputItem } from "../../../lib/model/model.ts";
import { linksIn } from "../../tools/output.ts";

/** A search of the hosted tool. Sources without a URL are feeds, for example of the weather. */
const SearchCall = z.object({
  type: z.literal("web_search_call"),
  status: z.string().nullish().catch(null),
  action: z.object({
    type: z.string(),
    sources: z.array(z.object({ url: z.string().nullish().catch(null) })).nullish().catch(null),
  }).nullish().catch(null),
});

/** A message of the model with the pages that it cites. */
const Message = z.object({
  type: z.literal("message"),
  content: z.array(
    z.object({
      annotations: z.array(
        z.object({
          type: z.literal("url_citation"),
          url: z.string(),
        }).nullable().catch(null),
      ).catch([]),
    }).nullable().catch(null),
  ),
});

/** The actions of the hosted tool that read a page and find no further links. */
const READING_ACTIONS: readonly unknown[] = ["open_page", "find_in_page"];

/** Collects links. */
export class KnownLinks {
  readonly #links = new Set<string>();
  /** Whether each search has reported its sources. Otherwise any link may be real. */
  #isComplete = true;

  /** Adds the links in the output of a tool, which is JSON. */
  addOutput(json: string): void {
    linksIn(json).forEach((link) => this.#add(link));
  }

  /** Adds the pages that the hosted web search has found, and the pages that the model cites. */
  addSearches(output: readonly InputItem[]): void {
    for (const item of output) {
      const search = SearchCall.safeParse(item).data;
      if (search) this.#addSearch(search);
      const message = Message.safeParse(item).data;
      const annotations = message?.content.flatMap((part) => part?.annotations ?? []) ?? [];
      annotations.forEach((annotation) => annotation && this.#add(annotation.url));
    }
  }

  /** Returns whether a link is real: a tool has returned it, or nothing tells what tools returned. */
  isKnown(link: string): boolean {
    const url = normalized(link);
    return url !== null && isHttp(url) && (!this.#isComplete || this.#links.has(url));
  }

  #addSearch({ status, action }: z.infer<typeof SearchCall>): void {
    for (const { url } of action?.sources ?? []) if (url) this.#add(url);
    const isReported = Boolean(action?.sources) || READING_ACTIONS.includes(action?.type);
    // A failed search has found nothing.
    if (!isReported && status !== "failed") this.#isComplete = false;
  }

  #add(link: string): void {
    const url = normalized(link);
    if (url !== null) this.#links.add(url);
  }
}

/** Returns whether a text is a link at all: an http(s) URL. */
export function isLink(text: string): boolean {
  return isHttp(URL.parse(text)?.href ?? "");
}

function isHttp(url: string): boolean {
  return /^https?:/.test(url);
}

/**
 * Returns the link in the form of `URL`, without the mark that OpenAI adds to cited pages, and
 * without the fragment, which is a place in the page.
 */
function normalized(link: string): string | null {
  const url = URL.parse(link);
  if (url === null) return null;
  // All links are written anew, so that they stay comparable.
  const members = [...url.searchParams].filter(([name]) => name !== "utm_source");
  url.search = new URLSearchParams(members).toString();
  url.hash = "";
  return url.href;
}
