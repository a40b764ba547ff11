/**
 * Fetches a page again every few seconds and puts its live parts in place of the old ones.
 * @module
 */
import { Idiomorph } from "idiomorph";
import { showLocalTimes } from "./local_times.ts";

/** A server that takes longer counts as lost. */
const FETCH_MS = 10_000;

/** After failures, the pause doubles up to this many times the ordinary one. */
const LONGEST_PAUSE = 8;

/** Keeps the live parts of a page up to date while the page is visible. */
export class LiveUpdates {
  readonly #periodMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isPaused = false;
  #failures = 0;
  #isFetching = false;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** Begins to update the page. */
  start(): void {
    const toggle = document.querySelector("[data-live-toggle]");
    toggle?.addEventListener("click", () => this.toggle());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) clearTimeout(this.#timer);
      else this.#update();
    });
    this.#schedule();
  }

  /** Pauses the updates, or resumes them and updates the page at once. */
  toggle(): void {
    this.#isPaused = !this.#isPaused;
    const toggle = document.querySelector("[data-live-toggle]");
    toggle?.setAttribute("aria-pressed", String(this.#isPaused));
    this.#say(this.#isPaused ? "Updates are paused" : "");
    if (this.#isPaused) clearTimeout(this.#timer);
    else this.#update();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#isPaused || document.hidden) return;
    const factor = Math.min(2 ** this.#failures, LONGEST_PAUSE);
    this.#timer = setTimeout(() => this.#update(), factor * this.#periodMs);
  }

  async #update(): Promise<void> {
    if (this.#isFetching || this.#isPaused || document.hidden) return;
    this.#isFetching = true;
    try {
      const page = await fetchPage();
      // The operator may have paused the updates meanwhile.
      if (!this.#isPaused) this.#show(page);
    } catch {
      this.#failures++;
      this.#say("Connection lost, trying again");
    }
    this.#isFetching = false;
    this.#schedule();
  }

  #show(page: Document): void {
    this.#failures = 0;
    this.#say("");
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      if (fresh) morph(part, fresh);
    }
  }

  /** Says something only if it is new, so that screen readers do not repeat it. */
  #say(text: string): void {
    const state = document.querySelector("[data-live-state]");
    if (state && state.textContent !== text) state.textContent = text;
  }
}

/**
 * Fetches the page again.
 *
 * @throws if the server cannot be reached, or the answer is not this page
 */
async function fetchPage(): Promise<Document> {
  const signal = AbortSignal.timeout(FETCH_MS);
  const response = await fetch(location.href, { signal, headers: { accept: "text/html" } });
  // The session has ended: the page that the browser loads asks for the token.
  if (response.redirected) location.reload();
  if (!response.ok || response.redirected) throw new Error(`Answered with ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/**
 * Changes an element until it equals a fresh one. Elements that stay the same keep their focus,
 * selection and scroll position. What the operator has opened or typed stays as well.
 */
function morph(element: Element, fresh: Element): void {
  showLocalTimes(fresh);
  Idiomorph.morph(element, fresh, {
    morphStyle: "outerHTML",
    ignoreActiveValue: true,
    restoreFocus: true,
    callbacks: { beforeAttributeUpdated: (name, node) => !isOperators(name, node) },
  });
}

/** Whether the operator, and not the server, decides about an attribute. */
function isOperators(name: string, node: Element): boolean {
  const isOpenState = name === "open" && (node.matches("details") || node.matches("dialog"));
  return isOpenState || (name === "value" && node.matches("input:not([type=hidden])"));
}
