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
  _embedded: {
    venues: [{
      name: "Casa",
      city: { name: "Lisbon" },
      address: { line1: "Rua 1" },
      location: { latitude: "38.711", longitude: "-9.130" },
    }],
  },
};

interface EventFacts {
  date: string;
  startsAt?: string;
  endsAt?: string;
  venue?: string;
  city?: string;
  price?: { amount: number; currency: string };
  url?: string;
}

const keyEvent = (
  name: string,
  { date, startsAt, endsAt, venue, city, price, url }: EventFacts,
) => ({
  name,
  date,
  startsAt: startsAt ?? null,
  endsAt: endsAt ?? null,
  venue: venue ?? null,
  neighborhood: venue ? "Alfama, Lisbon" : null,
  city: city ?? null,
  category: venue ? "nightlife" : "other",
  mapQuery: venue && city ? `${venue}, ${city}` : null,
  coordinates: venue ? { latitude: 38.71, longitude: -9.13 } : null,
  price: price ?? null,
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
        startsAt: "2099-11-28T21:00",
        endsAt: "2099-11-29T01:00",
        venue: "Casa, do Fado",
        city: "Lisbon",
        price: { amount: 20, currency: "EUR" },
        url: foundEvent.url,
      }),
      keyEvent("Open air", {
        date: "Saturday, 28 November 2099, 9 pm",
        startsAt: "2099-11-28 21:00:00+01:00",
        price: { amount: 0, currency: "EUR" },
        url: "https://made-up.example/",
      }),
      keyEvent("Script", { date: "some day", url: "javascript:alert(1)" }),
    ], "https://images.example/large.jpg"),
    bundle("All day", [
      keyEvent("Market", {
        date: "2099-11-29",
        startsAt: "2099-11-29",
        venue: "Mercado",
        city: "Porto",
      }),
      keyEvent("Festival", {
        date: "28–30 November 2099",
        startsAt: "2099-11-28",
        endsAt: "2099-11-30",
      }),
    ], "https://made-up.example/picture.jpg"),
    bundle("At some time", [keyEvent("Bar", { date: "every evening" })]),
  ],
};

/** Starts and ends in the forms that models write, and texts that are no times. */
const times: [startsAt: string, endsAt?: string][][] = [
  [
    ["2099-11-28T21:00:00+01:00", "2099-11-28T23:00:00+01:00"],
    ["2099-11-28T21:00Z", "2099-11-28T21:00Z"],
    ["2099-11-28 24:00"],
    ["2099-11-28 25:00"],
    ["2099-11-31"],
    ["1999-11-28"],
    ["2099-11-28T22:00", "2099-11-29T04:00"],
    ["2099-11-28T22:00", "2099-11-28T04:00"],
  ],
  [
    ["2099-11-28", "2099-11-30"],
    ["2099-11-28", "2100-02-28"],
    ["2099-11-28T18:00", "2099-11-30"],
    ["2099-11-28", "2099-11-30T18:00"],
    ["28.11.2099"],
    ["tomorrow at 8 pm"],
    ["every Friday"],
    ["2099-11-28/2099-11-29"],
  ],
  [["2099-03-29T02:30"], ["2099-10-25T02:30"], [`2099-11-28 ${"and so on ".repeat(12)}`]],
];

/** Bundles with times in every form. */
export const bundlesOfDates = {
  bundles: times.map((list, index) =>
    bundle(
      `Dates ${index + 1}`,
      list.map(([startsAt, endsAt]) =>
        keyEvent(`On ${startsAt}`, { date: "Soon", startsAt, ...endsAt && { endsAt } })
      ),
    )
  ),
};

/** Bundles in which no event has a date for the calendar. */
export const undatedBundles = {
  bundles: ["One", "Two", "Three"].map((title) =>
    bundle(title, [keyEvent(`Event of ${title}`, { date: "every evening" })])
  ),
};
