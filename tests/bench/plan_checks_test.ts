import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  checkBundles,
  checkItinerary,
  languageOf,
  linksIn,
  type PlanReport,
} from "../../bench/plan_checks.ts";
import type { Bundles } from "../../jobs/kinds/bundles/plan.ts";
import type { Itinerary } from "../../jobs/kinds/itinerary/plan.ts";
import { storedActivity, storedDay, storedEvent } from "../../testing/plans.ts";

type Activity = Itinerary["days"][number]["activities"][number];

/** A valid activity. */
function activity(title: string, overrides: Partial<Activity> = {}): Activity {
  return storedActivity({
    title,
    description: "The best view of the city is from the tower.",
    estimatedCost: { amount: 5, currency: "EUR" },
    ...overrides,
  });
}

/** Two days without faults. */
function itinerary(): Itinerary {
  const day = (number: number, words: string[]) =>
    storedDay({
      day: number,
      theme: "In the old town",
      activities: words.map((word, index) => activity(word, { time: `${10 + index}:00` })),
    });
  const days = [day(1, ["Walk", "Lunch", "Tower"]), day(2, ["Market", "Museum", "Dinner"])];
  return { days, location: null };
}

const goodItinerary: PlanReport = {
  parts: 2,
  hasRightCount: true,
  isNumbered: true,
  isAscending: true,
  repeats: [],
  inventedLinks: [],
  language: "en",
  costs: { known: 6, of: 6 },
};

const itineraries: [
  what: string,
  damage: (days: Itinerary["days"]) => void,
  finding: Partial<PlanReport>,
][] = [
  ["nothing wrong", () => {}, {}],
  ["a day too few", (days) => days.pop(), {
    parts: 1,
    hasRightCount: false,
    costs: { known: 3, of: 3 },
  }],
  ["days numbered from 0", (days) => days.forEach((day) => day.day--), {
    isNumbered: false,
  }],
  ["a missing number", (days) => days[1]!.day = 3, { isNumbered: false }],
  ["a number twice", (days) => days[1]!.day = 1, { isNumbered: false }],
  ["days in the wrong order", (days) => days.reverse(), { isNumbered: false }],
  ["a time that goes back", (days) => days[1]!.activities[2]!.time = "09:59", {
    isAscending: false,
  }],
  ["two activities at once", (days) => days[0]!.activities[1]!.time = "10:00", {
    isAscending: false,
  }],
  ["a title twice in a day", (days) => days[0]!.activities[2]!.title = "Walk", {
    repeats: ["Walk"],
  }],
  ["a title on two days in different spelling", (days) => {
    days[0]!.activities[0]!.title = "Dinner at “Café Łódź”";
    days[1]!.activities[2]!.title = "DINNER at café, Łódź!";
  }, { repeats: ["DINNER at café, Łódź!"] }],
  ["no repeat in titles that differ in one letter", (days) => {
    days[0]!.activities[0]!.title = "夜市";
    days[0]!.activities[1]!.title = "朝市";
  }, {}],
  ["no repeat in titles that differ in a vowel sign", (days) => {
    days[0]!.activities[0]!.title = "काला";
    days[0]!.activities[1]!.title = "कोला";
  }, {}],
  ["a link", (days) => days[0]!.activities[0]!.place = "Bar (www.example.com/bar)", {
    inventedLinks: ["www.example.com/bar"],
  }],
  ["another language", (days) => {
    for (const { activities } of days) {
      for (const each of activities) each.description = "Der Blick auf die Stadt und das Meer.";
    }
  }, { language: "de" }],
  ["an unknown cost", (days) => days[0]!.activities[0]!.estimatedCost = null, {
    costs: { known: 5, of: 6 },
  }],
];

for (const [what, damage, finding] of itineraries) {
  Deno.test(`checkItinerary() finds ${what}`, () => {
    const plan = itinerary();
    damage(plan.days);

    assertEquals(checkItinerary(plan, { days: 2 }), { ...goodItinerary, ...finding });
  });
}

const LINK = "https://tickets.example.com/fado?id=1";

/** Three bundles without faults. */
function bundles(): Bundles {
  const event = (name: string) =>
    storedEvent({ name, url: LINK, why: "You asked for an evening with music." });
  const bundle = (names: string[]) => ({
    title: "Golden hour",
    description: "The evening is for walks by the river.",
    keyEvents: names.map(event),
    imageUrl: null,
  });
  return { bundles: [bundle(["Fado", "Market"]), bundle(["Jazz"]), bundle(["Choir"])] };
}

const goodBundles: PlanReport = {
  parts: 3,
  hasRightCount: true,
  isNumbered: null,
  isAscending: null,
  repeats: [],
  inventedLinks: [],
  language: "en",
  costs: null,
};

