/**
 * The page of a trip from the copy in this browser.
 * @module
 */
import { useErrorBoundary } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { isJob } from "../../client/job.ts";
import { type Copy, openCopies } from "../kept/copies.ts";
import type { CopyReason } from "../kept/kept_notice.tsx";
import { saveTripFile } from "../kept/save_file.tsx";
import { readLand } from "../map/land.ts";
import { TripPage } from "./trip.tsx";

export interface CopiedTripProps {
  copy: Copy;
  reason: CopyReason;
}

export function CopiedTrip({ copy, reason }: CopiedTripProps) {
  const [fault] = useErrorBoundary((error) => console.warn(error));
  const { job, savedAt, origin } = copy;
  // An earlier version of the app may have saved it.
  const land = readLand(copy.land);
  // A later version of the app may not know the plans of this one.
  if (fault || !isJob({ ...job })) return <UnreadableCopy copy={copy} />;
  const shown = { savedAt, origin, reason };
  const rights = { isOpen: false, isOwn: false };
  return <TripPage state={{ page: "trip", job, land, ageMs: 0, ...rights, copy: shown }} />;
}

function UnreadableCopy({ copy: { id, job, land } }: { copy: Copy }) {
  const words = useWords();
  const { kept } = words;
  async function forget(): Promise<void> {
    await (await openCopies()).forget(id);
    location.assign("/#recent");
  }
  return (
    <main id="main" class="text" tabIndex={-1}>
      <h1>{kept.unreadableTitle}</h1>
      <p role="alert">{kept.unreadable}</p>
      <p class="actions">
        <button type="button" onClick={() => saveTripFile(job, land, words)}>
          {kept.saveFile}
        </button>
        <button type="button" onClick={forget}>{kept.forgetTrip}</button>
      </p>
    </main>
  );
}
