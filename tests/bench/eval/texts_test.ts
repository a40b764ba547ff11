import { assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { languageOf } from "../../../bench/eval/language.ts";
import { linksIn } from "../../../bench/eval/links.ts";
import { viewOfBundles, viewOfItinerary } from "../../../bench/eval/plan_view.ts";
import { Bundles } from "../../../jobs/kinds/bundles/plan.ts";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import { assembleItinerary } from "../../../jobs/kinds/itinerary/assemble.ts";
import { sampleItinerary } from "../../../jobs/kinds/itinerary/sample.ts";

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
  ["fi", "Kävelyretki satamassa, sitten kahvila."],
  ["nl", "Een wandeling langs de grachten en daarna koffie op het plein."],
  ["tr", "Galata Kulesi çevresinde bir yürüyüş ve ardından balık ekmek."],
  [null, "12:30 – 14:00"],
  [null, ""],
];

for (const [language, text] of texts) {
  Deno.test(`languageOf() returns ${language} for ${JSON.stringify(text)}`, () => {
    assertStrictEquals(languageOf(text), language);
  });
}

Deno.test("the texts of plans have no names of members and no categories", () => {
  const trip = { destination: "Ghent", durationDays: 3 };
  const { texts } = viewOfItinerary(assembleItinerary(sampleItinerary(trip)));
  const bundles = sampleBundles({ preferences: { interests: ["jazz"] } });
  bundles.bundles[0]!.keyEvents[0]!.url = "https://example.com/techno";
  const view = viewOfBundles(Bundles.parse(bundles));

  assertMatch(texts, /^Dinner .+$/m);
  assertMatch(view.texts, /^Because you asked for jazz\.$/m);
  for (const text of [texts, view.texts]) {
    assertNotMatch(text, /bookAhead|mapQuery|nightlife|entertainment|example/);
  }
});
