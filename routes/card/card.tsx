/**
 * The picture that other sites and apps show beside a link (Open Graph, https://ogp.me), as SVG.
 * @module
 */
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { LAND_UNITS, type Outlines } from "../../web/app/map/land.ts";
import { type Dot, type Panel, type Position, projectOnto, projectRoutes } from "./card_map.ts";
import { cutToWidth, fitTitle, shownText } from "./card_text.ts";

/** The size that sites ask for, in pixels. */
export const CARD_WIDTH = 1200;
export const CARD_HEIGHT = 630;

/** What a picture shows. */
export interface Card {
  /** The title of the trip. */
  title: string;
  /** What takes its place if the font lacks its letters. */
  fallbackTitle: string;
  /** A few words above the title. */
  label: string;
  /** The parts of the plan. */
  parts: readonly CardPart[];
  /** Says how many further parts there are. */
  more: (count: number) => string;
  /** What lies below the routes; unset: a grid. */
  land?: Outlines | null;
}

export interface CardPart {
  title: string;
  /** What takes its place if the font lacks its letters. */
  fallbackTitle: string;
  /** The places, in the order of the plan. */
  route: readonly Position[];
}

/** The colors of the pages in daylight. */
const [PAPER, CARD, INK, QUIET, ACCENT, TINT, LINE] = [
  "#faf8f4",
  "#ffffff",
  "#1f2529",
  "#586168",
  "#0f6b63",
  "#e6f2f0",
  "#cfe3df",
];

/** The colors of the parts, in turn. */
const PART_COLORS = [
  "#0f6b63",
  "#c2571a",
  "#3b5bb5",
  "#a3271d",
  "#7a4fa3",
  "#5b7a12",
  "#b0357a",
  "#1d7fa3",
  "#8a6a0a",
  "#4a5560",
];

const WATER = "#cfe3df";
const FONT = "Inter";
const LEFT = 72;
const TITLE_SIZES = [92, 78, 66, 56, 48];
const MAP: Panel = { x: 740, y: 0, width: 460, height: CARD_HEIGHT };
/** The dots stay away from the edges of the map. */
const ROUTES: Panel = { x: 806, y: 76, width: 328, height: 478 };
const TEXT_WIDTH = MAP.x - LEFT - 48;
const PART_SIZE = 30;
const PART_HEIGHT = 50;
/** The regular weight is narrower than the bold one, which the widths are for. */
const REGULAR = 0.94;
/** The lines of parts, with the line that counts the rest. */
const MAX_LINES = 5;
/** The room below the label with room for the brand at the bottom. */
const [TITLE_TOP, LIST_BOTTOM] = [128, 540];

/** The height of the map, as a part of its width: the shape of a frame of land. */
export const CARD_MAP_SHAPE = MAP.height / MAP.width;

/** Returns the color of a part. */
export function partColor(index: number): string {
  return PART_COLORS[index % PART_COLORS.length]!;
}

