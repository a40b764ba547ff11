/**
 * Buttons that copy the text of another element: `data-copy` is its id.
 * @module
 */

/** How long a button says that it has copied. */
const SAID_MS = 2_000;

/** Begins to listen to clicks. */
export function addCopyButtons(): void {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-copy]") : null;
    const source = button && document.getElementById(button.dataset.copy ?? "");
    if (button && source) copy(button, source);
  });
}

/** Copies the text. Where the browser does not allow it, the text is selected. */
async function copy(button: HTMLElement, source: HTMLElement): Promise<void> {
  const label = button.textContent ?? "";
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    button.textContent = "Copied";
    setTimeout(() => button.textContent = label, SAID_MS);
  } catch {
    getSelection()?.selectAllChildren(source);
  }
}
