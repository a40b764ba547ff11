/**
 * The English words of the web app.
 * @module
 */
import type { Language } from "./language.ts";

export const en = {
  language: "en" as Language,
  /** The name of the language in the language itself. */
  languageName: "English",

  /** The frame of all pages. */
  site: {
    skip: "Skip to the content",
    navigation: "Site",
    yourTrips: "Your trips",
    caution: "AI writes these plans. Check times and prices before you go.",
    forDevelopers: "For developers:",
    api: "API",
    errorCodes: "Error codes",
    language: "Language",
  },

  /** The page in place of one that stopped working. */
  broken: {
    title: "This page stopped working",
    text: "Your trips are not affected. Reload the page to continue.",
    reload: "Reload the page",
  },

  /** What one can do with a trip, and what others see of it. */
  share: {
    actions: "What you can do with this trip",
    share: "Share",
    copyLink: "Copy link",
    linkCopied: "Link copied",
    /** Asks the browser to show the link, if it does not let the page copy it. */
    copyPrompt: "Copy the link to this trip:",
    link: "Link to this trip",
    shareWith: "Share with an app",
    linkNote: "Anyone with this link can read the trip, but not change it.",
    editedNote: "Your own changes are only in this browser. The link shows the plan without them.",
    scan: "Scan the code to open the trip on a phone.",
    qrCode: "QR code of the link to this trip",
    calendar: "Add to calendar",
    chooseBundle: "Choose the plan you're going for:",
    allBundles: "All plans in one calendar",
    noDates: "No event in this plan has an exact date, so there is nothing to add.",
    firstDay: "First day",
    timeZone: "Time zone there (optional)",
    download: "Download",
    timesIn: (timeZone: string) => `Times are local times there (${timeZone}).`,
    timesThere: "Times are local times there. Some calendars show them in your own time zone.",
    save: "Save",
    saveText: "Text",
    saveTextNote: "Markdown, for notes and messages",
    saveMap: "Map file",
    saveMapNote: "GPX, for map apps",
    saveData: "Data",
    saveDataNote: "JSON, for programs",
    print: "Print",
    /** Names a trip whose title cannot be shown. */
    aTrip: "A trip",
    days: (count: number) => count === 1 ? "1 day" : `${count} days`,
    daysIn: (count: number, place: string) =>
      `${count === 1 ? "1 day" : `${count} days`} in ${place}`,
    ideas: (count: number) => count === 1 ? "1 weekend plan" : `${count} weekend plans`,
    ideasIn: (count: number, place: string) =>
      `${count === 1 ? "1 weekend plan" : `${count} weekend plans`} in ${place}`,
    ideasWanted: "Plans for a weekend",
    ideasWantedIn: (place: string) => `Plans for a weekend in ${place}`,
    day: (number: number) => `Day ${number}`,
    idea: (number: number) => `Plan ${number}`,
    moreDays: (count: number) => count === 1 ? "and 1 more day" : `and ${count} more days`,
    moreIdeas: (count: number) => count === 1 ? "and 1 more plan" : `and ${count} more plans`,
    pictureOf: (title: string) => `The trip “${title}” with its places on a map`,
    photoOf: (title: string) => `Photo of ${title}`,
    photoBy: (author: string) => `Photo: ${author}`,
    /** The picture and the description of the home page. */
    homeTitle: "Plan a trip",
    homeDescription:
      "Say where you want to go, and get a plan for every day: places, times, costs and a map.",
    homePicture: "Tripwright plans your trip",
    homeHeadline: "Your next trip, planned",
    homeLabel: "Days, places and costs",
    homePoints: [
      "A plan for every day",
      "Places on a map",
      "Weekends with real events",
    ],
    /** The texts of files. */
    files: {
      free: "free",
      perPerson: (amount: string) => `about ${amount} per person`,
      check: "Please check:",
      costOfDay: (amounts: string) =>
        `Estimated cost of the day's activities: about ${amounts} per person`,
      costOfAll: (amounts: string) =>
        `**Estimated cost of all activities**: about ${amounts} per person`,
      weekend: "Weekend bundles",
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
      undated:
        "No event in this plan has an exact date. You can find the dates as written on the " +
        "trip's page.",
      unknownBundle: "This plan has no part with this number.",
      firstDay: "Choose the first day of your trip (2026-12-24, for example) on the trip's page.",
      timeZone: "We don't know this time zone. Its name looks like Europe/Berlin.",
      noPlaces: "No place in this plan has a position.",
      unreadable: "We couldn't read this trip",
      unreadableText:
        "It isn't a finished trip of this site. Go back, reload the page, and try again.",
    },
  },
};
