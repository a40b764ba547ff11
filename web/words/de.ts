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
    chooseBundle: "Welchen Plan machst du?",
    allBundles: "Alle Pläne in einem Kalender",
    noDates: "Kein Termin in diesem Plan hat ein genaues Datum, also gibt es nichts einzutragen.",
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
    saveDataNote: "JSON, für Programme",
    print: "Drucken",
    aTrip: "Eine Reise",
    days: (count) => count === 1 ? "1 Tag" : `${count} Tage`,
    daysIn: (count, place) => `${count === 1 ? "1 Tag" : `${count} Tage`} in ${place}`,
    ideas: (count) => count === 1 ? "1 Plan fürs Wochenende" : `${count} Pläne fürs Wochenende`,
    ideasIn: (count, place) =>
      `${count === 1 ? "1 Plan" : `${count} Pläne`} für ein Wochenende in ${place}`,
    ideasWanted: "Pläne fürs Wochenende",
    ideasWantedIn: (place) => `Pläne für ein Wochenende in ${place}`,
    day: (number) => `Tag ${number}`,
    idea: (number) => `Plan ${number}`,
    moreDays: (count) => count === 1 ? "und 1 weiterer Tag" : `und ${count} weitere Tage`,
    moreIdeas: (count) => count === 1 ? "und 1 weiterer Plan" : `und ${count} weitere Pläne`,
    pictureOf: (title) => `Die Reise „${title}“ mit ihren Orten auf einer Karte`,
    photoOf: (title) => `Foto von ${title}`,
    photoBy: (author) => `Foto: ${author}`,
    homeTitle: "Reise planen",
    homeDescription:
      "Sag, wohin du willst, und bekomme einen Plan für jeden Tag: Orte, Zeiten, Kosten und eine Karte.",
    homePicture: "Tripwright plant deine Reise",
    homeHeadline: "Deine nächste Reise, geplant",
    homeLabel: "Tage, Orte und Kosten",
    homePoints: [
      "Ein Plan für jeden Tag",
      "Orte auf einer Karte",
      "Wochenenden mit echten Events",
    ],
    files: {
      free: "kostenlos",
      perPerson: (amount) => `etwa ${amount} pro Person`,
      check: "Bitte prüfen:",
      costOfDay: (amounts) => `Geschätzte Kosten des Tages: etwa ${amounts} pro Person`,
      costOfAll: (amounts) =>
        `**Geschätzte Kosten aller Unternehmungen**: etwa ${amounts} pro Person`,
      weekend: "Pläne fürs Wochenende",
      interests: "Interessen",
      music: "Musik",
      timeframe: "Wann und wo",
      undated: (count) => `Ausgelassen, weil kein genaues Datum bekannt ist: ${count}`,
      floating: "Die Zeiten gelten vor Ort. Sie haben keine Zeitzone, deshalb zeigen manche " +
        "Kalender sie in deiner eigenen Zeitzone.",
      someFloating: "Die Zeiten gelten vor Ort. Einige haben keine Zeitzone, deshalb zeigen " +
        "manche Kalender sie in deiner eigenen Zeitzone.",
    },
    noFile: {
      calendar: "Dieser Kalender ist nicht möglich",
      map: "Diese Kartendatei ist nicht möglich",
      undated:
        "Kein Termin in diesem Plan hat ein genaues Datum. Die Angaben findest du auf der Seite " +
        "der Reise.",
      unknownBundle: "Dieser Plan hat keinen Teil mit dieser Nummer.",
      firstDay: "Wähle auf der Seite der Reise den ersten Tag (zum Beispiel 2026-12-24).",
      timeZone: "Diese Zeitzone kennen wir nicht. Sie heißt zum Beispiel Europe/Berlin.",
      noPlaces: "Von keinem Ort in diesem Plan ist die Lage bekannt.",
      unreadable: "Wir konnten diese Reise nicht lesen",
      unreadableText:
        "Das ist keine fertige Reise dieser Seite. Geh zurück, lade die Seite neu und versuch es noch einmal.",
    },
  },
};
