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

  shaping: {
    day: {
      name: (number) => `Tag ${number}`,
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
      name: (number) => `Paket ${number}`,
      options: (title) => `Optionen für das Paket „${title}“`,
      itemOptions: (title) => `Optionen für „${title}“`,
      anew: "Ein anderes Paket",
      another: "Eine andere Idee dafür",
      describe: "Sagen, was anders sein soll",
      askedAnew: (number) => `Ein anderes Paket ${number}`,
      askedAnother: (number) => `Eine andere Idee in Paket ${number}`,
      changed: (count) => `${count} Pakete geändert`,
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
    textExample: "z. B. mehr Essen, weniger laufen",
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
    ownWords: "auf Wunsch geändert",
    quoted: (text) => `„${text}“`,
    states: { processing: "wird geschrieben", failed: "gescheitert", canceled: "abgebrochen" },
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
};
