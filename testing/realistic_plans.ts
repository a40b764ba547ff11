/**
 * Good plans as a skilled planner writes them, for various places and wishes. No rule of the review
 * may find anything in them. All places are real, and their opening hours are public knowledge.
 * @module
 */
import { calendarDay } from "../jobs/kinds/itinerary/calendar_day.ts";
import type { Activity, Itinerary } from "../jobs/kinds/itinerary/plan.ts";
import { ItineraryRequest } from "../jobs/kinds/itinerary/request.ts";
import { surroundingsOf } from "../jobs/kinds/itinerary/surroundings.ts";
import { Category } from "../jobs/kinds/plan_members.ts";
import type { Destination } from "../jobs/places/place.ts";
import { storedActivity } from "./plans.ts";
import { withWays } from "./rich_plans.ts";

/** A wish, where it goes, and its plan. */
export interface RealisticPlan {
  what: string;
  request: ItineraryRequest;
  destination: Destination;
  plan: Itinerary;
}

/**
 * One activity: `time minutes category cost latitude,longitude | title | mapQuery | needs | hours`. A
 * dash stands for what is not known. Activities with opening hours have a looked-up position.
 */
type Line = string;

interface Written {
  what: string;
  wish: Record<string, unknown>;
  area: [latitude: number, longitude: number, radiusKm: number];
  currency: string;
  days: Line[][];
}

