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
    /** The title of a tab or a bookmark. */
    pageTitle: (title: string) => `${title} – Tripwright`,
    seconds: (count: number) => count === 1 ? "1 second" : `${count} seconds`,
    minutes: (count: number) => count === 1 ? "1 minute" : `${count} minutes`,
    hours: (count: number) => count === 1 ? "1 hour" : `${count} hours`,
    minutesAndSeconds: (minutes: number, seconds: number) =>
      seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`,
    lockedTitle: "Locked trip",
    missingTitle: "Trip not found",
  },

  /** The page in place of one that stopped working. */
  broken: {
    title: "This page stopped working",
    text: "Your trips are not affected. Reload the page to continue.",
    reload: "Reload the page",
  },

  /** The progress of a running trip, and the question before it is stopped. */
  waiting: {
    label: "Progress",
    partsOfPlan: "Parts of the plan",
    elapsed: "Time so far:",
    canClose: "You can close this page.",
    noUpdates: "No updates?",
    reload: "Reload the page",
    stages: {
      queued: "Waiting",
      thinking: "Thinking",
      researching: "Researching",
      writing: "Writing",
    },
    /** The parts of a plan, by the noun of its kind. */
    parts: { itinerary: "Day", generation: "Bundle", other: "Part" },
    queued: "Your trip is waiting. We start soon.",
    next: "Your trip is next.",
    ahead: (count: number) =>
      count === 1 ? "One trip is ahead of yours." : `${count} trips are ahead of yours.`,
    aboutAhead: (count: string) => `About ${count} trips are ahead of yours.`,
    /** `{time}` is the time of day. */
    expectedStart: "We expect to start at about {time}.",
    paused: "We're taking a short break. Your trip is saved, and we start when we're back.",
    retrying: "Something went wrong. We're trying again.",
    away: "The AI that writes plans is not available right now. We go on as soon as it is back.",
    starting: "Getting ready",
    thinking: "Thinking about your trip",
    lookingUp: (things: string) => `Looking up ${things}`,
    researching: "Looking things up",
    /** What the tools look up, by their names in the API. */
    tools: { get_weather: "the weather", search_events: "events" },
    writing: (part: string, number: number, of: number | null) =>
      `Writing ${part.toLowerCase()} ${number}${of === null ? "" : ` of ${of}`}`,
    finishing: "Finishing the plan",
    offline: "You are offline. This page goes on when you are connected again.",
    unreachable: "We can't reach the service. Your trip is saved, and this page keeps trying.",
    stop: "Stop planning",
    stopTitle: "Stop planning this trip?",
    stopNothing: "Nothing is written yet.",
    stopKeeps: "What is written so far stays on this page.",
    stopYes: "Yes, stop",
    stopNo: "Keep planning",
    stopping: "Stopping…",
    reasoning: "What the AI thinks:",
    noReasoning: "nothing yet",
    allReasoning: "All thoughts so far",
    /** What a screen reader says. */
    partReady: (part: string, number: number) => `${part} ${number} is ready.`,
    ready: "Your plan is ready.",
    failed: "We couldn't write your plan.",
    stopped: "Planning was stopped.",
  },

  /** Why a trip has no plan, and what to do next. */
  outcome: {
    stopped: "Planning was stopped before the plan was finished.",
    kept: "What was finished is below.",
    errorCode: (code: string) => `Error code: ${code}`,
    again: "Plan this trip again",
    retry: "Try again",
    retryAnyway: "Try again anyway",
    edit: "Edit your request",
    sending: "Sending…",
    leavesOut: (verb: string) =>
      `"${verb}" keeps all details of your request. The form to edit it has no fields for some of ` +
      "them, and leaves these out.",
    /** What happened, and what helps, by the code of the failure. */
    failures: {
      refused: {
        sentence: "The AI declined to write this plan.",
        advice: "Edit your request and try again.",
      },
      content_filtered: {
        sentence: "A content filter stopped this plan.",
        advice: "Edit your request and try again.",
      },
      request_too_large: {
        sentence: "Your request is too long for the AI.",
        advice: "Edit your request: choose fewer days, or write less.",
      },
      result_too_large: {
        sentence: "The plan got too long, so we couldn't save it.",
        advice: "Edit your request: choose fewer days or fewer interests.",
      },
      truncated: {
        sentence: "The plan got too long, so we couldn't finish it.",
        advice: "Try again, or edit your request: choose fewer days or fewer interests.",
      },
      iteration_limit: {
        sentence: "The research for this plan took too long.",
        advice: "Try again, or make your request more specific.",
      },
      invalid_output: {
        sentence: "Something went wrong while writing this plan.",
        advice: "Try again.",
      },
    },
    /** Any other failure that may pass by itself. */
    temporary: {
      sentence: "We couldn't finish your plan this time.",
      advice: "Try again in a few minutes.",
    },
    /** Any failure that only the people who run the service can end. */
    lasting: {
      sentence: "We can't write plans right now.",
      advice: "The problem is on our side, and trying again now won't help. Come back later.",
    },
  },

  /** Why a request was refused. */
  refusals: {
    /** By the code of the problem. A trip has no form with entries on its page. */
    reasons: {
      rate_limited: "That was too many tries in a short time.",
      daily_budget_spent: "You have reached your limit of plans for today.",
      queue_full: "Many travelers are waiting right now, so we can't start another plan.",
      storage_full: "We can't store another plan right now.",
      daily_limit_reached: "So many trips were planned today that we can't start another one.",
      intake_paused: "We're taking a short break, so we can't start a new plan right now.",
      stopping: "The service is restarting.",
      body_timeout: "Your request took too long to reach us.",
      network: "We can't reach the service. Check your internet connection.",
      internal: "Something went wrong on our side.",
      accept_failed: "Something went wrong on our side.",
      unauthorized: "Planning a trip requires a valid API key.",
      insufficient_scope: "This API key can't plan trips. Please enter another one.",
      foreign_site:
        "This site can't accept plans at this address. Please tell the people who run it.",
      invalid_request: "Please check your entries, correct them and send the form again.",
      body_too_large: "Your entries are too long. Please shorten them.",
    },
    onTrip: {
      unauthorized:
        'Planning a trip requires a valid API key. Choose "Edit your request" to enter one.',
      insufficient_scope:
        'This API key can\'t plan trips. Choose "Edit your request" to enter another one.',
      invalid_request: 'Your request is no longer valid. Choose "Edit your request" to correct it.',
      body_too_large: 'Your request is too long. Choose "Edit your request" to shorten it.',
    },
    unknown: "We couldn't start this plan. Reload the page and try again.",
    entriesKept: "Nothing is lost: your entries are still here.",
    requestKept: "Nothing is lost: your request is still here.",
    anyTime: "You can try again at any time.",
    waitFor: (pause: string) => `Please try again in ${pause}.`,
    /** `{time}` is a time of day. */
    waitUntil: "Please try again after {time}.",
    notYours: "Only the person who planned this trip can stop planning it.",
    notStopped: "We couldn't stop planning. Try again in a moment.",
    notStoppedOffline: "We couldn't stop planning. Check your connection and try again.",
  },

  /** Trips and forms that need an API key. */
  locked: {
    title: "This trip needs an API key",
    text: "Enter the key to see the trip.",
    missing:
      "We can't find this trip. It may have expired, or it was planned with a different API " +
      "key. Check the key and try again.",
    lost: "We can't reach the service right now. Try again in a moment.",
    hint: "The key that this trip was planned with",
    open: "Open the trip",
    noKey: "No key? Ask the person who sent you the link for a copy of the plan.",
    key: "API key",
    keyMissing: "Please fill this in.",
    keyMalformed: "This doesn't look like a key. Copy it again, without spaces or line breaks.",
    keyRefused: "This key was not accepted. Check it and try again.",
    noScript: "Turn on JavaScript in your browser to enter an API key.",
  },

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
};
