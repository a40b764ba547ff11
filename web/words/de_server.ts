/**
 * The German words that only the server writes: files, previews and pages in place of others.
 * @module
 */
import type { enServer } from "./en_server.ts";

export const deServer: typeof enServer = {
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
        text: "Er war nur kurz gültig. Frag die Person, von der du ihn hast, nach einem neuen.",
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
    notMaker: {
      title: "Du kannst diesen Plan nicht ändern",
      text:
        "Nur wer diese Reise geplant hat, kann sie ändern. Du kannst eine eigene Version planen.",
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

  files: {
    free: "kostenlos",
    perPerson: (amount) => `etwa ${amount} pro Person`,
    check: "Bitte prüfen:",
    costOfDay: (amounts) => `Geschätzte Kosten des Tages: etwa ${amounts} pro Person`,
    costOfAll: (amounts) =>
      `**Geschätzte Kosten aller Unternehmungen**: etwa ${amounts} pro Person`,
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
    calendar: "Wir können diesen Kalender nicht erstellen",
    map: "Wir können diese Kartendatei nicht erstellen",
    undated:
      "Keine Veranstaltung in diesem Plan hat ein genaues Datum. Die Angaben findest du auf der " +
      "Seite der Reise.",
    unknownBundle: "In diesem Plan gibt es kein Programm mit dieser Nummer.",
    firstDay: "Wähle auf der Seite der Reise den ersten Tag (zum Beispiel 2026-12-24).",
    timeZone: "Diese Zeitzone kennen wir nicht. Sie heißt zum Beispiel Europe/Berlin.",
    noPlaces: "Von keinem Ort in diesem Plan ist die Lage bekannt.",
    unreadable: "Wir konnten diese Reise nicht lesen",
    unreadableText:
      "Das ist keine fertige Reise dieser Website. Geh zurück, lade die Seite neu und versuche es " +
      "noch einmal.",
  },

  cards: {
    pictureOf: (title) => `Die Reise „${title}“ mit ihren Orten auf einer Karte`,
    homePicture: "Tripwright plant deine Reise",
    homeHeadline: "Deine nächste Reise, geplant",
    homeLabel: "Tage, Orte und Kosten",
    homePoints: [
      "Ein Plan für jeden Tag",
      "Orte auf einer Karte",
      "Programme fürs Wochenende",
    ],
  },
};