/** Draws a picture. The same card always results in the same text. */
export function drawCard(card: Card): string {
  const title = shownText(card.title) ?? shownText(card.fallbackTitle) ?? "Tripwright";
  const fitted = fitTitle(title, { sizes: TITLE_SIZES, width: TEXT_WIDTH, lines: 2 });
  const label = shownText(card.label);
  const titleBottom = TITLE_TOP + fitted.lines.length * fitted.size * 1.1;
  const room = Math.floor((LIST_BOTTOM - titleBottom - 24) / PART_HEIGHT);
  return renderToString(
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${CARD_WIDTH} ${CARD_HEIGHT}`}
      width={CARD_WIDTH}
      height={CARD_HEIGHT}
      font-family={FONT}
    >
      <rect width={CARD_WIDTH} height={CARD_HEIGHT} fill={PAPER} />
      <MapPanel routes={card.parts.map(({ route }) => route)} land={card.land ?? null} />
      {label && (
        <Text x={LEFT} y={104} size={32} color={ACCENT} weight={700}>
          {cutToWidth(label, TEXT_WIDTH / 32)}
        </Text>
      )}
      {fitted.lines.map((line, index) => (
        <Text
          key={index}
          x={LEFT - 4}
          y={TITLE_TOP + (index + 0.85) * fitted.size * 1.1}
          size={fitted.size}
          color={INK}
          weight={700}
        >
          {line}
        </Text>
      ))}
      <Parts card={card} top={titleBottom + 62} lines={Math.min(MAX_LINES, room)} />
      <Brand />
    </svg>,
  );
}

function Parts(
  { card: { parts, more }, top, lines }: { card: Card; top: number; lines: number },
) {
  const count = parts.length <= lines ? parts.length : lines - 1;
  const width = (TEXT_WIDTH - 44) / PART_SIZE / REGULAR;
  const rest = shownText(more(parts.length - count));
  return (
    <>
      {parts.slice(0, count).map((part, index) => {
        const text = shownText(part.title) ?? shownText(part.fallbackTitle) ?? "";
        const y = top + index * PART_HEIGHT;
        return (
          <g key={index}>
            <circle cx={LEFT + 10} cy={y - 10} r={10} fill={partColor(index)} />
            <Text x={LEFT + 44} y={y} size={PART_SIZE} color={INK}>{cutToWidth(text, width)}</Text>
          </g>
        );
      })}
      {parts.length > count && rest && (
        <Text x={LEFT + 44} y={top + count * PART_HEIGHT} size={PART_SIZE} color={QUIET}>
          {rest}
        </Text>
      )}
    </>
  );
}

/** A page of a map with the routes. Without places it has a route that stands for any trip. */
function MapPanel(
  { routes, land }: { routes: readonly (readonly Position[])[]; land: Outlines | null },
) {
  const { x, y, width, height } = MAP;
  const hasPlaces = routes.some((route) => route.length > 0);
  const placed = land ? projectOnto(land, routes, MAP) : projectRoutes(routes, ROUTES);
  const drawn = hasPlaces ? placed : [[
    { x: 836, y: 500 },
    { x: 900, y: 372 },
    { x: 1020, y: 420 },
    { x: 1010, y: 250 },
    { x: 1104, y: 140 },
  ]];
  return (
    <g>
      <rect x={x} y={y} width={width} height={height} fill={TINT} />
      {land
        ? <LandShapes land={land} />
        : <path d={grid()} stroke={LINE} stroke-width={2} fill="none" />}
      {hasPlaces && (
        <polyline
          points={pointsOf(drawn.flat())}
          fill="none"
          stroke={QUIET}
          stroke-width={4}
          stroke-dasharray="2 12"
          stroke-linecap="round"
        />
      )}
      {drawn.map((dots, index) =>
        // An empty attribute would be written as in HTML, which is no XML.
        dots.length > 0 && (
          <g key={index} fill="none" stroke-linejoin="round" stroke-linecap="round">
            <polyline points={pointsOf(dots)} stroke={CARD} stroke-width={12} />
            <polyline points={pointsOf(dots)} stroke={partColor(index)} stroke-width={6} />
          </g>
        )
      )}
      {drawn.map((dots, index) =>
        dots.map((dot, number) => (
          <circle
            key={`${index}-${number}`}
            cx={dot.x}
            cy={dot.y}
            r={11}
            fill={partColor(index)}
            stroke={CARD}
            stroke-width={4}
          />
        ))
      )}
    </g>
  );
}

/** Land and water, cut at the edges of the map. */
function LandShapes({ land: { paths } }: { land: Outlines }) {
  const scale = MAP.width / LAND_UNITS;
  return (
    <svg x={MAP.x} y={MAP.y} width={MAP.width} height={MAP.height}>
      <rect width={MAP.width} height={MAP.height} fill={WATER} />
      <g transform={`scale(${scale})`}>
        {paths.land && <path d={paths.land} fill={PAPER} fill-rule="evenodd" />}
        {paths.lakes && <path d={paths.lakes} fill={WATER} />}
        {paths.borders && (
          <path d={paths.borders} fill="none" stroke={QUIET} stroke-width={3} opacity={0.5} />
        )}
      </g>
    </svg>
  );
}

function pointsOf(dots: readonly Dot[]): string {
  return dots.map(({ x, y }) => `${x},${y}`).join(" ");
}

/** The lines of the map. */
function grid(): string {
  const step = 92;
  const columns = Array.from(
    { length: Math.ceil(MAP.width / step) - 1 },
    (_, n) => `M${MAP.x + (n + 1) * step} 0V${CARD_HEIGHT}`,
  );
  const rows = Array.from(
    { length: Math.ceil(CARD_HEIGHT / step) - 1 },
    (_, n) => `M${MAP.x} ${(n + 1) * step}H${CARD_WIDTH}`,
  );
  return [...columns, ...rows].join("");
}

/** The icon of the service (`web/assets/icon.svg`), with its name. */
function Brand() {
  return (
    <g>
      <g transform={`translate(${LEFT} 552) scale(1.25)`}>
        <rect width="32" height="32" rx="8" fill={ACCENT} />
        <path
          d="M7 22c4-9 6-3 9-7s4-7 9-6"
          fill="none"
          stroke={CARD}
          stroke-width="2.5"
          stroke-linecap="round"
          stroke-dasharray="1 4.4"
        />
        <circle cx="7" cy="22.5" r="2.6" fill={CARD} />
        <path
          d="M25 5.2a3.6 3.6 0 0 1 3.6 3.6c0 2.4-3.6 5.6-3.6 5.6s-3.6-3.2-3.6-5.6A3.6 3.6 0 0 1 25 5.2z"
          fill="#ffd27a"
        />
      </g>
      <Text x={LEFT + 56} y={582} size={28} color={QUIET} weight={700}>Tripwright</Text>
    </g>
  );
}

function Text({ x, y, size, color, weight = 400, children }: {
  x: number;
  y: number;
  size: number;
  color: string;
  weight?: 400 | 700;
  children: ComponentChildren;
}) {
  return (
    <text x={x} y={y} font-size={size} font-weight={weight} fill={color}>
      {children}
    </text>
  );
}
