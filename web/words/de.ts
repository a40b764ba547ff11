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
};
