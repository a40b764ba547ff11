/**
 * The service worker. It keeps the files of one page, the shell, and shows it where a page of the
 * app cannot be loaded. The shell then shows the copies of the browser. Nothing else is in its
 * caches, and every page comes from the network if there is one.
 * @module
 */

/** What the server writes before this script. */
declare const SHELL: {
  /** How the names of all caches of this worker begin. */
  prefix: string;
  /** The name of the cache: it changes with each file. */
  cache: string;
  /** The paths of the files, the page first. Empty: the worker is switched off. */
  files: readonly string[];
  /** After this time without an answer, a traveler reads a copy rather than a white page. */
  patienceMs: number;
};

/** The parts of the worker's scope that this script uses; the DOM library has no types for them. */
interface WorkerScope {
  addEventListener(type: "install" | "activate", listener: (event: LifeEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: LoadEvent) => void): void;
  skipWaiting(): Promise<void>;
  registration: ServiceWorkerRegistration;
}

interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface LoadEvent extends Event {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

/** The pages of the app: the first page, trips and copies. Files below a trip are no pages. */
const PAGES = /^\/(?:offline|(?:trips|copies)\/[^/]+)?$/;

const scope = self as unknown as WorkerScope;
const { prefix, cache: cacheName, files, patienceMs } = SHELL;
const isOn = files.length > 0;

scope.addEventListener("install", (event) => {
  const ready = isOn ? fill() : Promise.resolve();
  // A page that is open goes on: it has loaded its files.
  event.waitUntil(ready.then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (event) => event.waitUntil(tidyUp()));

// A worker that is switched off answers nothing until it is gone.
if (isOn) {
  scope.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname, search } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return;
    if (request.mode === "navigate") {
      if (PAGES.test(pathname)) event.respondWith(openPage(request));
    } else if (files.includes(pathname + search)) {
      event.respondWith(loadFile(request));
    }
  });
}

/** Loads the files of the shell. If one is not of this version, the next page tries again. */
async function fill(): Promise<void> {
  const answers = await Promise.all(files.map(load));
  const isComplete = answers.every(({ ok, redirected, headers }) =>
    ok && !redirected && !/no-store/.test(headers.get("cache-control") ?? "")
  );
  if (!isComplete) throw new Error("Cannot keep the shell: the server has another version");
  const cache = await caches.open(cacheName);
  await Promise.all(files.map((file, index) => cache.put(file, answers[index]!)));
}

/** The content of a path with a version never changes, and the page may have loaded it already. */
function load(file: string): Promise<Response> {
  return fetch(file, { cache: file.includes("?v=") ? "default" : "no-cache" });
}

/** Deletes the caches of other versions. A worker that is switched off goes with its caches. */
async function tidyUp(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(prefix) && !(isOn && name === cacheName)) await caches.delete(name);
  }
  if (!isOn) await scope.registration.unregister();
}

/** Loads a page; the shell, if there is no answer. */
async function openPage(request: Request): Promise<Response> {
  const answer = fetch(request);
  let timer;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, patienceMs);
  });
  try {
    return await Promise.race([answer, patience]);
  } catch {
    return await keptFile(files[0]!) ?? await answer;
  } finally {
    clearTimeout(timer);
  }
}

async function loadFile(request: Request): Promise<Response> {
  return await keptFile(request.url) ?? await fetch(request);
}

/** Encodings and languages do not matter: the files are those of this worker. */
async function keptFile(path: string): Promise<Response | undefined> {
  return await caches.match(path, { cacheName, ignoreVary: true });
}
