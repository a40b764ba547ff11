import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { gpxText, type RoutePoint } from "../../../routes/files/gpx.ts";
import { oneLine } from "../../../routes/files/text.ts";
import { anyCharacter } from "../../../testing/text.ts";

const createdAt = Date.parse("2026-11-24T12:34:56Z");

const castle: RoutePoint = {
  latitude: 38.7139,
  longitude: -9.1335,
  name: "Castelo",
  description: "A view.",
  category: "sight",
  url: "https://example.com/?a=1&b=2",
};

/** What the schema allows: the children of each element, in order. */
const CHILDREN: Record<string, readonly string[]> = {
  gpx: ["metadata", "wpt", "rte", "trk", "extensions"],
  metadata: ["name", "desc", "author", "copyright", "link", "time", "keywords", "bounds"],
  wpt: ["ele", "time", "name", "cmt", "desc", "src", "link", "sym", "type"],
  rte: ["name", "cmt", "desc", "src", "link", "number", "type", "rtept"],
  rtept: ["ele", "time", "name", "cmt", "desc", "src", "link", "sym", "type"],
  link: ["text", "type"],
};

type Node = Record<string, unknown>;

/** Parses a file, and checks the order of its elements. */
function parsed(text: string): Node[] {
  assertStrictEquals(XMLValidator.validate(text), true);
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseTagValue: false,
    trimValues: false,
  });
  const document = (parser.parse(text) as Node[]).filter((node) => !("#text" in node));
  assertEquals(document.map((node) => Object.keys(node)[0]), ["?xml", "gpx"]);
  checkOrder("gpx", document[1]!.gpx as Node[]);
  return document[1]!.gpx as Node[];
}

function checkOrder(name: string, nodes: Node[]): void {
  const allowed = CHILDREN[name];
  const names = namesOf(nodes);
  if (!allowed) return assertEquals(names, [], name);
  const places = names.map((child) => allowed.indexOf(child));
  assert(places.every((place) => place >= 0), `${name}: ${names}`);
  assertEquals(places, places.toSorted((a, b) => a - b), `${name}: ${names}`);
  for (const node of nodes) {
    const [child] = namesOf([node]);
    if (child) checkOrder(child, node[child] as Node[]);
  }
}

function namesOf(nodes: Node[]): string[] {
  return nodes.flatMap((node) => Object.keys(node).filter((key) => !/^[#:]/.test(key)));
}

/** The text of an element, given by its path. */
function textAt(nodes: Node[], ...path: string[]): string {
  const [name, ...rest] = path;
  if (name === undefined) return nodes.map((node) => node["#text"] ?? "").join("");
  return textAt(nodes.find((node) => name in node)![name] as Node[], ...rest);
}

Deno.test("a plan becomes GPX with a waypoint for each place and a route for each part", () => {
  const text = gpxText({
    name: "Lisbon & more",
    createdAt,
    routes: [
      { name: "Day 1: Alfama", points: [castle, { ...castle, name: "Fado", url: null }] },
      { name: "Day 2: no places", points: [] },
    ],
  });
  assertMatch(text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<gpx version="1\.1" /);
  assertMatch(text, / xmlns="http:\/\/www\.topografix\.com\/GPX\/1\/1" /);
  const gpx = parsed(text);
  assertEquals(namesOf(gpx), ["metadata", "wpt", "wpt", "rte"]);
  assertStrictEquals(textAt(gpx, "metadata", "name"), "Lisbon & more");
  assertStrictEquals(textAt(gpx, "metadata", "time"), "2026-11-24T12:34:56.000Z");
  assertStrictEquals(textAt(gpx, "rte", "name"), "Day 1: Alfama");
  assertEquals(gpx.find((node) => "wpt" in node)![":@"], {
    lat: "38.713900",
    lon: "-9.133500",
  });
  assertMatch(text, /<link href="https:\/\/example\.com\/\?a=1&amp;b=2"\/>/);
  assertMatch(text, /<type>sight<\/type>/);
});

Deno.test("any text stays complete in GPX, and adds no element", () => {
  const text = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 100 }),
    fc.constantFrom("]]>", "<wpt>", "&lt;", "&amp;amp;", "\"'", "\0\ufffe\uffff\ud800", "<!--"),
  );
  fc.assert(
    fc.property(text, (name) => {
      const gpx = parsed(gpxText({
        name,
        createdAt,
        routes: [{ name, points: [{ ...castle, name, description: name, category: name }] }],
      }));
      assertEquals(namesOf(gpx), ["metadata", "wpt", "rte"]);
      const line = oneLine(name).replace(/[\ufffe\uffff]/g, "");
      assertStrictEquals(textAt(gpx, "rte", "rtept", "name"), line);
    }),
    { seed: 20261128, numRuns: 300 },
  );
});

Deno.test("positions have no exponent", () => {
  const point = { ...castle, latitude: 1e-9, longitude: -180 };
  const text = gpxText({ name: "x", createdAt, routes: [{ name: "x", points: [point] }] });
  assertMatch(text, /<wpt lat="0\.000000" lon="-180\.000000">/);
});
