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
    about: "Hohle Marker: Diese Position konnten wir nicht bestätigen.",
    credit: "Vereinfachte Umrisse: Natural Earth.",
    detailed: "Genaue Karte",
    simple: "Einfache Karte",
    detailedFailed: "Die genaue Karte lässt sich hier nicht zeigen. Das ist die einfache.",
    wheelHint: (key) => `Zum Zoomen ${key} halten und scrollen`,
    fingerHint: "Verschiebe die Karte mit zwei Fingern",
    categories: {
      sight: "Sehenswürdigkeit",
      museum: "Museum",
      food: "Essen",
      nature: "Natur",
      shopping: "Einkaufen",
      nightlife: "Nachtleben",
      entertainment: "Unterhaltung",
      sport: "Sport",
      relaxation: "Entspannung",
      transport: "Unterwegs",
      lodging: "Unterkunft",
      other: "Sonstiges",
    },
  },
};
