/**
 * Changes of a plan by hand: they tell what has happened, and keep the focus on the item.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import type { Job } from "../../client/job.ts";
import { useWords } from "../../words/words.ts";
import { focusOn } from "../focus.ts";
import { type Hand, menuId, type Menus } from "./context.ts";
import type { PlanShape } from "./plan_shape.ts";
import type { EditState } from "./use_edits.ts";

/** What the page says about the last change by hand. */
export interface Notice {
  text: string;
  /** Changes with each notice. */
  count: number;
}

/** Returns what names the parts and items of a job. */
export function titlesIn(job: Job, shape: PlanShape): Pick<Menus, "titleOf" | "countOf"> {
  const parts = shape.partsOf(job);
  const itemsOf = (part: number) => parts[part] ? shape.itemsOf(parts[part]) : [];
  return {
    titleOf({ part, index }) {
      if (index === undefined) return parts[part] ? shape.titleOf(parts[part]) : "";
      const item = itemsOf(part)[index];
      return item ? shape.labelOf(item).title : "";
    },
    countOf: (part) => itemsOf(part).length,
  };
}

/** Returns the changes by hand, which tell what has happened and keep the focus on the item. */
export function useHand(edits: EditState, { shape }: { shape: PlanShape | null }) {
  const words = useWords().shaping;
  const [notice, setNotice] = useState<Notice | null>(null);
  const [focus, setFocus] = useState<{ menu: string; button: string } | null>(null);
  const tell = (text: string) => setNotice({ text, count: (notice?.count ?? 0) + 1 });
  const { titleOf, countOf } = shape
    ? titlesIn(edits.job, shape)
    : { titleOf: () => "", countOf: () => 0 };

  useEffect(() => {
    if (focus) focusOnMenu(focus);
  }, [focus]);

  function undo(): void {
    if (!edits.canUndo) return;
    edits.undo();
    tell(words.undone);
  }

  useEffect(() => {
    // The button that was pressed may have disappeared with what it took back.
    if (notice && document.activeElement === document.body) focusOn("main");
  }, [notice]);

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
      const isTyping = (event.target as HTMLElement).closest?.("input, textarea, select");
      if (!isUndo || isTyping || !edits.canUndo) return;
      event.preventDefault();
      undo();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  });

  const hand: Hand = {
    move(place, to, button) {
      const count = countOf(place.part);
      edits.move(place, to);
      tell(words.moved(titleOf(place), { position: to + 1, count }));
      if (button) {
        const menu = menuId({ part: place.part, index: to });
        setFocus({ menu, button: `[data-move=${button}]` });
      }
    },
    remove(place) {
      edits.remove(place);
      tell(words.removed(titleOf(place)));
      const index = Math.min(place.index, countOf(place.part) - 2);
      setFocus({ menu: menuId({ part: place.part, index }), button: "summary" });
    },
  };
  function reset(): void {
    edits.reset();
    tell(words.restored);
  }

  return { ...hand, undo, reset, notice, close: () => setNotice(null) };
}

/** Opens the menu of an item that has moved, and closes the one at its place before. */
function focusOnMenu({ menu, button }: { menu: string; button: string }): void {
  closeMenus(null);
  const found = document.getElementById(menu) as HTMLDetailsElement | null;
  if (!found) return;
  found.open = button !== "summary";
  found.querySelector<HTMLElement>(button)?.focus();
}

/** Closes the menus that a press is outside of. */
export function useMenusThatClose(): void {
  useEffect(() => {
    const close = ({ target }: Event) => closeMenus(target as Node);
    addEventListener("pointerdown", close);
    return () => removeEventListener("pointerdown", close);
  }, []);
}

function closeMenus(except: Node | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>(".part-menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}
