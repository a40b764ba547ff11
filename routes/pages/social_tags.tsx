/**
 * What previews of links show: Open Graph (https://ogp.me), which nearly all sites and apps read.
 * @module
 */
import type { ComponentChildren } from "preact";
import { CARD_HEIGHT, CARD_WIDTH } from "../card/card.tsx";
import type { Language } from "../../web/words/language.ts";

export interface SocialPage {
  title: string;
  description: string;
  language: Language;
  /** The absolute URL of the page. */
  url: string;
  /** The absolute URL of its picture. */
  picture: string;
  /** Describes the picture to people who cannot see it. */
  pictureText: string;
}

/** Territories, because the protocol asks for them. */
const LOCALES: Readonly<Record<Language, string>> = { en: "en_US", de: "de_DE" };

/** Returns the elements for the head of a page. */
export function socialTags(
  { title, description, language, url, picture, pictureText }: SocialPage,
): ComponentChildren {
  const properties = {
    "og:type": "website",
    "og:site_name": "Tripwright",
    "og:locale": LOCALES[language],
    "og:title": title,
    "og:description": description,
    "og:url": url,
    "og:image": picture,
    "og:image:type": "image/png",
    "og:image:width": String(CARD_WIDTH),
    "og:image:height": String(CARD_HEIGHT),
    "og:image:alt": pictureText,
  };
  return (
    <>
      {Object.entries(properties).map(([property, content]) => (
        <meta key={property} property={property} content={content} />
      ))}
      <meta name="twitter:card" content="summary_large_image" />
    </>
  );
}
