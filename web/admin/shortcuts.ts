/**
 * The keyboard shortcuts of the dashboard. `?` lists them.
 * @module
 */

/** How long after `g` the key of a section counts. */
const SEQUENCE_MS = 1_500;

const TYPING = "input, select, textarea, [contenteditable]";

/** Begins to listen to keys. */
export function listenToKeys({ toggleUpdates }: { toggleUpdates: () => void }): void {
  let goUntil = 0;
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    const isTyping = target instanceof Element && target.closest(TYPING) !== null;
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const isAfterGo = event.timeStamp < goUntil;
    goUntil = key === "g" ? event.timeStamp + SEQUENCE_MS : 0;
    if (isAfterGo && openSection(key)) return;
    if (key === "/" && focusSearch()) event.preventDefault();
    if (key === "p") toggleUpdates();
    if (key === "?") document.querySelector<HTMLDialogElement>("#shortcuts")?.showModal();
  });
}

function openSection(key: string): boolean {
  const links = document.querySelectorAll<HTMLAnchorElement>("a[data-shortcut]");
  const link = [...links].find(({ dataset }) => dataset.shortcut === key);
  link?.click();
  return link !== undefined;
}

function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>("main input[type=search]");
  search?.focus();
  search?.select();
  return search !== null;
}
