/**
 * The action of a trip that leads to its changes.
 * @module
 */
import { useWords } from "../../words/words.ts";
import { formUrl, type Wish } from "../wish.ts";
import { CHANGE_ID } from "./context.ts";
import type { ShapingPage } from "./use_shaping.ts";

interface ChangeLinkProps {
  shaping: ShapingPage;
  /** The request of the trip; `null`: its kind has no form. */
  wish: Wish | null;
}

/** It is rendered from the start, so that nothing moves when the plan is ready. */
export function ChangeLink({ shaping, wish }: ChangeLinkProps) {
  const words = useWords().shaping;
  const { job, shape, state, isOwn } = shaping;
  const hasPlan = job.status === "completed" || job.status === "processing";
  if (!shape || !state || !hasPlan) return null;
  if (!isOwn) {
    return wish && <a class="button" href={formUrl(wish)}>{words.own}</a>;
  }
  const link = job.status === "completed"
    ? { href: `#${CHANGE_ID}` }
    : { role: "link" as const, "aria-disabled": true };
  return <a class="button main" {...link}>{words.title}</a>;
}
