/**
 * The edits of the plan on a page. They are kept in this browser, and other tabs follow.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { idOf, type Job } from "../../client/job.ts";
import type { PlanDiff } from "./diff.ts";
import { openEdits, tellsOfEdits } from "./edit_store.ts";
import {
  applyEdits,
  carryEdits,
  type Edits,
  isEdited,
  moved,
  noEdits,
  orderOf,
  soundEdits,
  withOrder,
} from "./edits.ts";
import type { PlanShape } from "./plan_shape.ts";

export interface UseEditsOptions {
  /** The shape of the kind of the job; `null`: its plans cannot be edited. */
  shape: PlanShape | null;
  /** What differs from the plan that the job changes, whose edits it keeps; `null`: nothing to keep. */
  diff?: PlanDiff | null;
}

/** An item of a part, by its indexes on the page. */
interface Place {
  part: number;
  index: number;
}

/**
 * Returns the job as the traveler has edited it, and functions that edit it. The first render shows
 * the job of the server.
 */
export function useEdits(job: Job, { shape, diff = null }: UseEditsOptions) {
  const { own, inherited, past, setPast, show } = useStoredEdits(job);
  // A plan that has edits of its own, even none again, no longer follows those of another plan.
  const known = own ?? (inherited && diff ? carryEdits(inherited, diff) : noEdits);
  const edits = shape ? soundEdits(job, known, shape) : noEdits;

  function reorder({ part, index }: Place, change: (kept: number[]) => number[]): void {
    const count = shape!.itemsOf(shape!.partsOf(job)[part]!).length;
    const kept = orderOf(edits, { part, count });
    if (kept[index] === undefined) return;
    setPast([...past, edits]);
    show(withOrder(edits, { part, kept: change(kept), count }));
  }

  return {
    job: shape ? applyEdits(job, edits, shape) : job,
    edits,
    isEdited: isEdited(edits),
    /** Returns the index of an item in the plan of the service. */
    originalOf({ part, index }: Place): number {
      return edits.order[part]?.[index] ?? index;
    },
    move: (place: Place, to: number) => reorder(place, (kept) => moved(kept, place.index, to)),
    remove: (place: Place) =>
      reorder(place, (kept) => kept.filter((_, index) => index !== place.index)),
    canUndo: past.length > 0,
    /** Takes back the last change by hand on this page. */
    undo(): void {
      const last = past.at(-1);
      if (!last) return;
      setPast(past.slice(0, -1));
      show(last);
    },
    /** Shows the plan of the service again. `undo()` takes this back. */
    reset(): void {
      setPast([...past, edits]);
      show(noEdits);
    },
  };
}

/** Returns the edits that this browser has of a plan, and of the plan that it changes. */
function useStoredEdits(job: Job) {
  const id = idOf(job);
  const { refines } = job;
  const [own, setOwn] = useState<Edits | null>(null);
  const [inherited, setInherited] = useState<Edits | null>(null);
  const [past, setPast] = useState<Edits[]>([]);

  useEffect(() => {
    const load = () => {
      const store = openEdits();
      setOwn(store.get(id));
      setInherited(refines === null ? null : store.get(refines));
    };
    load();
    const follow = (event: StorageEvent) => {
      if (!tellsOfEdits(event)) return;
      setPast([]);
      load();
    };
    addEventListener("storage", follow);
    return () => removeEventListener("storage", follow);
  }, [id, refines]);

  function show(next: Edits): void {
    setOwn(next);
    openEdits().put(id, next);
  }

  return { own, inherited, past, setPast, show };
}

export type EditState = ReturnType<typeof useEdits>;
