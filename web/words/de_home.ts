/**
 * The German words of the first page.
 * @module
 */
import type { enHome } from "./en_home.ts";

export const deHome: typeof enHome = {
  home: {
    pageTitle: "Reise planen",
    description:
      "Sag, wohin es geht, und du bekommst einen Plan für jeden Tag: Orte, Zeiten, Kosten und eine Karte.",
    title: "Deine Reise, Tag für Tag geplant",
    text:
      "Sag, wohin es geht. Eine KI schreibt dir einen Plan mit Zeiten, Orten, Kosten und Karte.",
    choose: "Was möchtest du planen?",
    example: {
      label: "Beispiel",
      text: "So sieht ein Plan aus. Die Texte im Beispiel sind englisch.",
    },
  },

  form: {
    itinerary: {
      title: "Reiseplan",
      text: "Was du an jedem Tag deiner Reise machst, wann, und was es kostet. Fertig in etwa 20 " +
        "Sekunden.",
      verb: "Reise planen",
      details: "Zeitraum, Reisende, Budget, Interessen",
    },
    bundles: {
      title: "Wochenendprogramme",
      text:
        "Mehrere Programme mit echten Veranstaltungen für ein Wochenende. Du suchst dir eines " +
        "aus. Fertig in 2 bis 5 Minuten.",
      verb: "Wochenende planen",
      details: "Genauer Zeitraum, Interessen, Budget, Reisende",
    },
    allOptional: "Alle Felder sind freiwillig.",
    details: "Details angeben",
    filledIn: (count) => `${count} ausgefüllt`,
    clear: "Formular leeren",
    sending: "Wird gesendet …",
    keyNeeded: "Du brauchst einen API-Schlüssel. Frag die Leute, die diese Website betreiben.",
    keyKept: "Lass das Feld leer, um den zuletzt eingegebenen Schlüssel zu verwenden.",
    slow: "Das dauert länger als sonst. Deine Angaben sind noch da.",
    example: (example) => `z. B. ${example}`,

    missing: "Bitte fülle dieses Feld aus.",
    invalid: "Bitte prüfe diese Eingabe.",
    tooLong: (max, count) => `Höchstens ${max} Zeichen. Du hast ${count}.`,
    tooComplex: "Dieser Text hat zu viele Akzente oder verbundene Emojis. Nimm einfachere Zeichen.",
    notWhole: (min = 0, max = Infinity) => `Gib eine ganze Zahl von ${min} bis ${max} ein.`,
    noAmount: "Gib einen Betrag ein, zum Beispiel 500.",
    tooMany: (max, count) => `Höchstens ${max} Einträge. Du hast ${count}.`,
    inList: (error) => `Ein Eintrag ist zu lang. ${error}`,
    noDate: "Gib ein vollständiges Datum ein.",
    tooEarly: "Dieser Tag ist vorbei. Wähle einen späteren.",
    tooLate: "Dieser Tag ist zu weit weg. Wähle einen in den nächsten zwei Jahren.",
    beforeStart: "Der letzte Tag kann nicht vor dem ersten liegen.",
    noStart: "Wähle auch den ersten Tag.",
    noAdults: "Gib an, wie viele Erwachsene mitreisen.",
    tooManyPeople: (max) => `Pläne sind für höchstens ${max} Personen.`,

    destination: {
      label: "Reiseziel",
      hint: "Eine Stadt, eine Region oder ein Land",
      example: "Tokio, Japan",
    },
    durationDays: { label: "Tage" },
    startDate: { label: "Erster Tag" },
    endDate: { label: "Letzter Tag" },
    adults: { label: "Erwachsene" },
    children: { label: "Kinder" },
    amount: { label: "Budget", hint: "Für Aktivitäten, Essen und Eintritte", example: "500" },
    currency: { label: "Währung" },
    initialCurrency: "EUR",
    per: { label: "Das Budget gilt", all: "für alle zusammen", person: "pro Person" },
    pace: {
      label: "Tempo",
      any: "egal",
      relaxed: "gemütlich",
      balanced: "ausgewogen",
      packed: "vollgepackt",
    },
    interests: {
      label: "Interessen",
      other: "Weitere Interessen",
      example: "alte Straßenbahnen, Craft-Bier",
    },
    diet: {
      label: "Ernährung",
      other: "Was beim Essen noch wichtig ist",
      example: "kein Schweinefleisch, Nussallergie",
    },
    accessibility: {
      label: "Unterwegs",
      other: "Was unterwegs noch wichtig ist",
      example: "keine langen Treppen",
    },
    startPoint: {
      label: "Deine Unterkunft",
      hint: "Dort beginnt und endet jeder Tag",
      example: "Hotel Avenida oder ein Viertel",
    },
    language: { label: "Sprache des Plans" },
    notes: {
      label: "Was noch wichtig ist",
      hint: "Was in den Plan soll, und was du nicht willst",
      example: "Es ist unsere Hochzeitsreise. Nichts am frühen Morgen.",
    },
    city: { label: "Stadt", hint: "Wo die Veranstaltungen sein sollen", example: "Berlin" },
    timeframe: { label: "Wann", hint: "In deinen Worten", example: "dieses Wochenende" },
    musicProfile: {
      label: "Musik",
      hint: "Richtungen oder Künstler, die du magst",
      example: "Elektro, House",
    },
    otherPreferences: {
      label: "Was noch wichtig ist",
      hint: "Wer mitkommt, und was du nicht willst",
      example: "Wir sind zu zweit, mögen kleine Clubs und nichts am frühen Morgen",
    },
  },
};