const bundleLists: [
  what: string,
  damage: (bundles: Bundles["bundles"]) => void,
  finding: Partial<PlanReport>,
][] = [
  ["nothing wrong", () => {}, {}],
  ["a bundle too few", (bundles) => bundles.pop(), { parts: 2, hasRightCount: false }],
  ["a bundle too many", (bundles) => {
    for (const name of ["A", "B", "C"]) {
      bundles.push({ ...bundles[2]!, keyEvents: [{ ...bundles[2]!.keyEvents[0]!, name }] });
    }
  }, { parts: 6, hasRightCount: false }],
  ["an event in two bundles", (bundles) => bundles[2]!.keyEvents[0]!.name = "fado.", {
    repeats: ["fado."],
  }],
  ["an event twice in a bundle", (bundles) => bundles[0]!.keyEvents[1]!.name = "Fado", {
    repeats: ["Fado"],
  }],
  ["a link that no tool returned", (bundles) => bundles[1]!.keyEvents[0]!.url = `${LINK}2`, {
    inventedLinks: [`${LINK}2`],
  }],
  ["an image that no tool returned", (bundles) => bundles[1]!.imageUrl = "https://example.com", {
    inventedLinks: ["https://example.com/"],
  }],
  ["another language", (bundles) => {
    for (const bundle of bundles) {
      bundle.description = "La tarde es para los paseos por el río y las plazas.";
      for (const event of bundle.keyEvents) event.why = "El fado es para los niños y las noches.";
    }
  }, { language: "es" }],
];

for (const [what, damage, finding] of bundleLists) {
  Deno.test(`checkBundles() finds ${what}`, () => {
    const plan = bundles();
    damage(plan.bundles);

    const report = checkBundles(plan, { min: 3, max: 5, links: new Set([LINK]) });

    assertEquals(report, { ...goodBundles, ...finding });
  });
}

const linkTexts: [text: string, links: string[]][] = [
  ["no link, e.g. none at http: or /path", []],
  ["See https://example.com.", ["https://example.com/"]],
  ["HTTPS://Example.com/A and https://example.com/A", ["https://example.com/A"]],
  ["[tickets](https://example.com/a?b=1&c=2), www.example.com/!", [
    "https://example.com/a?b=1&c=2",
    "www.example.com/",
  ]],
  ["予約はhttps://example.com/a。", ["https://example.com/a"]],
  [JSON.stringify({ url: "https://example.com/a", text: '"http://example.com/b"\n' }), [
    "https://example.com/a",
    "http://example.com/b",
  ]],
];

for (const [text, links] of linkTexts) {
  Deno.test(`linksIn() finds ${links.length} links in ${text}`, () => {
    assertEquals(linksIn(text), links);
  });
}

const texts: [language: string | null, text: string][] = [
  ["en", "Start the day with a walk along the river and stop for coffee at the market."],
  ["de", "Ein Spaziergang durch die Alfama, danach Kaffee und Gebäck auf dem Platz."],
  ["es", "Un paseo por el barrio de Triana y una cena con flamenco en la calle."],
  ["fr", "Une promenade dans le vieux port et un dîner sur les quais avec du vin."],
  ["it", "Una passeggiata nel centro storico e poi il gelato della gelateria del quartiere."],
  ["pt", "Passeio a pé pelo centro da cidade e uma pausa para o café com os avós no mercado."],
  ["ja", "午前中に浅草寺を参拝し、仲見世通りで人形焼を食べる。"],
  ["ja", "Tokyo Skytreeの展望台から東京の街を見わたします。"],
  ["zh", "上午参观故宫博物院，下午在南锣鼓巷的胡同里散步。"],
  ["zh", "在台北的永康街吃午餐，之後到茶の屋喝茶，傍晚前往象山看整座城市的夜景。"],
  ["ar", "جولة في المتحف المصري ثم عشاء على ضفاف النيل."],
  ["ar", "زيارة Khan el-Khalili ثم شرب الشاي في مقهى الفيشاوي القديم."],
  ["ko", "경복궁을 둘러보고 북촌에서 점심을 먹습니다."],
  ["ru", "Прогулка по Красной площади и ужин у реки."],
  ["el", "Βόλτα στην Πλάκα και δείπνο με θέα."],
  [null, "Kävelyretki satamassa, sitten kahvila"],
  [null, "12:30 – 14:00"],
  [null, ""],
];

for (const [language, text] of texts) {
  Deno.test(`languageOf() returns ${language} for ${JSON.stringify(text)}`, () => {
    assertStrictEquals(languageOf(text), language);
  });
}
