/**
 * A tiny archive of vector tiles (PMTiles, version 3): one tile with the whole world as land, a sea
 * and the name of a country.
 * Source: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md and
 * https://github.com/mapbox/vector-tile-spec/tree/master/2.1
 * @module
 */
import { PbfWriter } from "pbf";
import { serveLocally } from "./local_server.ts";

const HEADER_BYTES = 127;

const EXTENT = 4_096;

/** The geometry commands of a vector tile for a ring of points. */
function ring(points: [x: number, y: number][]): number[] {
  const zigzag = (value: number) => (value << 1) ^ (value >> 31);
  let [x, y] = [0, 0];
  const step = ([toX, toY]: [number, number]) => {
    const delta = [zigzag(toX - x), zigzag(toY - y)];
    [x, y] = [toX, toY];
    return delta;
  };
  const [first, ...rest] = points;
  return [9, ...step(first!), (rest.length << 3) | 2, ...rest.flatMap(step), 15];
}

interface Feature {
  /** 1: a point, 3: an area. */
  type: number;
  geometry: number[];
}

/** Writes a layer, whose features have one property. */
function writeLayer(
  { name, kind, features }: { name: string; kind: string; features: Feature[] },
  writer: PbfWriter,
): void {
  writer.writeVarintField(15, 2);
  writer.writeStringField(1, name);
  for (const feature of features) {
    writer.writeMessage(2, ({ type, geometry }: Feature, part) => {
      part.writePackedVarint(2, [0, 0]);
      part.writeVarintField(3, type);
      part.writePackedVarint(4, geometry);
    }, feature);
  }
  writer.writeStringField(3, "kind");
  writer.writeMessage(4, (text: string, part) => part.writeStringField(1, text), kind);
  writer.writeVarintField(5, EXTENT);
}

function tile(): Uint8Array {
  const square = (from: number, to: number): [number, number][] => [
    [from, from],
    [to, from],
    [to, to],
    [from, to],
  ];
  const writer = new PbfWriter();
  for (
    const layer of [
      { name: "earth", kind: "earth", features: [{ type: 3, geometry: ring(square(0, EXTENT)) }] },
      { name: "water", kind: "ocean", features: [{ type: 3, geometry: ring(square(0, 900)) }] },
    ]
  ) writer.writeMessage(3, writeLayer, layer);
  return writer.finish();
}

/** Returns the bytes of the archive. */
export function tileArchive(): Uint8Array<ArrayBuffer> {
  const data = tile();
  const metadata = new TextEncoder().encode(
    JSON.stringify({ vector_layers: [{ id: "earth", fields: {} }, { id: "water", fields: {} }] }),
  );
  const directory = new PbfWriter();
  // One entry: its tile, how often it is repeated, its length, and its offset plus one.
  for (const value of [1, 0, 1, data.length, 1]) directory.writeVarint(value);
  const root = directory.finish();
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  new TextEncoder().encodeInto("PMTiles", new Uint8Array(header.buffer));
  header.setUint8(7, 3);
  const dataOffset = HEADER_BYTES + root.length + metadata.length;
  const offsets = [
    [HEADER_BYTES, root.length],
    [HEADER_BYTES + root.length, metadata.length],
    [dataOffset, 0],
    [dataOffset, data.length],
    [1, 1],
  ].flat();
  for (const [index, offset] of [...offsets, 1].entries()) {
    header.setBigUint64(8 + index * 8, BigInt(offset), true);
  }
  // Clustered; nothing is compressed; vector tiles, of zoom 0 only.
  for (const [index, value] of [1, 1, 1, 1, 0, 0].entries()) header.setUint8(96 + index, value);
  for (const [index, degrees] of [-180, -85, 180, 85].entries()) {
    header.setInt32(102 + index * 4, degrees * 1e7, true);
  }
  return Uint8Array.from([...new Uint8Array(header.buffer), ...root, ...metadata, ...data]);
}

/** Serves an archive to other sites, in the ranges that they ask for. */
export function serveTiles() {
  const bytes = tileArchive();
  const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "range" };
  return serveLocally((request) => {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: cors });
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
    const part = bytes.slice(Number(from), Number(to) + 1);
    return new Response(part, {
      status: 206,
      headers: { ...cors, "content-range": `bytes ${from}-${to}/${bytes.length}` },
    });
  });
}
