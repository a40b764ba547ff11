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
    parts: { itinerary: "Tag", generation: "Bündel", other: "Teil" },
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
    finishing: "Der Plan ist gleich fertig",
    offline: "Du bist offline. Sobald du wieder verbunden bist, geht es hier weiter.",
    unreachable: "Wir erreichen den Dienst gerade nicht. " +
      "Deine Reise ist gespeichert, und diese Seite versucht es weiter.",
    stop: "Planung stoppen",
    stopTitle: "Diese Planung stoppen?",
    stopNothing: "Bisher ist noch nichts geschrieben.",
    stopKeeps: "Was schon geschrieben ist, bleibt auf dieser Seite.",
    stopYes: "Ja, stoppen",
    stopNo: "Weiter planen",
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
      foreign_site: "Diese Seite kann unter dieser Adresse keine Pläne annehmen. " +
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
    noKey: "Kein Schlüssel? Bitte die Person, von der du den Link hast, um eine Kopie des Plans.",
    key: "API-Schlüssel",
    keyMissing: "Fülle dieses Feld bitte aus.",
    keyMalformed: "Das sieht nicht nach einem Schlüssel aus. " +
      "Kopiere ihn noch einmal, ohne Leerzeichen und Zeilenumbrüche.",
    keyRefused: "Dieser Schlüssel wurde nicht angenommen. Prüfe ihn und versuche es noch einmal.",
    noScript: "Schalte in deinem Browser JavaScript ein, um einen API-Schlüssel einzugeben.",
  },

  problems: {
    pages: {
      foreign_form: {
        title: "Dieses Formular kam von einer anderen Website",
        text: "Zu deiner Sicherheit nehmen wir nur Formulare von unseren eigenen Seiten an. " +
          "Öffne unsere Seite und sende das Formular von dort.",
      },
      invalid_request: {
        title: "Wir konnten dieses Formular nicht lesen",
        text: "Geh zur Startseite und fülle es noch einmal aus.",
      },
      incomplete_body: {
        title: "Dein Formular ist nicht ganz angekommen",
        text: "Geh zurück und sende es noch einmal.",
      },
      body_timeout: {
        title: "Dein Formular war zu lange unterwegs",
        text: "Prüfe deine Verbindung, geh zurück und sende es noch einmal.",
      },
      body_too_large: { title: "Dein Text ist zu lang", text: "Geh zurück und kürze ihn." },
      not_owner: {
        title: "Du kannst diese Planung nicht stoppen",
        text: "Das kann nur die Person, die die Reise geplant hat.",
      },
      route_not_found: {
        title: "Seite nicht gefunden",
        text: "Diese Seite gibt es nicht. Vielleicht ist der Link falsch oder unvollständig.",
      },
      rate_limited: {
        title: "Warte bitte einen Moment",
        text: "Du hast in kurzer Zeit zu viele Seiten geöffnet oder abgeschickt.",
      },
      storage_full: {
        title: "Wir können gerade nichts speichern",
        text: "Deinen Reisen ist nichts passiert. Wir brauchen etwas Zeit, um Platz zu schaffen.",
      },
      expired_link: {
        title: "Dieser Link gilt nicht mehr",
        text: "Er war nur kurz gültig. Bitte die Person, von der du ihn hast, um einen neuen.",
      },
      not_ready: {
        title: "Der Dienst ist noch nicht bereit",
        text: "Vielleicht startet er gerade neu. Deinen Reisen ist nichts passiert.",
      },
    },
    other: {
      title: "Etwas ist schiefgegangen",
      text: "Das liegt an uns. Deinen Reisen ist nichts passiert.",
    },

    refused: {
      title: "Das können wir so nicht beantworten",
      text: "Geh zur Startseite und versuche es von dort noch einmal.",
    },
    reloads: (pause) => `Diese Seite versucht es in ${pause} von selbst noch einmal.`,
    goBack: (pause) => `Geh bitte zurück und versuche es in ${pause} noch einmal.`,
    tryNow: "Jetzt noch einmal versuchen",
    toStart: "Zur Startseite",
    toTrip: "Zurück zur Reise",
  },
};
