/**
 * What a reader can do with a finished plan: copy its link, print it, and save it as files.
 * @module
 */
import { useState } from "preact/hooks";
import { DAY_MS } from "../../../lib/clock.ts";
import type { Job } from "../../client/client.ts";
import { idOf } from "../../client/job.ts";
import { tripViewOf } from "../kinds/registry.ts";

/** The actions are rendered from the start, so that nothing moves when the plan is ready. */
export function TripActions({ job, isOpen }: { job: Job; isOpen: boolean }) {
  const id = idOf(job);
  const isReady = job.status === "completed";
  const view = tripViewOf(job);
  const { markdown, calendar } = view.files;
  const timeZone = view.timeZoneOf?.(job);
  const firstDay = view.firstDayOf?.(job);
  const isDated = calendar === "dates" || (firstDay !== undefined && timeZone !== undefined);
  const plan = (extension: string) =>
    isReady ? { href: `/trips/${id}/plan.${extension}` } : { "aria-disabled": true };
  return (
    <div class="actions">
      <CopyLink />
      <button
        type="button"
        class="needs-script"
        onClick={() => isReady && print()}
        aria-disabled={!isReady}
      >
        Print
      </button>
      {isOpen && (
        <>
          {markdown && <a role="link" class="button" {...plan("md")}>Save as text</a>}
          <a role="link" class="button" {...plan("json")}>Save data (JSON)</a>
          {calendar && !isDated && isReady
            ? (
              <CalendarForm
                id={id}
                firstDay={firstDay ?? dayAfter(job.createdAt)}
                timeZone={timeZone}
              />
            )
            : calendar && <a role="link" class="button" {...plan("ics")}>Add to calendar</a>}
          {calendar && (
            <p class="quiet">
              {timeZone
                ? `Times are local times of the place (${timeZone}).`
                : "Times are local times of the place. " +
                  "Some calendars show them in your own time zone."}
            </p>
          )}
        </>
      )}
    </div>
  );
}

/** Asks for what the plan does not tell: its first day, and the time zone of the place. */
function CalendarForm(
  { id, firstDay, timeZone }: { id: string; firstDay: string; timeZone: string | undefined },
) {
  const [zones, setZones] = useState<string[]>([]);
  return (
    // The browser knows the names, so the page does not contain them.
    <details class="menu" onToggle={() => setZones(Intl.supportedValuesOf("timeZone"))}>
      <summary class="button">Add to calendar</summary>
      <form method="get" action={`/trips/${id}/plan.ics`}>
        <label for="start">First day</label>
        <input type="date" id="start" name="start" required defaultValue={firstDay} />
        <label for="time-zone">Time zone of the place (optional)</label>
        <input
          id="time-zone"
          name="timeZone"
          list="time-zones"
          placeholder="Europe/Berlin"
          autocomplete="off"
          defaultValue={timeZone}
        />
        <datalist id="time-zones">
          {zones.map((zone) => <option key={zone} value={zone} />)}
        </datalist>
        <button type="submit">Download</button>
      </form>
    </details>
  );
}

function dayAfter(iso: string): string {
  return new Date(Date.parse(iso) + DAY_MS).toISOString().slice(0, 10);
}

function CopyLink() {
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      setCopied(true);
    } catch {
      // The browser forbids it, or the page has no clipboard because it was served without TLS.
      prompt("Copy the link to this trip:", location.href);
    }
  }
  return (
    <button type="button" class="needs-script" onClick={copy}>
      {isCopied ? "Link copied" : "Copy link"}
    </button>
  );
}
