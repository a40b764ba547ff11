/**
 * The photograph of a place, with its credit. Both come through the server, so a reader tells no
 * other site what is read.
 * @module
 */
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { Link } from "./plan_pieces.tsx";

/** The path of the photographs of the trip; `null`: the service has none. */
export const PhotosPath = createContext<string | null>(null);

/** Returns the path of the photographs of a trip. */
export function photosPath(id: string): string {
  return `/trips/${id}/photos`;
}

/** What the server says about a photograph. */
interface PhotoCredit {
  author: string;
  license: string;
  licenseUrl: string | null;
  pageUrl: string;
  width: number;
  height: number;
}

/** How far below the window a place is when its photograph is asked for, so that nothing moves. */
const MARGIN = "50% 0px 100% 0px";

/**
 * Shows a photograph when its place comes near the window; nothing if there is none.
 *
 * @param props.part the index of the part of the stored plan
 * @param props.index the index of the place in its part
 */
export function Photo(
  { title, part, index }: { title: string; part: number; index: number },
) {
  const path = useContext(PhotosPath);
  return path === null
    ? null
    : <FoundPhoto title={title} url={`${path}/${part + 1}-${index + 1}`} />;
}

function FoundPhoto({ title, url }: { title: string; url: string }) {
  const { share } = useWords();
  const place = useRef<HTMLSpanElement>(null);
  const [credit, setCredit] = useState<PhotoCredit | null>(null);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const leaving = new AbortController();
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      fetchCredit(url, leaving.signal).then(setCredit, () => {});
    }, { rootMargin: MARGIN });
    observer.observe(place.current!);
    return () => {
      observer.disconnect();
      leaving.abort();
    };
  }, [url]);
  if (credit === null || isBroken) return <span class="photo-place" ref={place} />;
  const { author, license, licenseUrl, pageUrl, width, height } = credit;
  return (
    <figure class="photo">
      <img
        src={url}
        alt={share.photoOf(title)}
        width={width}
        height={height}
        loading="lazy"
        onError={() => setBroken(true)}
      />
      <figcaption class="quiet">
        <Link url={pageUrl}>{share.photoBy(author)}</Link> · <Link url={licenseUrl}>{license}</Link>
      </figcaption>
    </figure>
  );
}

/** @throws if the service does not answer, or with something else */
async function fetchCredit(url: string, signal: AbortSignal): Promise<PhotoCredit | null> {
  const response = await fetch(`${url}.json`, { signal });
  const { photo } = await response.json();
  return typeof photo?.author === "string" ? photo : null;
}
