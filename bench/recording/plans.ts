/**
 * The plans of the scripted model.
 * @module
 */

const activity = (time: string, title: string, cost: number | null, currency = "EUR") => ({
  time,
  title,
  description: `${title}, at leisure; mind the *steps*.`,
  place: `${title} & Co, <Old Town>`,
  estimatedCost: cost === null ? null : { amount: cost, currency },
});

/**
 * Returns an itinerary with this number of days. Its texts contain characters that files escape.
 */
export function itineraryPlan(days: number) {
  return {
    days: Array.from({ length: days }, (_, index) => ({
      day: index + 1,
      theme: `Day of the ${["river", "hills", "market"][index % 3]}`,
      activities: [
        activity("09:00", "Café, first; then [coffee]", 4.5),
        activity("10:30", `Museum #${index + 1}`, 0),
        activity("23:15", "Concert | late", 60, "USD"),
        activity("23:15", "Walk home", null),
      ],
    })),
  };
}

/** The result of the event search. Answers may only show links of this event. */
export const foundEvent = {
  name: "Fado Night",
  url: "https://tickets.example/fado?a=1,2;b",
  images: [
    { url: "https://images.example/small.jpg", width: 100 },
    { url: "https://images.example/large.jpg", width: 1_000 },
  ],
  dates: { start: { localDate: "2099-11-28", localTime: "21:00:00" } },
  classifications: [{ segment: { name: "Music" }, genre: { name: "Fado" } }],
  priceRanges: [{ min: 20, max: 40, currency: "EUR" }],
  _embedded: { venues: [{ name: "Casa", city: { name: "Lisbon" }, address: { line1: "Rua 1" } }] },
};

interface EventFacts {
  date: string;
  venue?: string;
  url?: string;
}

const keyEvent = (name: string, { date, venue, url }: EventFacts) => ({
  name,
  date,
  venue: venue ?? null,
  neighborhood: venue ? "Alfama, Lisbon" : null,
  url: url ?? null,
  why: `Because of ${name}.`,
});

const bundle = (title: string, keyEvents: object[], imageUrl: string | null = null) => ({
  title,
  description: `${title}, in short.`,
  keyEvents,
  imageUrl,
});

/** Bundles in which some events have a date for the calendar, and some links are known. */
export const datedBundles = {
  bundles: [
    bundle("Fado; and more", [
      keyEvent("Fado Night", {
        date: "2099-11-28 21:00",
        venue: "Casa, do Fado",
        url: foundEvent.url,
      }),
      keyEvent("Open air", {
        date: "Saturday, 28 November 2099, 9 pm",
        url: "https://made-up.example/",
      }),
      keyEvent("Script", { date: "some day", url: "javascript:alert(1)" }),
    ], "https://images.example/large.jpg"),
    bundle("All day", [
      keyEvent("Market", { date: "2099-11-29", venue: "Mercado" }),
      keyEvent("Festival", { date: "28–30 November 2099" }),
    ], "https://made-up.example/picture.jpg"),
    bundle("At some time", [keyEvent("Bar", { date: "every evening" })]),
  ],
};

/**
 * Dates in the forms that models write: clear dates, ambiguous dates, and texts that are no dates.
 */
const dates = [
  [
    "2099-11-28T21:00:00+01:00",
    "2099-11-28 24:00",
    "2099-11-28 25:00",
    "2099-11-31",
    "1999-11-28",
    "28.11.2099, 20:30 Uhr",
    "28/11/2099",
    "11/28/2099",
  ],
  [
    "03/11/2099",
    "2099年11月28日（土）20:00",
    "samedi 28 novembre 2099 à 20h",
    "28 November 2099, 10 pm - 1 am",
    "until 28 November 2099",
    "28 November 2099 or 29 November 2099",
    "1 to 30 November 2099",
    "tomorrow at 8 pm",
  ],
  ["every Friday", "24/7", `28 November 2099 ${"and so on ".repeat(12)}`, "2099-11-28/2099-11-29"],
];

/** Bundles with dates in every form. */
export const bundlesOfDates = {
  bundles: dates.map((list, index) =>
    bundle(`Dates ${index + 1}`, list.map((date) => keyEvent(`On ${date}`, { date })))
  ),
};

/** Bundles in which no event has a date for the calendar. */
export const undatedBundles = {
  bundles: ["One", "Two", "Three"].map((title) =>
    bundle(title, [keyEvent(`Event of ${title}`, { date: "every evening" })])
  ),
};
