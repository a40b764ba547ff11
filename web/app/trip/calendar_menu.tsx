/**
 * Adds a plan to a calendar. The parts of some plans are alternatives: each has a calendar of its
 * own.
 * @module
 */
import { useState } from "preact/hooks";
import { DAY_MS } from "../../../lib/clock.ts";
import type { Job } from "../../client/client.ts";
import { useWords } from "../../words/words.ts";
import { FileForm, FileLink } from "../kinds/file_link.tsx";
import { tripViewOf, writtenParts } from "../kinds/registry.ts";
import { Menu } from "./menu.tsx";

/** A link if nothing is left to ask, else a menu. */
export function CalendarMenu({ job }: { job: Job }) {
  const words = useWords();
  const { share } = words;
  const view = tripViewOf(job);
  const timeZone = view.timeZoneOf?.(job);
  const firstDay = view.firstDayOf?.(job);
  if (view.files.calendar === "dates") return <PartCalendars job={job} timeZone={timeZone} />;
  if (firstDay !== undefined && timeZone !== undefined) {
    return <FileLink job={job} format="ics" class="button direct">{share.calendar}</FileLink>;
  }
  return (
    <DatesMenu
      job={job}
      firstDay={firstDay ?? dayAfter(job.createdAt)}
      timeZone={timeZone}
    />
  );
}

function PartCalendars({ job, timeZone }: { job: Job; timeZone: string | undefined }) {
  const words = useWords();
  const { share } = words;
  const parts = writtenParts(job, words);
  if (!parts.some(({ isDated }) => isDated)) {
    return (
      <Menu label={share.calendar}>
        <p>{share.noDates}</p>
      </Menu>
    );
  }
  return (
    <Menu label={share.calendar}>
      <p>{share.chooseBundle}</p>
      <ul class="entries">
        {parts.map(({ title, isDated }, index) =>
          isDated && (
            <li key={index}>
              <FileLink job={job} format="ics" query={{ bundle: String(index + 1) }} class="entry">
                <span dir="auto">{title}</span>
              </FileLink>
            </li>
          )
        )}
        <li>
          <FileLink job={job} format="ics" class="entry quiet">{share.allBundles}</FileLink>
        </li>
      </ul>
      <p class="quiet">{timeZone ? share.timesIn(timeZone) : share.timesThere}</p>
    </Menu>
  );
}

/** Asks for what the plan does not tell: its first day, and the time zone of the place. */
function DatesMenu(
  { job, firstDay, timeZone }: { job: Job; firstDay: string; timeZone: string | undefined },
) {
  const { share } = useWords();
  const [zones, setZones] = useState<string[]>([]);
  return (
    // The browser knows the names, so the page does not contain them.
    <Menu label={share.calendar} onOpen={() => setZones(Intl.supportedValuesOf("timeZone"))}>
      <FileForm job={job} format="ics" class="stack">
        <label for="start">{share.firstDay}</label>
        <input type="date" id="start" name="start" required defaultValue={firstDay} />
        <label for="time-zone">{share.timeZone}</label>
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
        <p class="quiet">{timeZone ? share.timesIn(timeZone) : share.timesThere}</p>
        <button type="submit" class="main">{share.download}</button>
      </FileForm>
    </Menu>
  );
}

function dayAfter(iso: string): string {
  return new Date(Date.parse(iso) + DAY_MS).toISOString().slice(0, 10);
}
