/**
 * Tables and lists for people.
 * @module
 */
import Table from "cli-table3";
import { styleText } from "node:util";
import { visible } from "./control_characters.ts";
import type { Terminal } from "./terminal.ts";

type Style = Parameters<typeof styleText>[0];

/** A column of a table. */
export interface Column<Row> {
  title: string;
  text: (row: Row) => string;
  /** The color of a cell, if any. */
  color?: (row: Row) => Style | undefined;
  align?: "right";
  /** Whether the text may be shortened if the table is too wide. */
  isShortenable?: boolean;
  /** Whether the column may be left out if the table is too wide. */
  isOptional?: boolean;
}

/** Between two columns. */
const GAP = "  ";

/** A shortened text of fewer characters says nothing. */
const MIN_WIDTH = 8;

const noBorders = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
  ].map((name) => [name, ""]),
);

/** Returns a table that fits the terminal. */
export function tableOf<Row>(
  { rows, columns }: { rows: readonly Row[]; columns: readonly Column<Row>[] },
  terminal: Pick<Terminal, "columns" | "hasColors">,
): string {
  const shown = columns.map((column) => ({
    ...column,
    cells: rows.map((row) => visible(column.text(row))),
  }));
  const { fitting, widths } = fit(shown, terminal.columns);
  const table = new Table({
    head: fitting.map(({ title }) => paint(title, "bold", terminal)),
    chars: { ...noBorders, middle: GAP },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
    colAligns: fitting.map(({ align }) => align ?? "left"),
    ...(widths && { colWidths: widths }),
  });
  for (const [n, row] of rows.entries()) {
    table.push(fitting.map(({ cells, color }) => paint(cells[n]!, color?.(row), terminal)));
  }
  return table.toString().replaceAll(/ +$/gm, "");
}

interface Measured {
  title: string;
  cells: string[];
  isShortenable?: boolean;
  isOptional?: boolean;
}

/** Chooses the columns and their widths; without widths, each column is as wide as its cells. */
function fit<Shown extends Measured>(
  columns: readonly Shown[],
  width: number | null,
): { fitting: readonly Shown[]; widths?: number[] } {
  const widths = columns.map(({ title, cells }) =>
    Math.max(...[title, ...cells].map((text) => [...text].length))
  );
  const excess = () =>
    widths.reduce((sum, one) => sum + one, GAP.length * (columns.length - 1)) - (width ?? Infinity);
  if (excess() <= 0) return { fitting: columns };
  for (;;) {
    const [widest] = columns.keys().toArray()
      .filter((n) => columns[n]!.isShortenable && widths[n]! > MIN_WIDTH)
      .toSorted((a, b) => widths[b]! - widths[a]!);
    if (excess() <= 0 || widest === undefined) break;
    widths[widest]!--;
  }
  const optional = columns.findLastIndex(({ isOptional }) => isOptional);
  if (excess() <= 0 || optional < 0) return { fitting: columns, widths };
  return fit(columns.toSpliced(optional, 1), width);
}

/** Returns names and values, one of each in a line. */
export function listOf(
  entries: readonly (readonly [name: string, value: string | null])[],
  { hasColors }: Pick<Terminal, "hasColors">,
): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.filter(([, value]) => value !== null)
    .map(([name, value]) =>
      `${paint(name.padEnd(width), "bold", { hasColors })}${GAP}${visible(value!)}`
    )
    .join("\n");
}

/** Adds a color, if the terminal has any. */
export function paint(
  text: string,
  style: Style | undefined,
  { hasColors }: Pick<Terminal, "hasColors">,
): string {
  return hasColors && style && text ? styleText(style, text, { validateStream: false }) : text;
}
