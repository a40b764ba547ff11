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

  trip: {
    tab: {
      processing: (title) => `…${title}`,
      completed: (title) => `✓ ${title}`,
      failed: (title) => `✗ ${title} (kein Plan)`,
      canceled: (title) => `${title} (abgebrochen)`,
    },
    keptUntil: "Wir bewahren diese Reise auf bis",
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
    bundles: "Bündel",
    collapseAll: "Alle zuklappen",
    expandAll: "Alle aufklappen",
    pleaseCheck: "Bitte prüfe diesen Plan",
    sample: {
      mark: "Beispiel",
      text: "Beispielplan: In manchen Städten sind die Orte echt, überall sonst erfunden. Zeiten " +
        "und Preise sind geschätzt. Prüfe also alles, bevor du losfährst. Diese Seite schreibt " +
        "nur Beispielpläne.",
    },
    placeholder: {
      mark: "Erfunden",
      text: "Wir konnten keinen echten Plan schreiben, deshalb ist dieser erfunden. Reise nicht " +
        "danach, sondern plane diese Reise später noch einmal.",
    },
    online: "Dieser Plan im Netz:",
  },

  plan: {
    dayCount: (count) => count === 1 ? "1 Tag" : `${count} Tage`,
    day: (number) => `Tag ${number}`,
    bundle: (number) => `Bündel ${number}`,
    eventCount: (count) => count === 1 ? "1 Veranstaltung" : `${count} Veranstaltungen`,
    range: (first, last) => `${first} – ${last}`,
    from: (day) => `ab ${day}`,
    free: "kostenlos",
    about: (amount) => `etwa ${amount}`,
    perPerson: "pro Person",
    cost: "Geschätzte Kosten",
    budget: "Budget",
    walking: "Zu Fuß",
    time: "Verplante Zeit",
    choices: "Zur Auswahl",
    price: "Preis je Bündel",
    of: (budget) => `von ${budget}`,
    over: "zu viel",
    forPeople: (adults, children) =>
      [
        adults === 1 ? "für 1 Erwachsenen" : `für ${adults} Erwachsene`,
        children === 0 ? "" : children === 1 ? " und 1 Kind" : ` und ${children} Kinder`,
      ].join(""),
    onFoot: (distance) => `${distance} zu Fuß`,
    busy: (hours) => `${hours} verplant`,
    duration: (hours, minutes) =>
      [hours > 0 && `${hours} Std.`, (minutes > 0 || hours === 0) && `${minutes} Min.`]
        .filter(Boolean).join(" "),
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
