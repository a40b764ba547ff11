/**
 * The index of a plan: links to its days or bundles, which stay at the top of the window.
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import type { PlanContents, PlanPart } from "../kinds/trip_view.ts";
import { partClass } from "../map/part_class.ts";
import { openAround } from "./stop_focus.ts";

/** Up to this many parts are in view beside each other on a phone. */
const MAX_CHIPS_IN_VIEW = 3;

export function PartIndex({ name, parts, hasList }: PlanContents) {
  const strip = useRef<HTMLOListElement>(null);
  const current = useCurrentPart(parts);
  useEffect(() => openTarget(), []);
  useEffect(() => {
    const list = strip.current;
    const chip = list?.querySelector<HTMLElement>("[aria-current]");
    if (!list || !chip) return;
    // Not `scrollIntoView`, which would stop the reader's own scrolling of the page.
    list.scrollLeft = chip.offsetLeft - (list.clientWidth - chip.offsetWidth) / 2;
  }, [current]);
  if (parts.length < 2) return null;
  // The keyboard must be able to scroll it.
  const hasLinks = parts.some(({ title }) => title !== null);
  return (
    <nav class="index" aria-label={name}>
      {(hasList || parts.length > MAX_CHIPS_IN_VIEW) && <AllParts name={name} parts={parts} />}
      <ol class="part-strip" ref={strip} tabIndex={hasLinks ? undefined : 0}>
        {parts.map((part, index) => (
          <li key={part.id} class={partClass(index)}>
            {part.title === null ? <span class="part-link">{part.label}</span> : (
              <a
                class="part-link"
                href={`#${part.id}`}
                title={part.title}
                aria-current={part.id === current ? "location" : undefined}
                onClick={() => openPart(part.id)}
              >
                {part.label}
              </a>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** Lists all parts with their titles: from any part to any other part in two steps. */
function AllParts({ name, parts }: PlanContents) {
  const menu = useRef<HTMLDetailsElement>(null);
  function close(): void {
    if (menu.current) menu.current.open = false;
  }
  useEffect(() => {
    const closeOutside = ({ target, key }: Event & { key?: string }) => {
      if (key === "Escape" && menu.current?.contains(document.activeElement)) {
        menu.current.querySelector("summary")!.focus();
      }
      if (key === undefined ? !menu.current?.contains(target as Node) : key === "Escape") close();
    };
    document.addEventListener("pointerdown", closeOutside);
    document.addEventListener("keydown", closeOutside);
    return () => {
      document.removeEventListener("pointerdown", closeOutside);
      document.removeEventListener("keydown", closeOutside);
    };
  }, []);
  return (
    <details class="all-parts" ref={menu}>
      <summary>{name}</summary>
      <div>
        <CollapseButton onDone={close} />
        <ol>
          {parts.map(({ id, label, title }, index) => (
            <li key={id} class={partClass(index)}>
              {title === null ? <span>{label}</span> : (
                <a
                  href={`#${id}`}
                  onClick={() => {
                    openPart(id);
                    close();
                  }}
                >
                  <span>{label}</span> <span dir="auto">{title}</span>
                </a>
              )}
            </li>
          ))}
        </ol>
      </div>
    </details>
  );
}

/** Closes all days, or opens them if most of them are closed. */
function CollapseButton({ onDone }: { onDone: () => void }) {
  const { trip } = useWords();
  const [areOpen, setOpen] = useState<boolean | null>(null);
  useEffect(() => {
    const update = () => setOpen(isMostlyOpen());
    update();
    // The event does not bubble.
    document.addEventListener("toggle", update, true);
    return () => document.removeEventListener("toggle", update, true);
  }, []);
  if (areOpen === null) return null;
  return (
    <button
      type="button"
      class="small"
      onClick={() => {
        for (const day of daysOnPage()) day.open = !areOpen;
        onDone();
      }}
    >
      {areOpen ? trip.collapseAll : trip.expandAll}
    </button>
  );
}

function daysOnPage(): HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>(".day > details")];
}

/** Returns `null` if the plan has no days that close. */
function isMostlyOpen(): boolean | null {
  const days = daysOnPage();
  return days.length === 0 ? null : days.filter(({ open }) => open).length * 2 > days.length;
}

function openPart(id: string): void {
  const part = document.getElementById(id);
  if (part) openAround(part);
}

/** Opens the day that the address names. Not all browsers open it by themselves. */
function openTarget(): () => void {
  const open = () => openPart(location.hash.slice(1));
  open();
  addEventListener("hashchange", open);
  return () => removeEventListener("hashchange", open);
}

/** Returns the id of the part at the upper third of the window; `null`: none. */
function useCurrentPart(parts: readonly PlanPart[]): string | null {
  const [current, setCurrent] = useState<string | null>(null);
  const ids = parts.flatMap(({ id, title }) => title === null ? [] : id).join();
  useEffect(() => {
    const seen = (entries: IntersectionObserverEntry[]) => {
      const entered = entries.findLast(({ isIntersecting }) => isIntersecting);
      if (entered) setCurrent(entered.target.id);
    };
    // A line, so that at most one part is there, unless parts are beside each other.
    const observer = new IntersectionObserver(seen, { rootMargin: "-30% 0px -69% 0px" });
    for (const id of ids.split(",")) {
      const part = document.getElementById(id);
      if (part) observer.observe(part);
    }
    return () => observer.disconnect();
  }, [ids]);
  return current;
}
