/**
 * The script of the dashboard. All pages work without it. It fetches the live parts of a page again,
 * shows times in the time zone of the browser, copies keys, and adds keyboard shortcuts.
 * @module
 */
import { showLocalTimes } from "./local_times.ts";
import { closeConfirms } from "./confirms.ts";
import { addCopyButtons } from "./copy_buttons.ts";
import { listenToKeys } from "./shortcuts.ts";
import { LiveUpdates } from "./live_updates.ts";

showLocalTimes(document.body);
closeConfirms();
addCopyButtons();
const seconds = Number(document.querySelector<HTMLElement>("main")?.dataset.liveSeconds);
const updates = seconds > 0 ? new LiveUpdates(seconds * 1_000) : undefined;
updates?.start();
listenToKeys({ toggleUpdates: () => updates?.toggle() });
