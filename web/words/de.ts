/**
 * The German words of the web app.
 * @module
 */
import type { Words } from "./words.ts";

export const de: Words = {
  language: "de",

  languageName: "Deutsch",

  site: {
    skip: "Zum Inhalt springen",
    navigation: "Seiten",
    yourTrips: "Deine Reisen",
    caution: "Diese Pläne schreibt eine KI. Prüfe Zeiten und Preise, bevor du losfährst.",
    forDevelopers: "Für Entwickler:",
    api: "API",
    errorCodes: "Fehlercodes",
    language: "Sprache",
    pageTitle: (title) => `${title} – Tripwright`,
    seconds: (count) => count === 1 ? "1 Sekunde" : `${count} Sekunden`,
    minutes: (count) => count === 1 ? "1 Minute" : `${count} Minuten`,
    hours: (count) => count === 1 ? "1 Stunde" : `${count} Stunden`,
    minutesAndSeconds: (minutes, seconds) =>
      seconds === 0 ? `${minutes} Min.` : `${minutes} Min. ${seconds} s`,
    lockedTitle: "Geschützte Reise",
    missingTitle: "Reise nicht gefunden",
  },

  broken: {
    title: "Diese Seite funktioniert nicht mehr",
    text: "Deinen Reisen ist nichts passiert. Lade die Seite neu, um weiterzumachen.",
    reload: "Seite neu laden",
  },

  trip: {
    tab: {
      processing: (title) => `…${title}`,
      completed: (title) => `✓ ${title}`,
      failed: (title) => `✗ ${title} (kein Plan)`,
      canceled: (title) => `${title} (abgebrochen)`,
    },
    keptUntil: "Wir speichern diese Reise bis",
    planning: "in Arbeit",
    readyAfter: (duration) => `fertig nach ${duration}`,
    failed: "fehlgeschlagen",
    canceled: "abgebrochen",
    totals: "Auf einen Blick",
    unknown: "nicht bekannt",
    map: "Karte",
    mapAwaits: "Die Karte erscheint mit den ersten Orten.",
    mapIsEmpty: "Wir wissen nicht, wo diese Orte liegen.",
    days: "Tage",
    bundles: "Programme",
    collapseAll: "Alle zuklappen",
    expandAll: "Alle aufklappen",
    pleaseCheck: "Bitte prüfe diesen Plan",
    sample: {
      mark: "Beispiel",
      text: "Beispielplan: In manchen Städten sind die Orte echt, überall sonst erfunden. Zeiten " +
        "und Preise sind geschätzt. Prüfe also alles, bevor du losfährst. Diese Website schreibt " +
        "nur Beispielpläne.",
    },
    placeholder: {
      mark: "Erfunden",
      text: "Wir konnten keinen echten Plan schreiben, deshalb ist dieser erfunden. Richte dich " +
        "nicht danach, sondern plane diese Reise später noch einmal.",
    },
    online: "Dieser Plan im Netz:",
  },

  plan: {
    dayCount: (count) => count === 1 ? "1 Tag" : `${count} Tage`,
    day: (number) => `Tag ${number}`,
    bundle: (number) => `Programm ${number}`,
    eventCount: (count) => count === 1 ? "1 Veranstaltung" : `${count} Veranstaltungen`,
    range: (first, last) => `${first} – ${last}`,
    from: (day) => `ab ${day}`,
    free: "kostenlos",
    about: (amount) => `etwa ${amount}`,
    perPerson: "pro Person",
    cost: "Geschätzte Kosten",
    budget: "Budget",
    walking: "Zu Fuß",
    time: "Geplante Zeit",
    choices: "Zur Auswahl",
    price: "Preis je Programm",
    of: (budget) => `von ${budget}`,
    over: "zu viel",
    inAll: "insgesamt",
    onFoot: (distance) => `${distance} zu Fuß`,
    busy: (hours) => `${hours} geplant`,
    duration: (hours, minutes) =>
      hours === 0
        ? `${minutes} Min.`
        : minutes === 0
        ? `${hours} Std.`
        : `${hours} Std. ${minutes} Min.`,
    bookAhead: "Vorher buchen",
    open: (hours) => `Geöffnet ${hours}`,
    alwaysOpen: "Immer geöffnet",
    daily: (hours) => `täglich ${hours}`,
    closedThatDay: "An diesem Tag meist geschlossen",
    walk: (duration, distance) => `${duration} zu Fuß (${distance})`,
    ride: (distance) => `${distance} bis zum nächsten Ort`,
    seasons: { spring: "Frühling", summer: "Sommer", autumn: "Herbst", winter: "Winter" },
    skies: {
      "thunderstorm": "Gewitter",
      "snow showers": "Schneeschauer",
      "rain showers": "Regenschauer",
      "snow": "Schnee",
      "rain": "Regen",
      "drizzle": "Nieselregen",
      "fog": "Nebel",
      "overcast": "bedeckt",
      "partly cloudy": "teils bewölkt",
      "clear": "klar",
    },
    degrees: (min, max) => min === max ? `${min} °C` : `${min} bis ${max} °C`,
    rain: (percent) => `Regen ${percent} %`,
    openIn: (map) => `In ${map} öffnen`,
    viewPicture: "Bild ansehen",
    placesBy: "Orte und Öffnungszeiten: © OpenStreetMap-Mitwirkende",
    weatherBy: "Wetter: Open-Meteo.com (CC BY 4.0)",
    categories: {
      sight: "Sehenswürdigkeit",
      museum: "Museum",
      food: "Essen und Trinken",
      nature: "Natur",
      shopping: "Einkaufen",
      nightlife: "Nachtleben",
      entertainment: "Unterhaltung",
      sport: "Sport",
      relaxation: "Erholung",
      transport: "Unterwegs",
      lodging: "Unterkunft",
      other: "Unternehmung",
    },
  },

  map: {
    summary: (places, parts) =>
      `Karte mit ${places === 1 ? "1 Ort" : `${places} Orten`}${
        parts.length > 1 ? `, von „${parts[0]}“ bis „${parts.at(-1)}“` : ""
      }`,
    keys: "Karte: Pfeiltasten verschieben sie, Plus und Minus zoomen, 0 zeigt alles",
    zoomIn: "Vergrößern",
    zoomOut: "Verkleinern",
    reset: "Die ganze Reise zeigen",
    place: (part, { number, title, isLookedUp }) =>
      `${part}, ${number}: ${title}${isLookedUp ? "" : " (Position nicht bestätigt)"}`,
    crowd: (count) => `${count} Orte dicht beieinander`,
    legend: "Auf der Karte",
    showAll: "Alle zeigen",
    hideAll: "Alle ausblenden",
    about: "Hohle Marker: Position nicht bestätigt.",
    credit: "Vereinfachte Umrisse: Natural Earth.",
    detailed: "Genaue Karte",
    simple: "Einfache Karte",
    detailedFailed: "Die genaue Karte geht hier leider nicht. Das ist die einfache.",
    wheelHint: (key) => `Zum Zoomen ${key} halten und scrollen`,
    fingerHint: "Verschiebe die Karte mit zwei Fingern",
  },

  kept: {
    yourTrips: "Deine Reisen",
    noTrips: "Hier stehen die Reisen, die du in diesem Browser planst.",
    noStorage:
      "Dein Browser blockiert den Speicher. Deshalb können wir hier keine Reisen auflisten oder " +
      "speichern. Merk dir die Links deiner Reisen.",
    statuses: {
      processing: "In Arbeit",
      completed: "Fertig",
      failed: "Fehlgeschlagen",
      canceled: "Abgebrochen",
      gone: "Abgelaufen",
    },
    otherKey: "oder mit einem anderen Schlüssel geplant",
    copyMark: "Gespeicherte Kopie",
    fileMark: "Aus einer Datei",
    forget: "Entfernen",
    forgetNamed: (title) => `${title} entfernen`,
    forgotten: (title) => `„${title}“ ist aus diesem Browser entfernt.`,
    undo: "Rückgängig",
    forgetAll: "Alle Reisen entfernen",
    forgetAllQuestion: (count) =>
      count === 1
        ? "Diese Reise entfernen? Ihre Kopie in diesem Browser wird gelöscht."
        : `Alle ${count} Reisen entfernen? Ihre Kopien in diesem Browser werden gelöscht.`,
    forgetAllYes: "Ja, alle entfernen",
    forgetAllNo: "Behalten",
    keepTrips: "Reisen in diesem Browser speichern",
    keepTripsHint:
      "Fertige Reisen bleiben hier lesbar, auch wenn diese Website sie schon gelöscht hat. Schalte " +
      "das an einem gemeinsam genutzten Computer aus: Dann werden alle Kopien gelöscht.",
    siteKeepsNone:
      "Diese Website speichert keine Kopien in Browsern. Speichere einen Plan als Datei, um ihn zu " +
      "behalten.",

    notice: "Kopie in diesem Browser",
    willSave: "Wenn der Plan fertig ist, speichert dieser Browser eine Kopie.",
    saved:
      "In diesem Browser gespeichert. Du kannst den Plan offline lesen, auch wenn diese Website ihn löscht.",
    savedOnlineOnly:
      "In diesem Browser gespeichert. Du kannst den Plan hier lesen, auch wenn diese Website ihn löscht.",
    full: "Nicht gespeichert: Der Speicher dieses Browsers ist voll. Entferne andere Reisen oder " +
      "speichere eine Datei.",
    blocked:
      "Nicht gespeichert: Dein Browser blockiert den Speicher. Speichere eine Datei, um den Plan zu behalten.",
    off: "Nicht gespeichert: Du hast das Speichern von Reisen in diesem Browser ausgeschaltet.",
    closed:
      "Nicht gespeichert: Diese Reise gehört zu einem API-Schlüssel. Sie bleibt nur in diesem Tab.",
    forgottenHere: "In diesem Browser ist keine Kopie dieser Reise.",
    keep: "Kopie speichern",
    saveFile: "Als Datei speichern",
    tripFile: "Reisedatei",
    forgetTrip: "Aus diesem Browser entfernen",
    fileHint: "Für ein anderes Gerät, mit „Reisedatei öffnen“",
    offlineCopy: ["Keine Verbindung. Das ist die Kopie in diesem Browser von ", "."],
    backOnline: ["Du bist wieder online. Das ist die Kopie in diesem Browser von ", "."],
    goneCopy: [
      "Diese Website hat die Reise nicht mehr. Das ist die Kopie in diesem Browser von ",
      ".",
    ],
    fileCopy: ["Aus einer Datei geöffnet: ", ". Diese Reise ist nur in diesem Browser."],
    reload: "Seite neu laden",

    opening: "Die Kopie in diesem Browser wird geöffnet …",
    offlineTitle: "Keine Verbindung",
    offlineHome:
      "Wir erreichen die Website gerade nicht. Um eine Reise zu planen, brauchst du eine Verbindung.",
    offlineNoList: "In diesem Browser ist keine Reise gespeichert.",
    offlineTrip:
      "Wir erreichen die Website gerade nicht, und in diesem Browser ist keine Kopie dieser Reise.",
    withoutScript:
      "Schalte in deinem Browser JavaScript ein, um deine gespeicherten Reisen zu lesen.",
    noCopyTitle: "Hier ist keine Kopie",
    noCopy:
      "In diesem Browser ist keine Kopie dieser Reise mehr. Wenn du sie als Datei gespeichert hast, " +
      "öffne die Datei.",
    unreadableTitle: "Wir können diese Kopie nicht anzeigen",
    unreadable:
      "Diese Version der Website kann sie nicht lesen. Du kannst sie als Datei speichern oder " +
      "entfernen.",
    tryAgain: "Noch einmal versuchen",
    toTrips: "Zu deinen Reisen",

    expiredTitle: "Diese Reise ist abgelaufen",
    expiredTab: "Abgelaufen",
    expired: "Diese Website speichert Pläne nur für begrenzte Zeit und hat diesen gelöscht.",
    unknownTitle: "Wir finden diese Reise nicht",
    unknown:
      "Vielleicht ist der Link unvollständig, oder die Reise ist abgelaufen. Diese Website speichert " +
      "Pläne nur für begrenzte Zeit. Hat dir jemand den Link geschickt? Dann lass dir den Plan " +
      "als Datei schicken.",
    youAskedFor: ["Du wolltest: ", "."],
    planAgain: "Diese Reise noch einmal planen",
    planNew: "Neue Reise planen",
    noUpdates: "Diese Seite aktualisiert sich nicht mehr.",
    noUpdatesWithoutKey: "Ohne API-Schlüssel aktualisiert sich diese Seite nicht mehr.",

    openFile: "Reisedatei öffnen",
    dropHint: "Oder zieh sie hierher. Ihr Name endet auf .trip.json.",
    faults: {
      tooLarge: "Diese Datei ist zu groß für eine Reisedatei.",
      notTrip: "Das ist keine Reisedatei dieser Website, oder sie ist beschädigt.",
      newer:
        "Eine neuere Version dieser Website hat diese Datei gespeichert. Lade die Seite neu und öffne " +
        "die Datei noch einmal.",
      off: "Um eine Datei zu öffnen, schalte „Reisen in diesem Browser speichern“ ein.",
      full:
        "Wir können die Datei nicht öffnen: Der Speicher dieses Browsers ist voll. Entferne zuerst " +
        "andere Reisen.",
      blocked: "Wir können die Datei nicht öffnen: Dein Browser blockiert den Speicher.",
      offline: "Ohne Verbindung können wir die Datei nicht prüfen. Versuche es später noch einmal.",
    },
    appDescription: "Plant Reisen, Tag für Tag",
  },

  facts: {
    bundles: "Wochenendprogramme",
    bundlesIn: (city) => `Wochenende in ${city}`,
    from: (day) => `ab ${day}`,
    to: (day) => `bis ${day}`,
    adults: (count) => count === 1 ? "1 Erwachsener" : `${count} Erwachsene`,
    children: (count) => count === 1 ? "1 Kind" : `${count} Kinder`,
    budget: (amount) => `Budget: ${amount}`,
    perPerson: (amount) => `${amount} pro Person`,
    pace: { relaxed: "gemütlich", balanced: "ausgewogen", packed: "volle Tage" },
    start: (place) => `Start: ${place}`,
    language: (name) => `Sprache: ${name}`,
    named: {
      food: "Essen",
      art: "Kunst",
      history: "Geschichte",
      architecture: "Architektur",
      nature: "Natur",
      beaches: "Strände",
      nightlife: "Nachtleben",
      music: "Musik",
      markets: "Märkte",
      sports: "Sport",
      "for children": "für Kinder",
      "hidden gems": "Geheimtipps",
      theater: "Theater",
      "street food": "Streetfood",
      vegetarian: "vegetarisch",
      vegan: "vegan",
      halal: "halal",
      kosher: "koscher",
      "gluten-free": "glutenfrei",
      "lactose-free": "laktosefrei",
      wheelchair: "Rollstuhl",
      "step-free": "ohne Stufen",
      "short walks": "kurze Wege",
      stroller: "Kinderwagen",
    },
  },

  shaping: {
    day: {
      options: (title) => `Optionen für den Tag „${title}“`,
      itemOptions: (title) => `Optionen für „${title}“`,
      anew: "Diesen Tag neu planen",
      another: "Eine andere Idee dafür",
      describe: "Sagen, was anders sein soll",
      askedAnew: (number) => `Tag ${number} neu geplant`,
      askedAnother: (number) => `Eine andere Idee an Tag ${number}`,
      changed: (count) => `${count} Tage geändert`,
    },
    bundle: {
      options: (title) => `Optionen für das Programm „${title}“`,
      itemOptions: (title) => `Optionen für „${title}“`,
      anew: "Ein anderes Programm",
      another: "Eine andere Idee dafür",
      describe: "Sagen, was anders sein soll",
      askedAnew: (number) => `Programm ${number} ersetzt`,
      askedAnother: (number) => `Eine andere Idee in Programm ${number}`,
      changed: (count) => `${count} Programme geändert`,
    },
    menu: "Optionen",
    moveUp: "Nach oben",
    moveDown: "Nach unten",
    remove: "Entfernen",
    drag: "Zum Verschieben ziehen",
    sending: "Wird gesendet …",
    moved: (title, { position, count }) => `${title}: jetzt an Stelle ${position} von ${count}.`,
    removed: (title) => `${title} entfernt.`,
    undo: "Rückgängig",
    undone: "Rückgängig gemacht.",
    restored: "Das ist wieder der ursprüngliche Plan.",
    close: "Schließen",
    marks: { new: "Neu", changed: "Geändert", writing: "Wird geschrieben" },
    title: "Diesen Plan ändern",
    textLabel: "Was soll anders sein?",
    textExample: "z. B. mehr gutes Essen, weniger laufen",
    partLabel: "Wo",
    wholePlan: "Im ganzen Plan",
    send: "Plan ändern",
    hint: "Du bekommst eine neue Version. Diese bleibt, wie sie ist.",
    editedHint:
      "Was du verschoben oder entfernt hast, bleibt in diesem Browser. Eine neue Version " +
      "übernimmt es überall, wo der Plan gleich bleibt.",
    edited: "Du hast diesen Plan von Hand geändert.",
    reset: "Zurück zum Original",
    again: "Angaben ändern und neu planen",
    own: "Deine eigene Version planen",
    ownHint: "Nur wer diese Reise geplant hat, kann sie hier ändern.",
    version: (number, count) => `Version ${number} von ${count}`,
    versions: "Alle Versionen",
    versionName: (number) => `Version ${number}`,
    first: "Erster Plan",
    otherFacts: "Andere Angaben",
    ownWords: "mit eigenen Worten geändert",
    quoted: (text) => `„${text}“`,
    states: { processing: "wird geschrieben", failed: "fehlgeschlagen", canceled: "abgebrochen" },
    changing: "Wir ändern deinen Plan. Der Rest bleibt, wie er ist.",
    since: (number) => `Verglichen mit Version ${number}:`,
    counts: { new: "neu", changed: "geändert", removed: "entfernt" },
    removedParts: (titles) => `Entfernt: ${titles}`,
    nothing: "nichts geändert.",
    compare: (number) => `Mit Version ${number} vergleichen`,
    compareTitle: (one, other) => `Version ${one} und Version ${other}`,
    closeCompare: "Vergleich schließen",
    missing: "Nicht in dieser Version",
    refusals: {
      invalid_request: "Sag in ein paar Worten, was anders sein soll.",
      no_plan_to_refine: "Dieser Plan lässt sich nicht ändern. Plane die Reise stattdessen neu.",
      job_not_found: "Diese Reise ist abgelaufen, ihr Plan lässt sich nicht mehr ändern. " +
        "Plane sie stattdessen neu.",
      not_owner: "Nur wer diese Reise geplant hat, kann sie ändern. Plane deine eigene Version.",
    },
  },

  waiting: {
    label: "Fortschritt",
    partsOfPlan: "Teile des Plans",
    elapsed: "Zeit bisher:",
    canClose: "Du kannst diese Seite schließen.",
    noUpdates: "Nichts Neues?",
    reload: "Seite neu laden",
    stages: {
      queued: "Warten",
      thinking: "Nachdenken",
      researching: "Recherche",
      writing: "Schreiben",
    },
    parts: { itinerary: "Tag", generation: "Programm", other: "Teil" },
    queued: "Deine Reise wartet. Es geht bald los.",
    next: "Deine Reise kommt als Nächstes dran.",
    ahead: (count) =>
      count === 1 ? "Eine Reise ist vor deiner dran." : `${count} Reisen sind vor deiner dran.`,
    aboutAhead: (count) => `Etwa ${count} Reisen sind vor deiner dran.`,
    expectedStart: "Wir fangen voraussichtlich gegen {time} an.",
    paused: "Wir machen eine kurze Pause. Deine Reise ist gespeichert, und danach geht es los.",
    retrying: "Etwas ist schiefgegangen. Wir versuchen es noch einmal.",
    away: "Die KI, die Pläne schreibt, ist gerade nicht erreichbar. " +
      "Sobald sie wieder da ist, geht es weiter.",
    starting: "Gleich geht es los",
    thinking: "Wir denken über deine Reise nach",
    lookingUp: (things) => `Wir schauen nach: ${things}`,
    researching: "Wir schauen etwas nach",
    tools: { get_weather: "Wetter", search_events: "Veranstaltungen" },
    writing: (part, number, of) =>
      `${part} ${number}${of === null ? "" : ` von ${of}`} wird geschrieben`,
    changing: "Der Plan wird geändert",
    changingPart: (part, number) => `${part} ${number} wird geändert`,
    finishing: "Der Plan ist gleich fertig",
    offline: "Du bist offline. Sobald du wieder verbunden bist, geht es hier weiter.",
    unreachable: "Wir erreichen den Dienst gerade nicht. " +
      "Deine Reise ist gespeichert, und diese Seite versucht es weiter.",
    stop: "Planung stoppen",
    stopTitle: "Diese Planung stoppen?",
    stopNothing: "Bisher ist noch nichts geschrieben.",
    stopKeeps: "Was schon geschrieben ist, bleibt auf dieser Seite.",
    stopYes: "Ja, stoppen",
    stopNo: "Weiterplanen",
    stopping: "Wird gestoppt …",
    reasoning: "Das denkt die KI:",
    noReasoning: "noch nichts",
    allReasoning: "Alle Gedanken bisher",
    partReady: (part, number) => `${part} ${number} ist fertig.`,
    ready: "Dein Plan ist fertig.",
    failed: "Wir konnten deinen Plan nicht schreiben.",
    stopped: "Die Planung wurde gestoppt.",
  },

  outcome: {
    stopped: "Die Planung wurde gestoppt, bevor der Plan fertig war.",
    kept: "Was schon fertig war, steht unten.",
    errorCode: (code) => `Fehlercode: ${code}`,
    again: "Diese Reise noch einmal planen",
    retry: "Noch einmal versuchen",
    retryAnyway: "Trotzdem noch einmal versuchen",
    edit: "Angaben ändern",
    sending: "Wird gesendet …",
    leavesOut: (verb) =>
      `„${verb}“ behält alle deine Angaben. Das Formular zum Ändern hat für manche davon ` +
      "kein Feld und lässt sie weg.",
    failures: {
      refused: {
        sentence: "Die KI wollte diesen Plan nicht schreiben.",
        advice: "Ändere deine Angaben und versuche es noch einmal.",
      },
      content_filtered: {
        sentence: "Ein Inhaltsfilter hat diesen Plan gestoppt.",
        advice: "Ändere deine Angaben und versuche es noch einmal.",
      },
      request_too_large: {
        sentence: "Deine Angaben sind zu lang für die KI.",
        advice: "Ändere deine Angaben: Wähle weniger Tage oder schreibe weniger.",
      },
      result_too_large: {
        sentence: "Der Plan wurde so lang, dass wir ihn nicht speichern konnten.",
        advice: "Ändere deine Angaben: Wähle weniger Tage oder weniger Interessen.",
      },
      truncated: {
        sentence: "Der Plan wurde so lang, dass er nicht fertig geworden ist.",
        advice: "Versuche es noch einmal, oder wähle weniger Tage oder weniger Interessen.",
      },
      iteration_limit: {
        sentence: "Die Recherche für diesen Plan hat zu lange gedauert.",
        advice: "Versuche es noch einmal, oder beschreibe genauer, was du suchst.",
      },
      invalid_output: {
        sentence: "Beim Schreiben dieses Plans ist etwas schiefgegangen.",
        advice: "Versuche es noch einmal.",
      },
    },
    temporary: {
      sentence: "Diesmal ist dein Plan nicht fertig geworden.",
      advice: "Versuche es in ein paar Minuten noch einmal.",
    },
    lasting: {
      sentence: "Wir können gerade keine Pläne schreiben.",
      advice: "Das liegt an uns, und ein neuer Versuch hilft jetzt nicht. Komm später wieder.",
    },
  },

  refusals: {
    reasons: {
      rate_limited: "Das waren zu viele Versuche in kurzer Zeit.",
      daily_budget_spent: "Du hast für heute alle deine Pläne aufgebraucht.",
      queue_full: "Gerade warten viele Reisende. Deshalb können wir keinen weiteren Plan anfangen.",
      storage_full: "Wir können gerade keinen weiteren Plan speichern.",
      daily_limit_reached:
        "Heute wurden schon so viele Reisen geplant, dass wir keine weitere anfangen können.",
      intake_paused: "Wir machen eine kurze Pause und können gerade keinen neuen Plan anfangen.",
      stopping: "Der Dienst startet gerade neu.",
      body_timeout: "Deine Anfrage war zu lange zu uns unterwegs.",
      network: "Wir erreichen den Dienst nicht. Prüfe deine Internetverbindung.",
      internal: "Bei uns ist etwas schiefgegangen.",
      accept_failed: "Bei uns ist etwas schiefgegangen.",
      unauthorized: "Um eine Reise zu planen, brauchst du einen gültigen API-Schlüssel.",
      insufficient_scope:
        "Mit diesem API-Schlüssel kannst du keine Reisen planen. Gib bitte einen anderen ein.",
      foreign_site: "Diese Website kann unter dieser Adresse keine Pläne annehmen. " +
        "Sag das bitte den Leuten, die sie betreiben.",
      invalid_request: "Prüfe bitte deine Angaben, ändere sie und sende das Formular noch einmal.",
      body_too_large: "Deine Angaben sind zu lang. Kürze sie bitte.",
    },
    onTrip: {
      unauthorized: "Um eine Reise zu planen, brauchst du einen gültigen API-Schlüssel. " +
        "Über „Angaben ändern“ kannst du einen eingeben.",
      insufficient_scope: "Mit diesem API-Schlüssel kannst du keine Reisen planen. " +
        "Über „Angaben ändern“ kannst du einen anderen eingeben.",
      invalid_request: "Deine Angaben sind nicht mehr gültig. Wähle „Angaben ändern“.",
      body_too_large: "Deine Angaben sind zu lang. Wähle „Angaben ändern“ und kürze sie.",
    },
    unknown:
      "Wir konnten diesen Plan nicht anfangen. Lade die Seite neu und versuche es noch einmal.",
    entriesKept: "Es ist nichts verloren: Deine Angaben sind noch da.",
    requestKept: "Es ist nichts verloren: Deine Angaben sind noch da.",
    anyTime: "Du kannst es jederzeit noch einmal versuchen.",
    waitFor: (pause) => `Versuche es bitte in ${pause} noch einmal.`,
    waitUntil: "Versuche es bitte nach {time} noch einmal.",
    notYours: "Nur wer diese Reise geplant hat, kann die Planung stoppen.",
    notStopped: "Wir konnten die Planung nicht stoppen. Versuche es gleich noch einmal.",
    notStoppedOffline:
      "Wir konnten die Planung nicht stoppen. Prüfe deine Verbindung und versuche es noch einmal.",
  },

  locked: {
    title: "Für diese Reise brauchst du einen API-Schlüssel",
    text: "Gib den Schlüssel ein, um die Reise zu sehen.",
    missing:
      "Wir finden diese Reise nicht. Vielleicht ist sie abgelaufen, oder sie wurde mit einem " +
      "anderen API-Schlüssel geplant. Prüfe den Schlüssel und versuche es noch einmal.",
    lost: "Wir erreichen den Dienst gerade nicht. Versuche es gleich noch einmal.",
    hint: "Der Schlüssel, mit dem diese Reise geplant wurde",
    open: "Reise öffnen",
    noKey: "Kein Schlüssel? Frag die Person, von der du den Link hast, nach einer Kopie des Plans.",
    key: "API-Schlüssel",
    keyMissing: "Fülle dieses Feld bitte aus.",
    keyMalformed: "Das sieht nicht nach einem Schlüssel aus. " +
      "Kopiere ihn noch einmal, ohne Leerzeichen und Zeilenumbrüche.",
    keyRefused: "Dieser Schlüssel wurde nicht angenommen. Prüfe ihn und versuche es noch einmal.",
    noScript: "Schalte in deinem Browser JavaScript ein, um einen API-Schlüssel einzugeben.",
  },

  share: {
    actions: "Was du mit dieser Reise tun kannst",
    share: "Teilen",
    copyLink: "Link kopieren",
    linkCopied: "Link kopiert",
    copyPrompt: "Kopiere den Link zu dieser Reise:",
    link: "Link zu dieser Reise",
    shareWith: "Mit einer App teilen",
    linkNote: "Mit diesem Link kann jeder die Reise lesen, aber nicht ändern.",
    editedNote: "Deine Änderungen sind nur in diesem Browser. Der Link zeigt den Plan ohne sie.",
    scan: "Scanne den Code, um die Reise auf einem Handy zu öffnen.",
    qrCode: "QR-Code mit dem Link zu dieser Reise",
    calendar: "In den Kalender",
    chooseBundle: "Wähle dein Programm:",
    allBundles: "Alle Programme in einem Kalender",
    noDates:
      "Keine Veranstaltung in diesem Plan hat ein genaues Datum. Es gibt also nichts einzutragen.",
    firstDay: "Erster Tag",
    timeZone: "Zeitzone vor Ort (freiwillig)",
    download: "Herunterladen",
    timesIn: (timeZone) => `Die Zeiten gelten vor Ort (${timeZone}).`,
    timesThere: "Die Zeiten gelten vor Ort. Manche Kalender zeigen sie in deiner Zeitzone.",
    save: "Speichern",
    saveText: "Text",
    saveTextNote: "Markdown, für Notizen und Nachrichten",
    saveMap: "Kartendatei",
    saveMapNote: "GPX, für Karten-Apps",
    saveData: "Daten",
    saveDataNote: "JSON, für Software",
    filesNeedSite: "Wir erreichen die Website gerade nicht, und nur sie schreibt diese Datei. " +
      "Versuche es später noch einmal.",
    print: "Drucken",
    aTrip: "Eine Reise",
    daysIn: (count, place) => `${count === 1 ? "1 Tag" : `${count} Tage`} in ${place}`,
    ideas: (count) => count === 1 ? "1 Wochenendprogramm" : `${count} Wochenendprogramme`,
    ideasIn: (count, place) =>
      `${count === 1 ? "1 Wochenendprogramm" : `${count} Wochenendprogramme`} in ${place}`,
    ideasWanted: "Wochenendprogramme",
    ideasWantedIn: (place) => `Wochenendprogramme in ${place}`,
    moreDays: (count) => count === 1 ? "und 1 weiterer Tag" : `und ${count} weitere Tage`,
    moreIdeas: (count) =>
      count === 1 ? "und 1 weiteres Programm" : `und ${count} weitere Programme`,
    photoOf: (title) => `Foto von ${title}`,
    photoBy: (author) => `Foto: ${author}`,
  },
};
