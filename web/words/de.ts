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
  },

  broken: {
    title: "Diese Seite funktioniert nicht mehr",
    text: "Deinen Reisen ist nichts passiert. Lade die Seite neu, um weiterzumachen.",
    reload: "Seite neu laden",
  },

  kept: {
    yourTrips: "Deine Reisen",
    noTrips: "Hier stehen die Reisen, die du in diesem Browser planst.",
    noStorage:
      "Dein Browser blockiert den Speicher. Deshalb kann er hier keine Reisen auflisten oder behalten. " +
      "Speichere die Links deiner Reisen.",
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
    forget: "Vergessen",
    forgetNamed: (title) => `${title} vergessen`,
    forgotten: (title) => `Dieser Browser hat „${title}“ vergessen.`,
    undo: "Rückgängig",
    forgetAll: "Alle Reisen vergessen",
    forgetAllQuestion: (count) =>
      count === 1
        ? "Diese Reise vergessen? Ihre Kopie in diesem Browser wird gelöscht."
        : `Alle ${count} Reisen vergessen? Ihre Kopien in diesem Browser werden gelöscht.`,
    forgetAllYes: "Ja, alle vergessen",
    forgetAllNo: "Behalten",
    keepTrips: "Reisen in diesem Browser behalten",
    keepTripsHint:
      "Fertige Reisen bleiben offline lesbar, auch wenn diese Seite sie gelöscht hat. Schalte das " +
      "an einem gemeinsam genutzten Computer aus: Dann werden alle Kopien gelöscht.",
    siteKeepsNone:
      "Diese Seite speichert keine Kopien in Browsern. Speichere einen Plan als Datei, um ihn zu behalten.",

    notice: "Kopie in diesem Browser",
    willSave: "Wenn der Plan fertig ist, speichert dieser Browser eine Kopie.",
    saved: [
      "In diesem Browser gespeichert. Du kannst den Plan offline lesen, auch nach ",
      ", wenn diese Seite ihn löscht.",
    ],
    full:
      "Nicht gespeichert: Der Speicher dieses Browsers ist voll. Vergiss andere Reisen oder speichere " +
      "eine Datei.",
    blocked:
      "Nicht gespeichert: Dein Browser blockiert den Speicher. Speichere eine Datei, um den Plan zu behalten.",
    off: "Nicht gespeichert: Du hast das Behalten von Reisen in diesem Browser ausgeschaltet.",
    closed:
      "Nicht gespeichert: Diese Reise gehört zu einem API-Schlüssel. Sie bleibt nur in diesem Tab.",
    forgottenHere: "Dieser Browser hat keine Kopie dieser Reise.",
    keep: "Kopie behalten",
    saveFile: "Als Datei für diese Seite speichern",
    forgetTrip: "Diese Reise vergessen",
    fileHint:
      "Öffne die Datei auf einem anderen Gerät: mit „Reisedatei öffnen“ auf der Startseite.",
    offlineCopy: ["Keine Verbindung. Das ist die Kopie in diesem Browser von ", "."],
    backOnline: ["Du bist wieder online. Das ist die Kopie in diesem Browser von ", "."],
    goneCopy: [
      "Das ist die Kopie in diesem Browser von ",
      "; diese Seite hat die Reise nicht mehr.",
    ],
    fileCopy: ["Du hast diese Reise aus einer Datei geöffnet: ", ". Nur dieser Browser hat sie."],
    reload: "Seite neu laden",
    copyMarkLong: "Kopie in diesem Browser",

    opening: "Die Kopie in diesem Browser wird geöffnet …",
    offlineTitle: "Keine Verbindung",
    offlineHome:
      "Wir erreichen diese Seite gerade nicht. Um eine Reise zu planen, brauchst du eine Verbindung.",
    offlineNoList: "Dieser Browser hat keine Reisen behalten, die du jetzt lesen könntest.",
    offlineTrip:
      "Wir erreichen diese Seite gerade nicht, und dieser Browser hat keine Kopie dieser Reise.",
    withoutScript:
      "Schalte JavaScript in deinem Browser ein, um die Reisen zu lesen, die er behalten hat.",
    noCopyTitle: "Hier ist keine Kopie",
    noCopy:
      "Dieser Browser hat keine Kopie dieser Reise mehr. Wenn du sie als Datei gespeichert hast, öffne die Datei.",
    unreadableTitle: "Wir können diese Kopie nicht anzeigen",
    unreadable:
      "Diese Version der Seite kann sie nicht lesen. Du kannst sie als Datei speichern oder vergessen.",
    tryAgain: "Noch einmal versuchen",
    toTrips: "Zu deinen Reisen",

    expiredTitle: "Diese Reise ist abgelaufen",
    expiredTab: "Abgelaufen",
    expired: "Diese Seite behält Pläne nur für begrenzte Zeit und hat diesen gelöscht.",
    unknownTitle: "Wir finden diese Reise nicht",
    unknown:
      "Vielleicht ist der Link unvollständig, oder die Reise ist abgelaufen. Diese Seite behält " +
      "Pläne nur für begrenzte Zeit. Wenn dir jemand den Link geschickt hat, bitte um eine Datei des Plans.",
    youAskedFor: ["Du wolltest: ", "."],
    planAgain: "Diese Reise noch einmal planen",
    planNew: "Neue Reise planen",
    noUpdates: "Diese Seite kann nichts Neues anzeigen.",
    noUpdatesWithoutKey: "Diese Seite kann ohne API-Schlüssel nichts Neues anzeigen.",

    openFile: "Reisedatei öffnen",
    dropHint: "Oder zieh sie hierher. Ihr Name endet auf .trip.json.",
    faults: {
      tooLarge: "Diese Datei ist zu groß für eine Reisedatei.",
      notTrip: "Das ist keine Reisedatei dieser Seite, oder sie ist beschädigt.",
      newer:
        "Eine neuere Version dieser Seite hat diese Datei gespeichert. Lade die Seite neu und öffne sie noch einmal.",
      off: "Um eine Datei zu öffnen, schalte „Reisen in diesem Browser behalten“ ein.",
      full:
        "Wir können die Datei nicht öffnen: Der Speicher dieses Browsers ist voll. Vergiss zuerst andere Reisen.",
      blocked: "Wir können die Datei nicht öffnen: Dein Browser blockiert den Speicher.",
      offline: "Ohne Verbindung können wir die Datei nicht prüfen. Versuch es später noch einmal.",
    },
    appDescription: "Plant Reisen, Tag für Tag",
  },
};
