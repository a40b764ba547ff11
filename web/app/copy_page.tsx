/**
 * The page of the shell, which the service worker shows where a page cannot be loaded, and the page
 * of a copy from a file. The server does not know what it shows: the script takes the address, and
 * the copies of the browser.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { useWords } from "../words/words.ts";
import { focusOn, usePageTitle } from "./focus.ts";
import { RecentList } from "./home/recent_list.tsx";
import { type Copy, openCopies } from "./kept/copies.ts";
import { copyIdIn } from "./kept/copy_url.ts";
import { useReturn } from "./kept/use_return.ts";
import { CopiedTrip } from "./trip/copied_trip.tsx";

export interface CopyState {
  page: "copy";
}

/** What the address names: a trip, a copy of a file, or another page. */
type Place = "trip" | "copy" | "home";

interface Found {
  place: Place;
  copy: Copy | null;
}

export function CopyPage() {
  const { kept } = useWords();
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    findCopy(location.pathname).then(setFound);
  }, []);
  useEffect(() => {
    if (found && document.activeElement === document.body) focusOn("main");
  }, [found]);
  if (found?.copy) return <CopiedTrip copy={found.copy} reason="offline" />;
  if (found) return <NoCopy place={found.place} />;
  return (
    <main id="main" class="text" tabIndex={-1}>
      <h1>{kept.notice}</h1>
      <p class="needs-script">{kept.opening}</p>
      <p class="without-script">{kept.withoutScript}</p>
    </main>
  );
}

async function findCopy(path: string): Promise<Found> {
  const id = copyIdIn(path);
  if (id === null) return { place: "home", copy: null };
  const copy = await (await openCopies()).get(id);
  return { place: path.startsWith("/copies/") ? "copy" : "trip", copy };
}

function NoCopy({ place }: { place: Place }) {
  const { kept } = useWords();
  const texts = {
    home: { title: kept.offlineTitle, text: kept.offlineHome },
    trip: { title: kept.offlineTitle, text: kept.offlineTrip },
    copy: { title: kept.noCopyTitle, text: kept.noCopy },
  };
  const { title, text } = texts[place];
  usePageTitle(title);
  // Nothing is lost: these pages have no entries, and no plan to read.
  const isBack = useReturn(place !== "copy");
  useEffect(() => isBack ? location.reload() : undefined, [isBack]);
  return (
    <main id="main" class="text" tabIndex={-1}>
      <h1>{title}</h1>
      <p>{text}</p>
      <p class="actions">
        {place === "copy"
          ? <a class="button main" href="/#recent">{kept.toTrips}</a>
          : <a class="button main" href="">{kept.tryAgain}</a>}
      </p>
      <RecentList isOffline />
    </main>
  );
}
