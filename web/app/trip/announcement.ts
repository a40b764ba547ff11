/**
 * What the page of a trip announces to screen readers.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import type { Job } from "../../client/client.ts";
import { tripViewOf } from "../kinds/registry.ts";
import { describeProgress } from "./dock.tsx";

/** Returns the announcement for screen readers. */
export function useAnnouncement(job: Job): string {
  const [announcement, setAnnouncement] = useState("");
  const count = job.partial?.length ?? 0;
  const { partNoun } = tripViewOf(job);
  useEffect(() => {
    const announcements = {
      processing: count > 0
        ? `${partNoun} ${count} is ready.`
        : job.progress && describeProgress(job.progress) || "",
      completed: "Your plan is ready.",
      failed: "We couldn't write your plan.",
      canceled: "This trip was canceled.",
    };
    setAnnouncement(announcements[job.status]);
  }, [job.status, count, job.progress?.phase]);
  return announcement;
}
