/**
 * Charts, drawn on the server as SVG. Their labels are HTML, so that text keeps its size at every
 * width. Each chart has a table with the same numbers.
 * @module
 */
import { Time } from "./values.tsx";

/** Values over time. `null`: there is no value at this time. */
export interface Series {
  name: string;
  values: readonly (number | null)[];
}

export interface ChartContent {
  /** The begin of each point, in epoch milliseconds. */
  times: readonly number[];
  /** At most as many as there are colors. */
  series: readonly Series[];
  /** `bars` are stacked, `area` is a line whose area down to zero is filled. */
  form: "line" | "area" | "bars";
  /** Returns a value as text. */
  format: (value: number) => string;
  /** The upper end of the axis. Unset: the next round number above all values. */
  top?: number;
  /** Returns the next round number. By default {@link roundUp}. */
  round?: (value: number) => number;
  /** How the labels of the time axis are written. */
  timeStyle: "time" | "date";
}

/** The style sheet has this many colors for series. */
export const MAX_SERIES = 6;

/** The units of the drawing. The browser stretches it to the size of its place. */
const WIDTH = 600;
const HEIGHT = 100;

/** Draws a chart with its axes, and a legend. A line alone needs none: the title names it. */
export function Chart({ label, ...content }: ChartContent & { label: string }) {
  const { times, series, form, format, timeStyle } = content;
  const top = content.top ?? topOf(content);
  return (
    <div class="chart">
      <div class="plot">
        <div class="y-axis" aria-hidden="true">
          <span>{format(top)}</span>
          <span>{format(0)}</span>
        </div>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${label}. ${summaryOf(content)}`}
        >
          {[0, HEIGHT / 2, HEIGHT].map((y) => (
            <path key={y} class="grid" d={`M0 ${y}H${WIDTH}`} vector-effect="non-scaling-stroke" />
          ))}
          {form === "bars"
            ? stackedBars(series, top).map((d, n) => (
              <path key={n} class={`bars series-${n + 1}`} d={d} />
            ))
            : series.map(({ values }, n) => (
              <LineOf key={n} values={values} top={top} number={n + 1} isArea={form === "area"} />
            ))}
        </svg>
        <div class="x-axis" aria-hidden="true">
          {[0, Math.floor(times.length / 2), times.length - 1].map((n) => (
            <Time key={n} iso={new Date(times[n]!).toISOString()} format={timeStyle} />
          ))}
        </div>
      </div>
      {(series.length > 1 || form === "bars") && <Legend series={series} />}
    </div>
  );
}

function Legend({ series }: { series: readonly Series[] }) {
  return (
    <ul class="legend">
      {series.map(({ name }, n) => (
        <li key={name}>
          <svg class="key" viewBox="0 0 10 10" aria-hidden="true">
            <path class={`bars series-${n + 1}`} d="M0 0h10v10h-10z" />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

function LineOf({ values, top, number, isArea }: {
  values: Series["values"];
  top: number;
  number: number;
  isArea: boolean;
}) {
  return (
    <>
      {isArea && <path class={`area series-${number}`} d={areaPath(values, top)} />}
      <path
        class={`line series-${number}`}
        d={linePath(values, top)}
        vector-effect="non-scaling-stroke"
      />
      <path
        class={`line dots series-${number}`}
        d={dotPath(values, top)}
        vector-effect="non-scaling-stroke"
      />
    </>
  );
}

/** Returns the numbers of a chart as a table, newest first. */
export function ChartTable({ times, series, format }: ChartContent) {
  return (
    <table class="data">
      <thead>
        <tr>
          <th scope="col">From</th>
          {series.map(({ name }) => <th key={name} scope="col" class="number">{name}</th>)}
        </tr>
      </thead>
      <tbody>
        {times.map((time, n) => (
          <tr key={time}>
            <td data-label="From">
              <Time iso={new Date(time).toISOString()} />
            </td>
            {series.map(({ name, values }) => {
              const value = values[n] ?? null;
              return (
                <td key={name} data-label={name} class="number">
                  {value === null ? "–" : format(value)}
                </td>
              );
            })}
          </tr>
        )).toReversed()}
      </tbody>
    </table>
  );
}

/** Says the range of each series and its last value, for readers that see no picture. */
function summaryOf({ series, format }: ChartContent): string {
  return series.map(({ name, values }) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return `${name}: no values.`;
    const [low, high] = [Math.min(...known), Math.max(...known)].map(format);
    return `${name}: from ${low} to ${high}, at last ${format(known.at(-1)!)}.`;
  }).join(" ");
}

function topOf({ series, times, form, round = roundUp }: ChartContent): number {
  const values = form === "bars"
    ? times.map((_, n) => series.reduce((sum, { values }) => sum + (values[n] ?? 0), 0))
    : series.flatMap(({ values }) => values.map((value) => value ?? 0));
  return round(Math.max(0, ...values));
}

/** Returns the next larger 1, 2 or 5 with zeros: a number that is easy to halve in the head. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  // Without the rounding, 0.3 would be 0.30000000000000004.
  const next = [1, 2, 5, 10].map((step) => Number((step * power).toPrecision(1)))
    .find((step) => step >= value);
  return next ?? 10 * power;
}

/** Rounds to what a screen can show, so that the page stays small. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function yOf(value: number, top: number): number {
  return HEIGHT - HEIGHT * Math.min(1, Math.max(0, value / top));
}

function xOf(n: number, count: number): number {
  return count === 1 ? WIDTH / 2 : WIDTH * n / (count - 1);
}

/** Splits values into runs without gaps: the number of the first value, and the values. */
function runsOf(values: Series["values"]): { from: number; values: number[] }[] {
  const runs: { from: number; values: number[] }[] = [];
  for (const [n, value] of values.entries()) {
    if (value === null) continue;
    const last = runs.at(-1);
    if (last && last.from + last.values.length === n) last.values.push(value);
    else runs.push({ from: n, values: [value] });
  }
  return runs;
}

/** Returns the path of a line. It has a gap where there is no value. */
export function linePath(values: Series["values"], top: number): string {
  const lines = runsOf(values).filter(({ values: run }) => run.length > 1);
  return lines.map(({ from, values: run }) => {
    const points = run.map((value, n) =>
      `${short(xOf(from + n, values.length))} ${short(yOf(value, top))}`
    );
    return `M${points[0]}L${points.slice(1).join(" ")}`;
  }).join("");
}

/** Returns the path of the values that no line connects with others. */
export function dotPath(values: Series["values"], top: number): string {
  const single = runsOf(values).filter(({ values: run }) => run.length === 1);
  // A line without length is a dot, because its ends are round.
  return single.map(({ from, values: [value] }) =>
    `M${short(xOf(from, values.length))} ${short(yOf(value!, top))}h0`
  ).join("");
}

function areaPath(values: Series["values"], top: number): string {
  return runsOf(values).map(({ from, values: run }) => {
    const x = (n: number) => short(xOf(from + n, values.length));
    const points = run.map((value, n) => `${x(n)} ${short(yOf(value, top))}`);
    return `M${x(0)} ${HEIGHT}L${points.join(" ")} ${x(run.length - 1)} ${HEIGHT}Z`;
  }).join("");
}

/** The part of its width that a bar leaves free. */
const BAR_GAP = 0.15;

/** Returns the path of the bars of each series, the first one at the bottom. */
export function stackedBars(series: readonly Series[], top: number): string[] {
  const count = series[0]?.values.length ?? 0;
  const width = WIDTH / count;
  const heights = Array<number>(count).fill(0);
  return series.map(({ values }) =>
    values.map((value, n) => {
      if (!value) return "";
      const from = heights[n]!;
      heights[n] = from + value;
      const [low, high] = [yOf(from, top), yOf(from + value, top)];
      const x = short(n * width + width * BAR_GAP / 2);
      return `M${x} ${short(low)}V${short(high)}h${short(width * (1 - BAR_GAP))}V${short(low)}z`;
    }).join("")
  );
}
