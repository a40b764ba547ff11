/**
 * Links to the files of a plan. Usually the server makes a file from the plan that it has stored. A
 * plan that exists only in this browser is sent along: one that the traveler has edited, a copy, or
 * one that only an API key may read.
 * @module
 */
import { type ComponentChildren, createContext, type TargetedSubmitEvent } from "preact";
import { useContext, useState } from "preact/hooks";
import { idOf, type Job } from "../../client/job.ts";
import { useWords } from "../../words/words.ts";
import { isReachable } from "../reachable.ts";
import { writtenParts } from "./registry.ts";

/** The formats of files, by extension. */
export type FileFormat = "md" | "json" | "ics" | "gpx";

/** Whether the plan is sent along with the request for a file. */
export const SendsPlan = createContext(false);

interface FileLinkProps {
  job: Job;
  format: FileFormat;
  /** Further parameters of the file. */
  query?: Readonly<Record<string, string>>;
  class?: string;
  children: ComponentChildren;
}

/** A link, or a button that looks like it, which saves a file. */
export function FileLink({ job, format, query = {}, class: name, children }: FileLinkProps) {
  const sendsPlan = useContext(SendsPlan);
  if (!sendsPlan) {
    const parameters = new URLSearchParams(query);
    const href = `${filePath(job, format)}${parameters.size > 0 ? `?${parameters}` : ""}`;
    return <a class={name} href={href}>{children}</a>;
  }
  return (
    <FileForm job={job} format={format} class="contents">
      {Object.entries(query).map(([key, value]) => (
        <input key={key} type="hidden" name={key} value={value} />
      ))}
      <button type="submit" class={name}>{children}</button>
    </FileForm>
  );
}

/** A form that saves a file; its fields are further parameters of the file. */
export function FileForm(
  { job, format, class: name, children }: Omit<FileLinkProps, "query">,
) {
  const sendsPlan = useContext(SendsPlan);
  const { share } = useWords();
  const [isAway, setAway] = useState(false);
  // The plan is written into the form when it is sent, so that the page does not contain it twice.
  const send = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const field = form.elements.namedItem("job") as HTMLInputElement;
    field.value = JSON.stringify(job);
    // Without a connection, the browser would leave the plan and show an error.
    const canSend = await isReachable();
    setAway(!canSend);
    if (canSend) form.submit();
  };
  return sendsPlan
    ? (
      <form method="post" action={`/files/${format}`} onSubmit={send} class={name}>
        <input type="hidden" name="job" />
        {children}
        {isAway && <p class="quiet" role="alert">{share.filesNeedSite}</p>}
      </form>
    )
    : <form method="get" action={filePath(job, format)} class={name}>{children}</form>;
}

function filePath(job: Job, format: FileFormat): string {
  return `/trips/${idOf(job)}/plan.${format}`;
}

/**
 * Adds one part of a plan to a calendar, such as a bundle; nothing if no date of it is known.
 *
 * @param props.index the index of the part
 */
export function BundleCalendarLink({ job, index }: { job: Job; index: number }) {
  const words = useWords();
  const part = writtenParts(job, words)[index];
  if (job.status !== "completed" || !part?.isDated) return null;
  return (
    <FileLink job={job} format="ics" query={{ bundle: String(index + 1) }} class="button">
      {words.share.calendar} <span class="unseen">{part.title}</span>
    </FileLink>
  );
}
