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

  /** Copies of trips in the browser: the list of trips, the pages without a connection, the files. */
  kept: {
    yourTrips: "Your trips",
    noTrips: "Trips that you plan in this browser appear here.",
    noStorage:
      "Your browser blocks storage, so trips can't be listed or kept here. Save the links of your trips.",
    statuses: {
      processing: "In progress",
      completed: "Ready",
      failed: "Failed",
      canceled: "Canceled",
      gone: "Expired",
    },
    otherKey: "or planned with another key",
    copyMark: "Saved copy",
    fileMark: "From a file",
    forget: "Forget",
    forgetNamed: (title: string) => `Forget ${title}`,
    forgotten: (title: string) => `This browser has forgotten "${title}".`,
    undo: "Undo",
    forgetAll: "Forget all trips",
    forgetAllQuestion: (count: number) =>
      count === 1
        ? "Forget this trip? Its copy in this browser is deleted."
        : `Forget all ${count} trips? Their copies in this browser are deleted.`,
    forgetAllYes: "Yes, forget all",
    forgetAllNo: "Keep them",
    keepTrips: "Keep trips in this browser",
    keepTripsHint:
      "Finished trips stay readable offline, and after this site deletes them. Turn this off on a " +
      "shared computer: it deletes all copies.",
    siteKeepsNone: "This site keeps no copies in browsers. Save a plan as a file to keep it.",

    /** On the page of a trip. */
    notice: "This browser's copy",
    willSave: "When the plan is ready, this browser saves a copy of it.",
    saved: [
      "Saved in this browser. You can read it offline and after ",
      ", when this site deletes it.",
    ],
    full: "Not saved: this browser's storage is full. Forget other trips, or save a file.",
    blocked: "Not saved: your browser blocks storage. Save a file to keep the plan.",
    off: "Not saved: you turned off keeping trips in this browser.",
    closed: "Not saved: this trip belongs to an API key. It stays in this tab only.",
    forgottenHere: "This browser keeps no copy of this trip.",
    keep: "Keep a copy",
    saveFile: "Save as a file for this site",
    forgetTrip: "Forget this trip",
    fileHint: 'Open the file on another device, with "Open a trip file" on the first page.',
    offlineCopy: ["No connection. This is the copy in this browser from ", "."],
    backOnline: ["You're online again. This is the copy in this browser from ", "."],
    goneCopy: ["This is the copy in this browser from ", "; the site no longer has this trip."],
    fileCopy: ["You opened this trip from a file on ", ". Only this browser has it."],
    reload: "Reload the page",
    copyMarkLong: "copy in this browser",

    /** Pages without a connection. */
    opening: "Opening the copy in this browser…",
    offlineTitle: "No connection",
    offlineHome: "We can't reach this site right now. Planning a trip needs a connection.",
    offlineNoList: "This browser has kept no trips that you could read now.",
    offlineTrip: "We can't reach this site right now, and this browser has no copy of this trip.",
    withoutScript: "Turn on JavaScript in your browser to read the trips that it has kept.",
    noCopyTitle: "There is no copy here",
    noCopy:
      "This browser has no copy of this trip any more. If you saved it as a file, open the file.",
    unreadableTitle: "We can't show this copy",
    unreadable: "This version of the site can't read it. You can save it as a file, or forget it.",
    tryAgain: "Try again",
    toTrips: "Go to your trips",

    /** A trip that the site no longer has. */
    expiredTitle: "This trip has expired",
    expiredTab: "Expired",
    expired: "This site keeps plans for a limited time, and has deleted this one.",
    unknownTitle: "We can't find this trip",
    unknown:
      "The link may be incomplete, or the trip may have expired. This site keeps plans for a " +
      "limited time. If another traveler sent you the link, ask for a file of the plan.",
    youAskedFor: ["You asked for ", "."],
    planAgain: "Plan this trip again",
    planNew: "Plan a new trip",
    noUpdates: "This page can't show updates.",
    noUpdatesWithoutKey: "This page can't show updates without an API key.",

    /** Files that this site has saved. */
    openFile: "Open a trip file",
    dropHint: "Or drop it here. Its name ends with .trip.json.",
    faults: {
      tooLarge: "This file is too large to be a trip file.",
      notTrip: "This is not a trip file of this site, or it is damaged.",
      newer: "A newer version of this site saved this file. Reload the page, then open it again.",
      off: 'To open a file, turn on "Keep trips in this browser".',
      full: "We can't open the file: this browser's storage is full. Forget other trips first.",
      blocked: "We can't open the file: your browser blocks storage.",
      offline: "We can't check the file without a connection. Try again later.",
    },
    appDescription: "Plans trips, day by day",
  },
};
