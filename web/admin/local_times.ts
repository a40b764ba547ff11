/**
 * Shows times in the time zone of the browser. The server writes them in UTC.
 * @module
 */

const today = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const otherDay = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** Rewrites the times of all elements `time` inside an element. */
export function showLocalTimes(root: Element): void {
  for (const time of root.querySelectorAll("time")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const isToday = date.toDateString() === new Date().toDateString();
    time.title ||= time.textContent ?? "";
    time.textContent = (isToday ? today : otherDay).format(date);
  }
}
