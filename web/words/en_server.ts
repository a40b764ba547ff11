/**
 * The English words that only the server writes: files, previews and pages in place of others.
 * @module
 */

export const enServer = {
  /** Pages in place of what was asked for. */
  problems: {
    /** By the code of the problem. */
    pages: {
      foreign_form: {
        title: "This form came from another site",
        text: "For your safety, we only accept forms from our own pages. Open our page and send " +
          "the form from there.",
      },
      invalid_request: {
        title: "We couldn't read this form",
        text: "Go to the start page and fill it in again.",
      },
      incomplete_body: {
        title: "Your form didn't arrive completely",
        text: "Go back and send it again.",
      },
      body_timeout: {
        title: "Your form took too long",
        text: "Check your connection, go back and send it again.",
      },
      body_too_large: { title: "Your text is too long", text: "Go back and shorten it." },
      not_owner: {
        title: "You can't stop planning this trip",
        text: "Only the person who planned it can.",
      },
      route_not_found: {
        title: "Page not found",
        text: "This page doesn't exist. The link may be wrong or incomplete.",
      },
      rate_limited: {
        title: "Please wait a moment",
        text: "You've opened or sent too many pages in a short time.",
      },
      storage_full: {
        title: "We can't save anything right now",
        text: "Your trips are not affected. We need a little time to make room.",
      },
      expired_link: {
        title: "This link no longer works",
        text: "It was valid for a short time only. Ask the person who sent it for a new one.",
      },
      not_ready: {
        title: "The service is not ready",
        text: "It may be restarting. Your trips are not affected.",
      },
    },
    /** Any other problem. */
    other: {
      title: "Something went wrong",
      text: "The problem is on our side. Your trips are not affected.",
    },
    /** A change of a plan by another person. */
    notMaker: {
      title: "You can't change this plan",
      text: "Only the person who planned this trip can change it. You can plan your own version.",
    },
    /** A request that a page of this app does not send. */
    refused: {
      title: "We can't answer this request",
      text: "Go to the start page and try again from there.",
    },
    reloads: (pause: string) => `This page tries again by itself in ${pause}.`,
    goBack: (pause: string) => `Please go back, and try again in ${pause}.`,
    tryNow: "Try again now",
    toStart: "Go to the start page",
    toTrip: "Back to the trip",
  },

  /** The texts of files. */
  files: {
    free: "free",
    perPerson: (amount: string) => `about ${amount} per person`,
    check: "Please check:",
    costOfDay: (amounts: string) =>
      `Estimated cost of the day's activities: about ${amounts} per person`,
    costOfAll: (amounts: string) =>
      `**Estimated cost of all activities**: about ${amounts} per person`,
    interests: "Interests",
    music: "Music",
    timeframe: "When and where",
    undated: (count: number) => `Events left out because they have no exact date: ${count}`,
    floating: "Times are local times of the place. They have no time zone (floating), so some " +
      "calendars show them in your own time zone.",
    someFloating: "Times are local times of the places. Some have no time zone (floating), so " +
      "some calendars show these in your own time zone.",
  },

  /** Why a file cannot be made. */
  noFile: {
    calendar: "We can't make this calendar",
    map: "We can't make this map file",
    undated: "No event in this plan has an exact date. You can find the dates as written on the " +
      "trip's page.",
    unknownBundle: "This plan has no bundle with this number.",
    firstDay: "Choose the first day of your trip (2026-12-24, for example) on the trip's page.",
    timeZone: "We don't know this time zone. Its name looks like Europe/Berlin.",
    noPlaces: "No place in this plan has a position.",
    unreadable: "We couldn't read this trip",
    unreadableText:
      "It isn't a finished trip of this site. Go back, reload the page, and try again.",
  },

  /** The preview of a page, with its picture. */
  cards: {
    pictureOf: (title: string) => `The trip “${title}” with its places on a map`,
    homePicture: "Tripwright plans your trip",
    homeHeadline: "Your next trip, planned",
    homeLabel: "Days, places and costs",
    homePoints: [
      "A plan for every day",
      "Places on a map",
      "Weekends with real events",
    ],
  },
};
