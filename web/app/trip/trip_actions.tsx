/**
 * What a reader can do with a plan: change it, share it, add it to a calendar, save it and print it.
 * @module
 */
import type { ComponentChildren } from "preact";
import type { Job } from "../../client/client.ts";
import { useWords } from "../../words/words.ts";
import { type FileFormat, FileLink } from "../kinds/file_link.tsx";
import { tripViewOf } from "../kinds/registry.ts";
import { CalendarMenu } from "./calendar_menu.tsx";
import { Menu } from "./menu.tsx";
import { ShareMenu } from "./share_menu.tsx";

export interface TripActionsProps {
  job: Job;
  /** Whether the server gives the plan to callers without an API key. */
  isOpen: boolean;
  /** Whether the traveler has edited the plan in this browser. */
  isEdited?: boolean;
  /** Whether this is the copy of this browser, which the server may have deleted. */
  isCopy?: boolean;
  /** The action that leads to changes of the plan. */
  change?: ComponentChildren;
  /** Further entries of the menu Save. */
  children?: ComponentChildren;
}

/**
 * The actions of a plan that is being written keep their places, so that nothing moves when it is
 * ready. A trip without a plan has none.
 */
export function TripActions(
  { job, isOpen, isEdited = false, isCopy = false, change, children }: TripActionsProps,
) {
  const { share } = useWords();
  if (job.status === "failed" || job.status === "canceled") return null;
  const isReady = job.status === "completed";
  const { calendar } = tripViewOf(job).files;
  const hasCode = isOpen && !isCopy;
  return (
    <div class="actions" role="group" aria-label={share.actions}>
      {change}
      {!isCopy && <ShareMenu job={job} hasCode={hasCode} isEdited={isEdited} />}
      {calendar &&
        (isReady ? <CalendarMenu job={job} /> : <Later label={share.calendar} class="opens" />)}
      {isReady
        ? <SaveMenu job={job}>{children}</SaveMenu>
        : <Later label={share.save} class="opens" />}
      {isReady
        ? (
          <button type="button" class="needs-script" onClick={() => print()}>
            {share.print}
          </button>
        )
        : <Later label={share.print} class="needs-script" />}
    </div>
  );
}

/** Stands for an action that needs the finished plan. */
function Later({ label, class: name = "" }: { label: string; class?: string }) {
  return <button type="button" class={name} disabled>{label}</button>;
}

function SaveMenu({ job, children }: { job: Job; children: ComponentChildren }) {
  const words = useWords();
  const { share } = words;
  const view = tripViewOf(job);
  const hasPlaces = (view.stopsOf?.(job) ?? []).length > 0;
  return (
    <Menu label={share.save}>
      <ul class="entries">
        {view.files.markdown && (
          <Choice job={job} format="md" title={share.saveText} note={share.saveTextNote} />
        )}
        {hasPlaces && (
          <Choice job={job} format="gpx" title={share.saveMap} note={share.saveMapNote} />
        )}
        <Choice job={job} format="json" title={share.saveData} note={share.saveDataNote} />
        {children}
      </ul>
    </Menu>
  );
}

function Choice(
  { job, format, title, note }: { job: Job; format: FileFormat; title: string; note: string },
) {
  return (
    <li>
      <FileLink job={job} format={format} class="entry">
        {title} <span class="quiet">{note}</span>
      </FileLink>
    </li>
  );
}
