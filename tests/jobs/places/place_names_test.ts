import { assert, assertStrictEquals } from "@std/assert";
import { isAreaOf, isLongerNameOf, isNameOf, readQuery } from "../../../jobs/places/place_names.ts";
import { countWork } from "../../../testing/counted_work.ts";

const lisbon = "Lisbon, Lisbon District, Portugal";

/** A query near a destination, the name of a place, and whether it is the place. */
const names: [query: string, destination: string, name: string, isName: boolean][] = [
  ["Livraria Bertrand, Lisboa", lisbon, "Livraria Bertrand", true],
  ["Livraria Bertrand, Lisboa", lisbon, "Bertrand", true],
  ["livraria  BERTRAND", lisbon, "Livraria Bertrand - Chiado", true],
  ["Livraria Bertrand, Lisboa", lisbon, "Livraria Barata", false],
  ["Livraria Bertrand, Lisboa", lisbon, "Lisboa", false],
  ["Livraria Bertrand, Lisboa", lisbon, "", false],
  ["Museu Nacional do Azulejo, Lisboa", lisbon, "Museu do Azulejo", true],
  ["Museu Nacional do Azulejo, Lisboa", lisbon, "Museu Nacional dos Coches", false],
  ["Museu do Fado, Lisboa", lisbon, "Clube de Fado", false],
  ["Restaurante Ramiro, Lisboa", lisbon, "Ramiro", true],
  ["Café Unicórnio, Lisboa", lisbon, "Café", false],
  ["Café Central, Wien", "Vienna, Austria", "Cafe Central", true],
  ["Tower of London, London", "London, United Kingdom", "Tower of London", true],
  ["Tower of London, London", "London, United Kingdom", "London Eye", false],
  ["Tower of London, London", "London, United Kingdom", "Tower Bridge", false],
  ["National Museum, Prague", "Prague, Czechia", "National Museum", true],
  ["National Museum, Prague", "Prague, Czechia", "National Gallery", false],
  ["Central Market, Kuala Lumpur", "Kuala Lumpur, Malaysia", "Central Market Kuala Lumpur", true],
  ["The British Museum, London", "London, United Kingdom", "British Museum", true],
  ["British Museum of Unicorns", "London, United Kingdom", "British Museum", false],
  ["Jerónimos Monastery, Lisbon", lisbon, "Mosteiro dos Jerónimos", true],
  ["Old Town Square, Prague", "Prague, Czechia", "Staroměstské náměstí", false],
  ["伏見稲荷大社, 京都", "Kyoto, Japan", "伏見稲荷大社", true],
  ["伏見稲荷、京都", "Kyoto, Japan", "伏見稲荷大社", true],
  ["伏見稲荷, 京都", "Kyoto, Japan", "清水寺", false],
  ["Fushimi Inari Taisha, Kyoto", "Kyoto, Japan", "Fushimi Inari-taisha", true],
  ["Fushimi Inari Taisha, Kyoto", "Kyoto, Japan", "伏見稲荷大社", false],
  ["Эрмитаж, Санкт-Петербург", "Saint Petersburg, Russia", "Государственный Эрмитаж", true],
  ["Wieza Cisnien, Wroclaw", "Wrocław, Poland", "Wieża Ciśnień", true],
  ["Lazienki Palace, Warsaw", "Warsaw, Poland", "Pałac Łazienki", true],
  ["Galata Kulesi, Istanbul", "İstanbul, Türkiye", "GALATA KULESİ", true],
  ["Kunsthalle Weserstrasse, Berlin", "Berlin, Germany", "Kunsthalle Weserstraße", true],
  ["", lisbon, "", false],
  [", Lisboa", lisbon, "Lisboa", false],
  ["!!!", lisbon, "!!!", false],
];

for (const [query, destination, name, expected] of names) {
  Deno.test(`isNameOf() returns ${expected} for ${JSON.stringify(query)} and ${JSON.stringify(name)}`, () => {
    assertStrictEquals(isNameOf(name, readQuery(query, destination)), expected);
  });
}

/** The same for streets and quarters. */
const areas: [query: string, name: string, isArea: boolean][] = [
  ["Alfama, Lisboa", "Alfama", true],
  ["Alfama district, Lisbon", "Alfama", true],
  ["Rua Augusta, Lisboa", "Rua Augusta", true],
  ["Lisboa", "Lisboa", true],
  ["Livraria Bertrand, Lisboa", "Lisboa", false],
  ["Livraria Bertrand, Lisboa", "Rua Bertrand", false],
  ["Livraria Augusta, Lisboa", "Rua Augusta", false],
  ["Walking tour of Lisbon", "Lisbon", false],
  ["Stroget, Copenhagen", "Strøget", true],
  ["Alfama, Lisboa", "", false],
  ["", "", false],
];

for (const [query, name, expected] of areas) {
  Deno.test(`isAreaOf() returns ${expected} for ${JSON.stringify(query)} and ${JSON.stringify(name)}`, () => {
    assertStrictEquals(isAreaOf(name, readQuery(query, lisbon)), expected);
  });
}

/** Streets and quarters of a longer name, which may be what a query means. */
const longerNames: [query: string, name: string, isLonger: boolean][] = [
  ["Champs-Élysées, Paris", "Avenue des Champs-Élysées", true],
  ["Istiklal Avenue, Istanbul", "İstiklal Caddesi", true],
  ["Ramblas, Barcelona", "Les Ramblas", true],
  ["Livraria Bertrand, Lisboa", "Rua Garrett", false],
  ["Walking tour of Lisbon", "Lisbon", false],
  ["Lisbon Cathedral", "Lisbon", false],
  ["", "Lisbon", false],
];

for (const [query, name, expected] of longerNames) {
  Deno.test(`isLongerNameOf() returns ${expected} for ${JSON.stringify(query)} and ${JSON.stringify(name)}`, () => {
    assertStrictEquals(isLongerNameOf(name, readQuery(query, lisbon)), expected);
  });
}

Deno.test("isNameOf() costs linear work", async () => {
  const compare = (words: number) =>
    countWork(() => {
      const text = "museu fado ".repeat(words);
      isNameOf(text, readQuery(text, lisbon));
    });
  const [few, many] = [await compare(100), await compare(1_000)];
  assert(many < 15 * few, `${few} and ${many} characters`);
});
