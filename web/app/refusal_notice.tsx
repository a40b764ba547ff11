/**
 * Tells why the service refused a request, and when to try again.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { LocalTime } from "./local_time.tsx";
import { describeRefusal, type Refusal } from "./refusal.ts";

export function RefusalNotice({ refusal }: { refusal: Refusal }) {
  return (
    <div class="notice" role="alert">
      <p class="title">{describeRefusal(refusal)}</p>
      <p>
        Nothing is lost: your request is still here. <Wait seconds={refusal.retryAfterSeconds} />
      </p>
    </div>
  );
}

/** Tells when to try again. Only the browser can show the time of day on the traveler's clock. */
function Wait({ seconds }: { seconds: number | null }) {
  const [until, setUntil] = useState<string | null>(null);
  useEffect(() => {
    if (seconds === null) return;
    setUntil(new Date(Date.now() + 1_000 * seconds).toISOString());
  }, [seconds]);
  if (seconds === null) return <>You can try again at any time.</>;
  if (until === null) return <>Please try again in {seconds} seconds.</>;
  return (
    <>
      Please try again at <LocalTime iso={until} seconds />.
    </>
  );
}
