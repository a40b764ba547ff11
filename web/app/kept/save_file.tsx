/**
 * Saves a trip as a file that this site opens again. Works without a connection.
 * @module
 */
import { useWords, type Words } from "../../words/words.ts";
import type { Job } from "../../client/client.ts";
import type { Land } from "../map/land.ts";
import { fileNameOf, tripFileOf } from "./trip_file.ts";

/** An entry of the menu Save. */
export function SaveTripFile({ job, land }: { job: Job; land: Land | null }) {
  const words = useWords();
  const { kept } = words;
  return (
    <li class="needs-script">
      <button type="button" class="entry" onClick={() => saveTripFile(job, land, words)}>
        {kept.tripFile} <span class="quiet">{kept.fileHint}</span>
      </button>
    </li>
  );
}

/** Saves a trip as a file. */
export function saveTripFile(job: Job, land: Land | null, words: Words): void {
  const url = URL.createObjectURL(new Blob([tripFileOf(job, land)], { type: "application/json" }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: fileNameOf(job, words) });
  link.click();
  // The browser has read the file by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
