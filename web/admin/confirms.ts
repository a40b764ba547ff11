/**
 * Closes the questions of buttons that ask before they act: with Escape, and when another place is
 * clicked.
 * @module
 */

const OPEN = "details.confirm[open]";

/** Begins to listen to keys and clicks. */
export function closeConfirms(): void {
  document.addEventListener("click", ({ target }) => {
    for (const details of document.querySelectorAll<HTMLDetailsElement>(OPEN)) {
      if (!(target instanceof Node && details.contains(target))) details.open = false;
    }
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const details of document.querySelectorAll<HTMLDetailsElement>(OPEN)) {
      const hadFocus = details.contains(document.activeElement);
      details.open = false;
      if (hadFocus) details.querySelector("summary")?.focus();
    }
  });
}
