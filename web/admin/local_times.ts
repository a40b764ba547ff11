/**
 * Shows times in the time zone of the browser. The server writes them in UTC.
 * @module
 */

const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const short = {
  time: new Intl.DateTimeFormat(undefined, { timeStyle: "short" }),
  date: new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" }),
};

/** Rewrites the times of all elements `time` inside an element. */
export function showLocalTimes(root: Element): void {
  for (const time of root.querySelectorAll("time")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    time.title ||= full.format(date);
    time.textContent = formatOf(time, date).format(date);
  }
}

function formatOf({ dataset }: HTMLTimeElement, date: Date): Intl.DateTimeFormat {
  const { format } = dataset;
  if (format === "time" || format === "date") return short[format];
  return date.toDateString() === new Date().toDateString() ? timeOfDay : full;
}