const written: Written[] = [
  {
    what: "a family in Paris, with a day trip to the Mont-Saint-Michel",
    wish: { destination: "Paris", durationDays: 3, travellers: { adults: 2, children: 2 } },
    area: [48.8534, 2.3488, 94],
    currency: "EUR",
    days: [
      [
        "09:30 120 sight 29 48.8584,2.2945 | Eiffel Tower | Tour Eiffel, Paris | - | Mo-Su 09:30-23:00",
        "12:00 75 food 22 48.8571,2.3003 | Lunch on Rue Cler | Café Central, Rue Cler, Paris | - | -",
        "14:00 60 sight 17 48.8606,2.2937 | Boat on the Seine | Bateaux Parisiens, Paris | - | -",
        "16:00 120 museum 16 48.8600,2.3266 | Musée d'Orsay | Musée d'Orsay, Paris | - | Tu-Su 09:30-18:00; Th 09:30-21:45",
        "19:30 90 food 28 48.8540,2.3330 | Dinner in Saint-Germain | Brasserie Lipp, Paris | - | -",
      ],
      [
        "07:30 150 transport 60 48.8412,2.3205 | Train to Pontorson | Gare Montparnasse, Paris | - | -",
        "11:30 180 sight 13 48.6360,-1.5114 | Mont-Saint-Michel Abbey | Mont-Saint-Michel | - | -",
        "15:00 60 food 25 48.6355,-1.5103 | Omelette at La Mère Poulard | La Mère Poulard, Mont-Saint-Michel | - | -",
        "17:00 210 transport 60 48.5570,-1.5060 | Train back to Paris | Gare de Pontorson | - | -",
      ],
      [
        "10:00 150 museum 22 48.8606,2.3376 | Louvre | Musée du Louvre, Paris | - | Mo,Th,Sa,Su 09:00-18:00; We,Fr 09:00-21:45",
        "12:45 60 food 18 48.8650,2.3320 | Lunch by the Tuileries | Angelina, Paris | - | -",
        "14:00 75 nature 0 48.8635,2.3270 | Sail boats in the Tuileries | Jardin des Tuileries, Paris | - | -",
        "16:00 90 sight 0 48.8867,2.3431 | Montmartre and Sacré-Cœur | Sacré-Cœur, Paris | - | Mo-Su 06:30-22:30",
        "18:30 90 food 25 48.8840,2.3330 | Dinner on Rue des Martyrs | Bouillon Pigalle, Paris | - | Mo-Su 12:00-24:00",
      ],
    ],
  },
  {
    what: "a packed trip to Tokyo with a budget",
    wish: {
      destination: "Tokyo, Japan",
      durationDays: 3,
      startDate: "2027-04-05",
      pace: "packed",
      travellers: { adults: 2 },
      budget: { amount: 90_000, currency: "JPY" },
    },
    area: [35.6895, 139.6917, 160],
    currency: "JPY",
    days: [
      [
        "13:00 60 food 1500 35.6938,139.7034 | Ramen near Shinjuku station | Fuunji, Tokyo | - | -",
        "14:30 60 sight 0 35.6896,139.6917 | View from the Metropolitan Government Building | Tokyo Metropolitan Government Building | - | Mo-Su 09:30-22:00",
        "16:00 75 nature 500 35.6852,139.7100 | Shinjuku Gyoen | Shinjuku Gyoen, Tokyo | - | Tu-Su 09:00-18:00; Mo off; Apr 1-24 Mo 09:00-18:00",
        "19:30 90 food 4000 35.6930,139.6996 | Yakitori in Omoide Yokocho | Omoide Yokocho, Tokyo | - | -",
      ],
      [
        "06:30 60 food 3000 35.6655,139.7707 | Sushi breakfast at Tsukiji | Tsukiji Outer Market, Tokyo | - | -",
        "08:15 75 sight 0 35.7148,139.7967 | Sensō-ji | Sensō-ji, Tokyo | - | 24/7",
        "10:15 120 museum 1000 35.7188,139.7765 | Tokyo National Museum | Tokyo National Museum | - | Tu-Su 09:30-17:00",
        "13:00 60 food 1800 35.7101,139.7745 | Lunch in Ameyoko | Ameyoko, Tokyo | - | -",
        "15:00 120 shopping 5000 35.6984,139.7731 | Akihabara | Akihabara, Tokyo | - | -",
        "19:00 120 entertainment 3800 35.6492,139.7898 | teamLab Planets | teamLab Planets, Tokyo | - | Mo-Su 08:30-22:00",
      ],
      [
        "09:00 90 sight 0 35.6764,139.6993 | Meiji Shrine | Meiji Jingu, Tokyo | - | sunrise-sunset",
        "10:45 75 shopping 2000 35.6702,139.7027 | Takeshita Street | Takeshita Street, Tokyo | - | -",
        "12:30 60 food 1600 35.6650,139.7080 | Tonkatsu lunch | Tonkatsu Maisen Aoyama, Tokyo | - | -",
        "14:15 45 sight 0 35.6595,139.7005 | Shibuya Crossing | Shibuya Crossing, Tokyo | - | -",
      ],
    ],
  },
  {
    what: "a relaxed week at a beach, with meals at the resort",
    wish: {
      destination: "Maldives",
      durationDays: 4,
      pace: "relaxed",
      startPoint: "Sun Island Resort",
      travellers: { adults: 2 },
    },
    area: [3.2, 73, 2_000],
    currency: "USD",
    days: [
      "Arrive by seaplane|Snorkel at the house reef|Sunset dinner on the sand",
      "Dive with manta rays|Reading in the hammock|Maldivian curry night",
      "Morning at the beach|Spa by the lagoon|Grill night",
      "Kayak tour|Afternoon at the beach|Farewell dinner",
    ].map((day, index) => {
      const [morning, afternoon, evening] = day.split("|");
      const sorts = index === 0 ? ["transport", "sport"] : ["nature", "relaxation"];
      return [
        `08:30 60 food - - | Breakfast at the resort | Sun Island Resort, Maldives | - | -`,
        `10:00 120 ${sorts[0]} - - | ${morning} | ${
          index > 1 ? "House beach, Sun Island" : "-"
        } | - | -`,
        `15:00 120 ${sorts[1]} - - | ${afternoon} | - | - | -`,
        `19:00 90 food - - | ${evening} | ${
          index % 2 === 0 ? "Sun Island Resort, Maldives" : "-"
        } | - | -`,
      ];
    }),
  },
  {
    what: "Iceland's south from Reykjavík",
    wish: { destination: "Reykjavík", durationDays: 3, startDate: "2027-06-18", pace: "balanced" },
    area: [64.1355, -21.8954, 61],
    currency: "ISK",
    days: [
      [
        "10:00 45 sight 1400 64.1417,-21.9266 | Hallgrímskirkja | Hallgrímskirkja, Reykjavík | - | Mo-Su 09:00-20:00",
        "11:15 90 museum 3000 64.1466,-21.9420 | Settlement Exhibition | Settlement Exhibition, Reykjavík | - | -",
        "13:00 45 food 900 64.1484,-21.9383 | Hot dog at Bæjarins Beztu | Bæjarins Beztu Pylsur, Reykjavík | - | Su-Th 10:00-01:00; Fr,Sa 10:00-04:30",
        "15:00 150 relaxation 9500 64.1190,-21.9260 | Sky Lagoon | Sky Lagoon, Kópavogur | - | -",
        "19:30 90 food 6500 64.1490,-21.9400 | Fish at Messinn | Messinn, Reykjavík | - | -",
      ],
      [
        "08:00 780 nature 24000 64.0484,-16.1790 | Day tour to Jökulsárlón | Jökulsárlón | - | -",
        "12:30 45 food 3000 63.4186,-19.0060 | Soup in Vík | Súpufélagið, Vík | - | -",
        "21:30 60 food 4500 64.1470,-21.9330 | Late burger | Hamborgarabúllan, Reykjavík | - | -",
      ],
      [
        "09:00 480 nature 12000 64.3104,-20.3024 | Golden Circle by minibus | Geysir, Haukadalur | - | -",
        "18:30 75 food 6000 64.1475,-21.9400 | Dinner at the old harbour | Sægreifinn, Reykjavík | - | Mo-Su 11:30-21:00",
        "20:00 60 sight 0 64.1476,-21.9223 | Sun Voyager at midnight sun | Sólfar, Reykjavík | - | -",
      ],
    ],
  },
  {
    what: "Las Vegas with the Grand Canyon and late shows",
    wish: { destination: "Las Vegas, Nevada", durationDays: 3, travellers: { adults: 4 } },
    area: [36.1750, -115.1372, 74],
    currency: "USD",
    days: [
      [
        "14:00 90 sight 0 36.1126,-115.1767 | Bellagio conservatory and fountains | Bellagio, Las Vegas | - | 24/7",
        "16:00 60 sport 25 36.1176,-115.1681 | High Roller | High Roller, Las Vegas | - | Mo-Su 14:00-24:00",
        "18:30 90 food 60 36.1212,-115.1697 | Dinner at the Venetian | Bouchon, Las Vegas | - | -",
        "21:30 90 entertainment 110 36.1126,-115.1767 | O by Cirque du Soleil | Bellagio, Las Vegas | - | -",
      ],
      [
        "06:30 240 transport 90 36.1147,-115.1728 | Coach to the South Rim | - | - | -",
        "11:30 60 food 20 36.0576,-112.1430 | Lunch at Bright Angel Lodge | Bright Angel Lodge, Grand Canyon | - | -",
        "12:30 150 nature 35 36.0610,-112.1090 | Rim Trail to Mather Point | Mather Point, Grand Canyon | - | 24/7",
        "15:30 240 transport 0 36.0570,-112.1400 | Coach back | - | - | -",
      ],
      [
        "10:30 75 food 35 36.1095,-115.1700 | Brunch | Wicked Spoon, Las Vegas | - | Mo-Su 08:00-15:00",
        "12:30 120 museum 30 36.1728,-115.1410 | Mob Museum | The Mob Museum, Las Vegas | - | Mo-Su 09:00-21:00",
        "19:00 120 nightlife 40 36.1700,-115.1420 | Fremont Street | Fremont Street Experience, Las Vegas | - | -",
      ],
    ],
  },
  {
    what: "Marrakesch on a vegan diet, in German",
    wish: {
      destination: "Marrakesch",
      durationDays: 2,
      language: "de",
      diet: ["vegan"],
      budget: { amount: 200, currency: "EUR", per: "person" },
    },
    area: [31.6315, -8.0083, 79],
    currency: "EUR",
    days: [
      [
        "09:00 90 nature 15 31.6417,-8.0030 | Jardin Majorelle | Jardin Majorelle, Marrakech | - | Mo-Su 08:00-18:30",
        "12:00 75 food 12 31.6300,-7.9870 | Mittagessen mit Blick über die Souks | Nomad, Marrakech | Es gibt vegane Couscous-Gerichte. | Mo-Su 12:00-23:00",
        "14:00 120 shopping 0 31.6310,-7.9880 | Bummel durch die Souks | Souk Semmarine, Marrakech | - | -",
        "19:00 120 food 10 31.6258,-7.9891 | Abend auf dem Djemaa el Fna | Jemaa el-Fnaa, Marrakech | Harira ohne Fleisch, gegrilltes Gemüse. | -",
      ],
      [
        "09:30 75 sight 7 31.6218,-7.9820 | Bahia-Palast | Palais Bahia, Marrakech | - | Mo-Su 09:00-17:00",
        "11:15 60 sight 10 31.6185,-7.9860 | El-Badi-Palast | Palais El Badi, Marrakech | - | Mo-Su 09:00-17:00",
        "13:00 60 food 9 31.6256,-7.9868 | Vegane Bowl | Henna Cafe, Marrakech | Die Karte nennt vegane Gerichte. | -",
        "16:00 120 relaxation 30 31.6320,-7.9900 | Hammam | Hammam de la Rose, Marrakech | - | -",
        "20:00 90 food 20 31.6290,-7.9890 | Abendessen im Riad | Le Jardin, Marrakech | Vegane Tajine auf Bestellung. | -",
      ],
    ],
  },
  {
    what: "Rome and Florence by train",
    wish: { destination: "Rome and Florence", durationDays: 3, startDate: "2027-05-12" },
    area: [42.84, 11.87, 231],
    currency: "EUR",
    days: [
      [
        "09:00 150 sight 18 41.8902,12.4922 | Colosseum and Forum | Colosseo, Roma | - | Mo-Su 08:30-19:15",
        "12:00 75 food 20 41.8955,12.4890 | Lunch in Monti | La Taverna dei Fori Imperiali, Roma | - | -",
        "14:30 45 sight 5 41.8986,12.4769 | Pantheon | Pantheon, Roma | - | Mo-Su 09:00-19:00",
        "15:30 30 food 4 41.8990,12.4753 | Gelato | Giolitti, Roma | - | -",
        "20:00 120 food 30 41.8886,12.4700 | Dinner in Trastevere | Da Enzo al 29, Roma | - | Mo-Sa 12:15-15:00,19:00-23:00",
      ],
      [
        "08:00 150 museum 20 41.9065,12.4536 | Vatican Museums | Musei Vaticani, Città del Vaticano | - | Mo-Sa 08:00-20:00; Su off",
        '11:00 60 sight 0 41.9022,12.4539 | St Peter\'s Basilica | Basilica di San Pietro, Città del Vaticano | - | Mo-Su 07:00-19:00; We 13:00-19:00 "audience"',
        "14:00 95 transport 45 41.9010,12.5018 | Train to Florence | Roma Termini | - | -",
        "17:00 60 sight 0 43.7679,11.2530 | Ponte Vecchio | Ponte Vecchio, Firenze | - | 24/7",
        "19:30 90 food 32 43.7700,11.2480 | Steak in Florence | Trattoria 13 Gobbi, Firenze | - | -",
      ],
      [
        "08:30 150 museum 25 43.7678,11.2553 | Uffizi | Galleria degli Uffizi, Firenze | - | Tu-Su 08:15-18:30",
        "11:30 60 food 8 43.7685,11.2560 | Schiacciata | All'Antico Vinaio, Firenze | - | -",
        "13:00 90 sight 20 43.7731,11.2560 | Duomo and dome | Cattedrale di Santa Maria del Fiore, Firenze | - | Mo-Sa 10:45-16:30",
        "19:00 60 sight 0 43.7629,11.2650 | Sunset at Piazzale Michelangelo | Piazzale Michelangelo, Firenze | - | -",
      ],
    ],
  },
  {
    what: "Istanbul with a wheelchair",
    wish: {
      destination: "Istanbul",
      durationDays: 2,
      startDate: "2027-09-16",
      accessibility: ["wheelchair"],
      diet: ["halal"],
      pace: "relaxed",
    },
    area: [41.0138, 28.9497, 168],
    currency: "TRY",
    days: [
      [
        "10:00 75 sight 1200 41.0086,28.9802 | Hagia Sophia | Ayasofya, İstanbul | Step-free entrance from the square. | Mo-Su 09:00-19:30",
        "12:00 75 food 600 41.0060,28.9760 | Köfte at Sultanahmet | Tarihi Sultanahmet Köftecisi, İstanbul | Halal; ramp at the door. | -",
        "16:00 60 sight 0 41.0054,28.9768 | Blue Mosque | Sultan Ahmet Camii, İstanbul | Ramp at the side entrance. | Sa-Th 08:30-11:30,13:00-14:30,15:45-17:00; Fr 13:30-16:30",
        "19:00 90 food 900 41.0170,28.9730 | Fish by the Golden Horn | Hamdi Restaurant, İstanbul | Halal; has a lift. | -",
      ],
      [
        "09:30 120 museum 1700 41.0115,28.9834 | Topkapı Palace | Topkapı Sarayı, İstanbul | First two courts are level. | We-Mo 09:00-18:00",
        "12:30 75 food 700 41.0165,28.9709 | Lunch at Pandeli | Pandeli, İstanbul | Halal kitchen. | -",
        "15:00 90 entertainment 300 41.0190,28.9750 | Bosphorus ferry | Eminönü İskelesi, İstanbul | Level boarding. | -",
        "18:30 90 food 800 41.0256,28.9744 | Dinner in Galata | Galata Kitchen, İstanbul | Halal dishes. | -",
      ],
    ],
  },
  {
    what: "京都, in Japanese",
    wish: { destination: "京都", durationDays: 2, startDate: "2026-12-05", interests: ["寺"] },
    area: [35.0211, 135.7539, 87],
    currency: "JPY",
    days: [
      [
        "08:00 120 sight 0 34.9671,135.7727 | 伏見稲荷大社 | 伏見稲荷大社, 京都 | - | 24/7",
        "11:00 60 food 1500 35.0050,135.7649 | 錦市場で食べ歩き | 錦市場, 京都 | - | Mo-Su 10:00-18:00",
        "13:30 90 sight 500 34.9949,135.7850 | 清水寺 | 清水寺, 京都 | - | Mo-Su 06:00-18:00",
        "15:45 60 sight 600 35.0036,135.7780 | 祇園散歩 | 祇園, 京都 | - | -",
        "18:30 90 food 6000 35.0045,135.7710 | 先斗町で夕食 | 先斗町, 京都 | - | -",
      ],
      [
        "08:30 60 nature 0 35.0170,135.6713 | 竹林の小径 | 竹林の小径, 京都 | - | 24/7",
        "09:45 45 sight 500 35.0158,135.6737 | 天龍寺 | 天龍寺, 京都 | - | Mo-Su 08:30-17:00",
        "12:00 60 food 1800 35.0136,135.6778 | 湯豆腐 | 嵯峨野, 京都 | - | -",
        "14:30 60 sight 500 35.0394,135.7292 | 金閣寺 | 金閣寺, 京都 | - | Mo-Su 09:00-17:00",
        "18:00 120 food 8000 35.0037,135.7751 | 祇園で懐石 | 祇園にしかわ, 京都 | - | -",
      ],
    ],
  },
  {
    what: "Buenos Aires with late dinners and tango",
    wish: {
      destination: "Buenos Aires",
      durationDays: 2,
      startDate: "2027-03-05",
      interests: ["tango", "steak"],
      startPoint: "Hotel in Palermo",
    },
    area: [-34.6131, -58.3772, 158],
    currency: "ARS",
    days: [
      [
        "09:00 45 food 9000 -34.5880,-58.4300 | Breakfast near the hotel | Ninina, Buenos Aires | - | Mo-Su 08:00-24:00",
        "10:30 75 sight 20000 -34.5875,-58.3930 | Recoleta cemetery | Cementerio de la Recoleta, Buenos Aires | - | Mo-Su 08:00-17:00",
        "13:30 90 food 35000 -34.5890,-58.3920 | Lunch | El Sanjuanino, Buenos Aires | - | Tu-Su 12:00-16:00,19:00-01:00; Mo 19:00-24:00",
        "16:00 90 museum 15000 -34.5770,-58.4037 | MALBA | MALBA, Buenos Aires | - | Th-Mo 12:00-20:00; We 11:00-20:00",
        "21:30 120 food 60000 -34.5861,-58.4242 | Steak at Don Julio | Don Julio, Buenos Aires | - | Mo-Su 11:30-16:00,19:00-01:00",
      ],
      [
        "09:00 45 food 9000 -34.5880,-58.4300 | Medialunas at Ninina again | Ninina, Buenos Aires | - | Mo-Su 08:00-24:00",
        "10:30 120 sight 0 -34.6345,-58.3631 | La Boca and Caminito | Caminito, Buenos Aires | - | -",
        "13:00 75 food 30000 -34.6200,-58.3720 | Lunch in San Telmo | El Desnivel, Buenos Aires | - | -",
        "20:30 90 food 45000 -34.6088,-58.3710 | Dinner before the show | Café Tortoni, Buenos Aires | - | -",
        "22:30 90 nightlife 50000 -34.6218,-58.3700 | Tango at El Viejo Almacén | El Viejo Almacén, Buenos Aires | - | -",
      ],
    ],
  },
];

