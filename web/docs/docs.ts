/**
 * The script of the guide for developers: buttons that copy the code beside them.
 * @module
 */

/** How long a button says that it has copied, in milliseconds. */
const NOTICE_MS = 2_000;

for (const code of document.querySelectorAll<HTMLElement>(".snippet pre")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small copy";
  button.textContent = "Copy";
  button.addEventListener("click", () => copy(code, button));
  code.before(button);
}

/** Copies the text of an element. Where that is forbidden, it selects the text. */
async function copy(code: HTMLElement, button: HTMLElement): Promise<void> {
  try {
    // Pages without TLS have no clipboard.
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection()?.selectAllChildren(code);
    button.textContent = "Selected";
  }
  setTimeout(() => button.textContent = "Copy", NOTICE_MS);
}
