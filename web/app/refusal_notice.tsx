/**
 * Tells why the service refused a request, and when to try again.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { useWords } from "../words/words.ts";
import { LONG_PAUSE_SECONDS, pauseInWords } from "./duration.ts";
import { TimeIn } from "./local_time.tsx";
import { describeRefusal, isTemporary, type Place, type Refusal } from "./refusal.ts";

export interface RefusalNoticeProps {
  refusal: Refusal;
  place: Place;
}

export function RefusalNotice({ refusal, place }: RefusalNoticeProps) {
  const words = useWords();
  const { entriesKept, requestKept } = words.refusals;
  return (
    <div class="notice" role="alert">
      <p class="title">{describeRefusal(refusal, place, words)}</p>
      {refusal.note && <p dir="auto">{refusal.note}</p>}
      <p>
        {place === "form" ? entriesKept : requestKept}
        {isTemporary(refusal, words) && (
          <>
            {" "}
            <Wait seconds={refusal.retryAfterSeconds} />
          </>
        )}
      </p>
    </div>
  );
}

/** Tells when to try again. Only the browser can show the time of day on the traveler's clock. */
function Wait({ seconds }: { seconds: number | null }) {
  const words = useWords();
  const { anyTime, waitFor, waitUntil } = words.refusals;
  const [until, setUntil] = useState<string | null>(null);
  useEffect(() => {
    if (seconds !== null) setUntil(timeAfter(seconds).toISOString());
  }, [seconds]);
  if (seconds === null) return <>{anyTime}</>;
  if (until === null) return <>{waitFor(pauseInWords(seconds, words))}</>;
  return <TimeIn text={waitUntil} iso={until} seconds={isShort(seconds)} />;
}

/** Returns the end of a pause that begins now. A long pause ends at a full minute. */
function timeAfter(seconds: number): Date {
  const unitMs = isShort(seconds) ? 1 : 60_000;
  return new Date(Math.ceil((Date.now() + 1_000 * seconds) / unitMs) * unitMs);
}

function isShort(seconds: number): boolean {
  return seconds <= LONG_PAUSE_SECONDS;
}