const LINE = /^(\d\d:\d\d) (\d+) (\w+) (\S+) (\S+) \| (.+) \| (.+) \| (.+) \| (.+)$/;

function activityOf(line: Line, currency: string): Activity {
  const [, time, minutes, category, cost, position, title, mapQuery, needs, hours] = LINE.exec(
    line,
  )!;
  const given = (text: string | undefined) => text === "-" ? null : text!;
  const isFound = given(hours) !== null;
  const [latitude, longitude] = given(position)?.split(",").map(Number) ?? [];
  return storedActivity({
    time: time!,
    title: title!,
    description: title!,
    place: given(mapQuery) ?? title!,
    estimatedCost: given(cost) === null ? null : { amount: Number(cost), currency },
    category: Category.parse(category),
    mapQuery: given(mapQuery),
    coordinates: latitude === undefined
      ? null
      : { latitude, longitude: longitude!, origin: isFound ? "places" : "approximate" },
    verified: isFound ? true : null,
    durationMinutes: Number(minutes),
    openingHours: given(hours),
    needsMet: given(needs),
  });
}

/** The plans, completed as the program completes them. */
export const realisticPlans: RealisticPlan[] = written.map(
  ({ what, wish, area: [latitude, longitude, radiusKm], currency, days }) => {
    const request = ItineraryRequest.parse(wish);
    const destination: Destination = {
      name: request.destination,
      point: { latitude, longitude },
      radiusKm,
      timeZone: null,
      countryCode: null,
    };
    const surroundings = { ...surroundingsOf(request), destination };
    return {
      what,
      request,
      destination,
      plan: {
        days: days.map((lines, index) =>
          withWays({
            day: index + 1,
            ...calendarDay(index + 1, surroundings),
            theme: what,
            activities: lines.map((line) => activityOf(line, currency)),
            totals: null,
          })
        ),
        location: null,
      },
    };
  },
);
