/**
 * Turns the service worker on and off, which shows the saved trips without a connection.
 * @module
 */
import { openChoice } from "./choice.ts";

/** The script of the worker. */
export const WORKER_PATH = "/sw.js";

/** How the names of the worker's caches begin. */
export const CACHE_PREFIX = "tripwright-shell-";

/**
 * Starts or stops the worker, as the traveler and the site have chosen. Waits for the page to load,
 * so that its own files come first.
 */
export function followChoice(): void {
  if (document.readyState === "complete") applyChoice();
  else addEventListener("load", () => setTimeout(applyChoice), { once: true });
}

/** Whether this browser allows workers on this page: not without TLS, for example. */
export function hasWorkers(): boolean {
  return navigator.serviceWorker !== undefined;
}

/** Starts or stops the worker. Without a worker the app lacks only its pages without a connection. */
export async function applyChoice(): Promise<void> {
  // Browsers have no workers on pages without TLS.
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  const choice = openChoice().current;
  try {
    if (choice === "on") {
      const registration = await workers?.register(WORKER_PATH, { updateViaCache: "none" });
      // Another language has another shell. Not each browser looks for it when a page opens.
      await registration?.update();
    } else await stop(workers);
  } catch {
    // The browser forbids it, or the connection is lost; the next page tries again.
  }
}

function isOurs({ active, waiting, installing }: ServiceWorkerRegistration): boolean {
  const url = (active ?? waiting ?? installing)?.scriptURL;
  return url !== undefined && new URL(url).pathname === WORKER_PATH;
}

async function stop(workers: ServiceWorkerContainer | undefined): Promise<void> {
  // The host may have other apps, with workers of their own below their paths.
  const registration = await workers?.getRegistration("/");
  if (registration && isOurs(registration)) await registration.unregister();
  for (const name of await globalThis.caches?.keys() ?? []) {
    if (name.startsWith(CACHE_PREFIX)) await caches.delete(name);
  }
}
