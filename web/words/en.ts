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

  /** The page of a trip: its head, its index, and what belongs to the whole plan. */
  trip: {
    /** The title of the tab. */
    tab: {
      processing: (title: string) => `…${title}`,
      completed: (title: string) => `✓ ${title}`,
      failed: (title: string) => `✗ ${title} (no plan)`,
      canceled: (title: string) => `${title} (canceled)`,
    },
    /** Before the time until which the service keeps the trip. */
    keptUntil: "We keep this trip until",
    planning: "in progress",
    readyAfter: (duration: string) => `ready after ${duration}`,
    failed: "failed",
    canceled: "canceled",
    totals: "Totals",
    unknown: "not known",
    map: "Map",
    mapAwaits: "The map appears with the first places.",
    mapIsEmpty: "We don't know where these places are.",
    days: "Days",
    bundles: "Bundles",
    collapseAll: "Collapse all",
    expandAll: "Expand all",
    pleaseCheck: "Please check this plan",
    sample: {
      mark: "Sample",
      text: "Sample plan: in some cities the places are real, everywhere else they are made up. " +
        "Times and prices are guesses, so check everything before you go. This site only writes " +
        "sample plans.",
    },
    placeholder: {
      mark: "Made up",
      text: "We couldn't write a real plan, so this one is made up. Don't travel with it. Plan " +
        "this trip again later.",
    },
    online: "This plan online:",
  },

  /** The days and bundles of a plan. */
  plan: {
    dayCount: (count: number) => count === 1 ? "1 day" : `${count} days`,
    day: (number: number) => `Day ${number}`,
    bundle: (number: number) => `Bundle ${number}`,
    eventCount: (count: number) => count === 1 ? "1 event" : `${count} events`,
    range: (first: string, last: string) => `${first} – ${last}`,
    from: (day: string) => `from ${day}`,
    free: "free",
    about: (amount: string) => `about ${amount}`,
    perPerson: "per person",
    /** The names of totals. */
    cost: "Estimated cost",
    budget: "Budget",
    walking: "Walking",
    time: "Planned time",
    choices: "To choose from",
    price: "Price of a bundle",
    /** Before for whom the budget is. */
    of: (budget: string) => `of ${budget}`,
    over: "over",
    inAll: "in all",
    onFoot: (distance: string) => `${distance} on foot`,
    busy: (hours: string) => `${hours} planned`,
    duration: (hours: number, minutes: number) =>
      hours === 0 ? `${minutes} min` : minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`,
    bookAhead: "Book ahead",
    open: (hours: string) => `Open ${hours}`,
    alwaysOpen: "Always open",
    daily: (hours: string) => `daily ${hours}`,
    closedThatDay: "Usually closed that day",
    walk: (duration: string, distance: string) => `${duration} on foot (${distance})`,
    ride: (distance: string) => `${distance} to the next place`,
    seasons: { spring: "spring", summer: "summer", autumn: "autumn", winter: "winter" },
    /** The skies of forecasts. */
    skies: {
      "thunderstorm": "thunderstorm",
      "snow showers": "snow showers",
      "rain showers": "rain showers",
      "snow": "snow",
      "rain": "rain",
      "drizzle": "drizzle",
      "fog": "fog",
      "overcast": "overcast",
      "partly cloudy": "partly cloudy",
      "clear": "clear",
    } as Readonly<Record<string, string>>,
    /** Two negative numbers with a dash between them are hard to read. */
    degrees: (min: number, max: number) => min === max ? `${min} °C` : `${min} to ${max} °C`,
    rain: (percent: number) => `rain ${percent}%`,
    openIn: (map: string) => `Open in ${map}`,
    viewPicture: "View picture",
    placesBy: "Places and opening hours: © OpenStreetMap contributors",
    weatherBy: "Weather: Open-Meteo.com (CC BY 4.0)",
    categories: {
      sight: "Sight",
      museum: "Museum",
      food: "Food and drink",
      nature: "Nature",
      shopping: "Shopping",
      nightlife: "Nightlife",
      entertainment: "Entertainment",
      sport: "Sport",
      relaxation: "Relaxation",
      transport: "Transport",
      lodging: "Lodging",
      other: "Activity",
    } as Readonly<Record<string, string>>,
  },

  /** The map of a trip. */
  map: {
    summary: (places: number, parts: readonly string[]) =>
      `Map with ${places === 1 ? "1 place" : `${places} places`}${
        parts.length > 1 ? `, from “${parts[0]}” to “${parts.at(-1)}”` : ""
      }`,
    keys: "Map: the arrow keys move it, plus and minus zoom, 0 shows all",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    reset: "Show the whole trip",
    place: (
      part: string,
      { number, title, isLookedUp }: { number: number; title: string; isLookedUp: boolean },
    ) => `${part}, ${number}: ${title}${isLookedUp ? "" : " (position not confirmed)"}`,
    crowd: (count: number) => `${count} places close together`,
    legend: "On the map",
    showAll: "Show all",
    hideAll: "Hide all",
    about: "Hollow markers: position not confirmed.",
    credit: "Simplified outlines: Natural Earth.",
    detailed: "Detailed map",
    simple: "Simple map",
    detailedFailed: "We can't show the detailed map here. This is the simple one.",
    wheelHint: (key: string) => `Hold ${key} and scroll to zoom`,
    fingerHint: "Use two fingers to move the map",
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
    forgotten: (title: string) => `This browser has forgotten “${title}”.`,
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
      "Finished trips stay readable here, also after this site deletes them. Turn this off on a " +
      "shared computer: it deletes all copies.",
    siteKeepsNone: "This site keeps no copies in browsers. Save a plan as a file to keep it.",

    /** On the page of a trip. */
    notice: "This browser's copy",
    willSave: "When the plan is ready, this browser saves a copy of it.",
    saved: "Saved in this browser. You can read it offline, and after this site deletes it.",
    /** Where the browser has no service worker. */
    savedOnlineOnly: "Saved in this browser. You can read it here after this site deletes it.",
    full: "Not saved: this browser's storage is full. Forget other trips, or save a file.",
    blocked: "Not saved: your browser blocks storage. Save a file to keep the plan.",
    off: "Not saved: you turned off keeping trips in this browser.",
    closed: "Not saved: this trip belongs to an API key. It stays in this tab only.",
    forgottenHere: "This browser keeps no copy of this trip.",
    keep: "Keep a copy",
    saveFile: "Save as a file",
    tripFile: "Trip file",
    forgetTrip: "Forget this trip",
    fileHint: "To open on another device, with “Open a trip file”",
    offlineCopy: ["No connection. This is the copy in this browser from ", "."],
    backOnline: ["You're online again. This is the copy in this browser from ", "."],
    goneCopy: ["This site no longer has the trip. This is the copy in this browser from ", "."],
    fileCopy: ["You opened this trip from a file on ", ". Only this browser has it."],
    reload: "Reload the page",

    /** Pages without a connection. */
    opening: "Opening the copy in this browser…",
    offlineTitle: "No connection",
    offlineHome: "We can't reach this site right now. Planning a trip needs a connection.",
    offlineNoList: "No trips are saved in this browser.",
    offlineTrip: "We can't reach this site right now, and this browser has no copy of this trip.",
    withoutScript: "Turn on JavaScript in your browser to read your saved trips.",
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
      "limited time. If another traveler sent you the link, ask them for a file of the plan.",
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
      off: "To open a file, turn on “Keep trips in this browser”.",
      full: "We can't open the file: this browser's storage is full. Forget other trips first.",
      blocked: "We can't open the file: your browser blocks storage.",
      offline: "We can't check the file without a connection. Try again later.",
    },
    appDescription: "Plans trips, day by day",
  },

  /** The facts of a trip, in titles and lists. */
  facts: {
    bundles: "Weekend bundles",
    bundlesIn: (city: string) => `Weekend in ${city}`,
    from: (day: string) => `from ${day}`,
    to: (day: string) => `to ${day}`,
    adults: (count: number) => count === 1 ? "1 adult" : `${count} adults`,
    children: (count: number) => count === 1 ? "1 child" : `${count} children`,
    budget: (amount: string) => `budget: ${amount}`,
    perPerson: (amount: string) => `${amount} per person`,
    pace: { relaxed: "relaxed pace", balanced: "balanced pace", packed: "packed days" },
    start: (place: string) => `start: ${place}`,
    language: (name: string) => `language: ${name}`,
    /** What the chips of the form stand for. Requests have the names. */
    named: {
      food: "food",
      art: "art",
      history: "history",
      architecture: "architecture",
      nature: "nature",
      beaches: "beaches",
      nightlife: "nightlife",
      music: "music",
      markets: "markets",
      sports: "sports",
      "for children": "for children",
      "hidden gems": "hidden gems",
      theater: "theater",
      "street food": "street food",
      vegetarian: "vegetarian",
      vegan: "vegan",
      halal: "halal",
      kosher: "kosher",
      "gluten-free": "gluten-free",
      "lactose-free": "lactose-free",
      wheelchair: "wheelchair",
      "step-free": "step-free",
      "short walks": "short walks",
      stroller: "stroller",
    } as Record<string, string>,
  },

  /** Versions of a trip, and changes of its plan. */
  shaping: {
    /** The words for the parts of an itinerary. */
    day: {
      options: (title: string) => `Options for the day “${title}”`,
      itemOptions: (title: string) => `Options for “${title}”`,
      anew: "Plan this day anew",
      another: "Another idea for this",
      describe: "Say what should be different",
      askedAnew: (number: number) => `Day ${number} planned anew`,
      askedAnother: (number: number) => `Another idea on day ${number}`,
      changed: (count: number) => `${count} days changed`,
    },
    /** The words for the parts of a weekend. */
    bundle: {
      options: (title: string) => `Options for the bundle “${title}”`,
      itemOptions: (title: string) => `Options for “${title}”`,
      anew: "Another bundle",
      another: "Another idea for this",
      describe: "Say what should be different",
      askedAnew: (number: number) => `Another bundle ${number}`,
      askedAnother: (number: number) => `Another idea in bundle ${number}`,
      changed: (count: number) => `${count} bundles changed`,
    },
    menu: "Options",
    moveUp: "Move up",
    moveDown: "Move down",
    remove: "Remove",
    drag: "Drag to move",
    sending: "Sending…",
    moved: (title: string, { position, count }: { position: number; count: number }) =>
      `${title}: moved to place ${position} of ${count}.`,
    removed: (title: string) => `${title} removed.`,
    undo: "Undo",
    undone: "Undone.",
    restored: "This is the original plan again.",
    close: "Close",
    marks: { new: "New", changed: "Changed", writing: "Being written" },
    title: "Change this plan",
    textLabel: "What should be different?",
    textExample: "e.g. more food, less walking",
    partLabel: "Where",
    wholePlan: "In the whole plan",
    send: "Change the plan",
    hint: "You get a new version. This one stays as it is.",
    editedHint:
      "Your changes by hand stay in this browser. A new version keeps them in the parts of the " +
      "plan that stay the same.",
    edited: "You changed this plan by hand.",
    reset: "Back to the original",
    again: "Edit your request and plan again",
    own: "Plan your own version",
    ownHint: "Only the person who planned this trip can change it here.",
    version: (number: number, count: number) => `Version ${number} of ${count}`,
    versions: "All versions",
    versionName: (number: number) => `Version ${number}`,
    first: "First plan",
    otherFacts: "Another request",
    ownWords: "changed on request",
    quoted: (text: string) => `“${text}”`,
    states: { processing: "being written", failed: "failed", canceled: "canceled" },
    changing: "We are changing your plan. The rest stays as it is.",
    since: (number: number) => `Compared with version ${number}:`,
    counts: { new: "new", changed: "changed", removed: "removed" },
    removedParts: (titles: string) => `Removed: ${titles}`,
    nothing: "nothing changed.",
    compare: (number: number) => `Compare with version ${number}`,
    compareTitle: (one: number, other: number) => `Version ${one} and version ${other}`,
    closeCompare: "Close the comparison",
    missing: "Not in this version",
    refusals: {
      invalid_request: "Say in a few words what should be different.",
      no_plan_to_refine: "This plan can't be changed. Plan the trip again instead.",
      job_not_found: "This trip has expired, so its plan can't be changed. Plan it again instead.",
      not_owner: "Only the person who planned this trip can change it. Plan your own version.",
    } as Partial<Record<string, string>>,
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
    paused: "We're taking a short break. Your trip is saved. We start when we're back.",
    retrying: "Something went wrong. We're trying again.",
    away: "The AI that writes plans isn't available right now. We continue as soon as it's back.",
    starting: "Getting ready",
    thinking: "Thinking about your trip",
    lookingUp: (things: string) => `Looking up ${things}`,
    researching: "Looking things up",
    /** What the tools look up, by their names in the API. */
    tools: { get_weather: "the weather", search_events: "events" },
    writing: (part: string, number: number, of: number | null) =>
      `Writing ${part.toLowerCase()} ${number}${of === null ? "" : ` of ${of}`}`,
    changing: "Changing the plan",
    changingPart: (part: string, number: number) => `Changing ${part.toLowerCase()} ${number}`,
    finishing: "Finishing the plan",
    offline: "You're offline. This page continues when you're connected again.",
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
      `“${verb}” keeps all details of your request. The form to edit it has no fields for some of ` +
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
        "Planning a trip requires a valid API key. Choose “Edit your request” to enter one.",
      insufficient_scope:
        "This API key can't plan trips. Choose “Edit your request” to enter another one.",
      invalid_request: "Your request is no longer valid. Choose “Edit your request” to correct it.",
      body_too_large: "Your request is too long. Choose “Edit your request” to shorten it.",
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
    chooseBundle: "Choose your bundle:",
    allBundles: "All bundles in one calendar",
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
    filesNeedSite: "We can't reach this site, which writes this file. Try again later.",
    print: "Print",
    /** Names a trip whose title cannot be shown. */
    aTrip: "A trip",
    daysIn: (count: number, place: string) =>
      `${count === 1 ? "1 day" : `${count} days`} in ${place}`,
    ideas: (count: number) => count === 1 ? "1 weekend bundle" : `${count} weekend bundles`,
    ideasIn: (count: number, place: string) =>
      `${count === 1 ? "1 weekend bundle" : `${count} weekend bundles`} in ${place}`,
    ideasWanted: "Weekend bundles",
    ideasWantedIn: (place: string) => `Weekend bundles in ${place}`,
    moreDays: (count: number) => count === 1 ? "and 1 more day" : `and ${count} more days`,
    moreIdeas: (count: number) => count === 1 ? "and 1 more bundle" : `and ${count} more bundles`,
    photoOf: (title: string) => `Photo of ${title}`,
    photoBy: (author: string) => `Photo: ${author}`,
  },
};
