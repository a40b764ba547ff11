/**
 * The English words of the first page.
 * @module
 */

export const enHome = {
  /** The first page. */
  home: {
    pageTitle: "Plan a trip",
    description:
      "Say where you want to go, and get a plan for every day: places, times, costs and a map.",
    title: "Your trip, planned day by day",
    text: "Say where you want to go. AI writes you a plan with times, places, costs and a map.",
    choose: "What would you like to plan?",
    example: {
      label: "Example",
      text: "This is what a plan looks like.",
    },
  },

  /** The form of a trip: what it asks for, and what is wrong with an entry. */
  form: {
    itinerary: {
      title: "Itinerary",
      text: "What to do each day of your trip, when, and what it costs. Ready in about 20 seconds.",
      verb: "Plan my trip",
      details: "Dates, travelers, budget, interests",
    },
    bundles: {
      title: "Weekend bundles",
      text:
        "Several sets of real events for a weekend. You pick the one you like. Ready in 2 to 5 " +
        "minutes.",
      verb: "Plan my weekend",
      details: "Exact dates, interests, budget, travelers",
    },
    allOptional: "All fields are optional.",
    details: "Add details",
    filledIn: (count: number) => count === 1 ? "1 filled in" : `${count} filled in`,
    clear: "Clear the form",
    sending: "Sending…",
    keyNeeded: "You need an API key. Ask the people who run this site for one.",
    keyKept: "Leave this empty to use the key that you entered before.",
    slow: "This is taking longer than usual. Your entries are still here.",
    example: (example: string) => `e.g. ${example}`,

    missing: "Please fill this in.",
    invalid: "Please check this entry.",
    tooLong: (max: number, count: number) => `Use at most ${max} characters. You have ${count}.`,
    tooComplex: "This text has too many accents or joined emoji. Use simpler characters.",
    notWhole: (min = 0, max = Infinity) => `Enter a whole number, ${min} to ${max}.`,
    noAmount: "Enter an amount, such as 500.",
    tooMany: (max: number, count: number) => `Enter at most ${max} items. You have ${count}.`,
    inList: (error: string) => `One item is too long. ${error}`,
    noDate: "Enter a full date.",
    tooEarly: "This day is over. Choose a later one.",
    tooLate: "This day is too far ahead. Choose one within two years.",
    beforeStart: "The last day can't be before the first one.",
    noStart: "Choose the first day as well.",
    noAdults: "Enter how many adults travel.",
    tooManyPeople: (max: number) => `Plans are for at most ${max} people.`,

    destination: {
      label: "Destination",
      hint: "A city, region, or country",
      example: "Tokyo, Japan",
    },
    durationDays: { label: "Days" },
    startDate: { label: "First day" },
    endDate: { label: "Last day" },
    adults: { label: "Adults" },
    children: { label: "Children" },
    amount: { label: "Budget", hint: "For activities, meals and tickets", example: "500" },
    currency: { label: "Currency" },
    initialCurrency: "USD",
    per: { label: "The budget is", all: "for everyone together", person: "per person" },
    pace: { label: "Pace", any: "any", relaxed: "relaxed", balanced: "balanced", packed: "packed" },
    interests: { label: "Interests", other: "Other interests", example: "old trams, craft beer" },
    diet: {
      label: "Dietary needs",
      other: "Other needs for meals",
      example: "no pork, nut allergy",
    },
    accessibility: {
      label: "Getting around",
      other: "Other needs on the way",
      example: "no long stairs",
    },
    startPoint: {
      label: "Where you stay",
      hint: "Each day starts and ends there",
      example: "Hotel Avenida, or a district",
    },
    language: { label: "Language of the plan" },
    notes: {
      label: "Anything else",
      hint: "What must be in the plan, and what you want to avoid",
      example: "It is our honeymoon. No early mornings.",
    },
    city: { label: "City", hint: "Where the events should be", example: "Berlin" },
    timeframe: { label: "When", hint: "In your own words", example: "this weekend" },
    musicProfile: {
      label: "Music",
      hint: "Genres or artists that you like",
      example: "electronic, house",
    },
    otherPreferences: {
      label: "Anything else",
      hint: "Who is coming, and what to avoid",
      example: "Two of us, underground venues, no early mornings",
    },
  },
};
