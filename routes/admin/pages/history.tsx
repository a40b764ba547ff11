/**
 * The charts of the overview, and a page for each of them with its numbers.
 * @module
 */
import type { Context, Hono } from "hono";
import { z } from "zod";
import { withDeadline } from "../../../lib/clock.ts";
import { type HistoryPoint, type RangeName, rangeNames } from "../../../lib/history/range.ts";
import { workOfKinds } from "../../../lib/history/row.ts";
import { ProblemError } from "../../http/problem.ts";
import type { AdminEnv, AdminOptions } from "../admin_env.ts";
import { readQuery } from "../operation.ts";
import { Chart, ChartTable } from "./chart.tsx";
import {
  type ChartDefinition,
  type ChartName,
  charts,
  contentOf,
  furtherCharts,
  headlineOf,
  hintOf,
} from "./charts.ts";
import { Live, LIVE_SECONDS, sendAdminPage } from "./layout.tsx";

const RangeQuery = z.object({ range: z.enum(rangeNames).default("hour") });

const rangeTitles: Record<RangeName, string> = {
  hour: "Last hour",
  day: "Last day",
  month: "Last 30 days",
};

/** A row is written once a minute, and open pages ask every five seconds. */
const FRESH_MS = 10_000;

/** A database that takes longer does not respond. */
const READ_MS = 2_000;

/** Reads the history for pages. All open pages of an instance share its reads. */
export class HistoryReader {
  readonly #options: Pick<AdminOptions, "operator" | "clock">;
  readonly #latest = new Map<RangeName, { until: number; points: Promise<HistoryPoint[]> }>();

  constructor(options: Pick<AdminOptions, "operator" | "clock">) {
    this.#options = options;
  }

  /**
   * Returns the points of a range, which may be some seconds old. They count only the jobs that
   * clients create.
   */
  async read(range: RangeName): Promise<HistoryPoint[]> {
    const { clock } = this.#options;
    const latest = this.#latest.get(range);
    if (latest && latest.until > clock.now()) return await latest.points;
    const points = this.#readWork(range);
    const entry = { until: clock.now() + FRESH_MS, points };
    this.#latest.set(range, entry);
    // The next page must try again after a failure.
    points.catch(() => {
      if (this.#latest.get(range) === entry) this.#latest.delete(range);
    });
    return await points;
  }

  async #readWork(range: RangeName): Promise<HistoryPoint[]> {
    const { history, kinds } = this.#options.operator;
    const points = await history.read(range);
    return points.map((point) => ({ ...point, row: workOfKinds(point.row, kinds) }));
  }

  /** Returns the points of a range; `null` if the database does not respond in time. */
  async readInTime(range: RangeName): Promise<HistoryPoint[] | null> {
    const { clock } = this.#options;
    return await withDeadline(() => this.read(range), { ms: READ_MS, clock }).catch(() => null);
  }
}

/** Returns the range that the URL names, by default the last hour. */
export function rangeOf(c: Context): RangeName {
  return RangeQuery.parse(readQuery(c, RangeQuery)).range;
}

/** Adds the pages `/admin/charts/:name`. */
export function addChartPages(routes: Hono<AdminEnv>, reader: HistoryReader): void {
  routes.get("/admin/charts/:name", async (c) => {
    const name = c.req.param("name");
    const range = rangeOf(c);
    if (!Object.hasOwn(charts, name)) {
      throw new ProblemError({ code: "route_not_found", detail: "There is no such chart" });
    }
    const definition: ChartDefinition = charts[name as ChartName];
    const points = await reader.read(range);
    const content = contentOf(definition, { points, range });
    return sendAdminPage(c, {
      title: definition.title,
      section: "overview",
      live: LIVE_SECONDS,
      main: (
        <>
          <RangeLinks path={`/admin/charts/${name}`} current={range} />
          <Live id="chart">
            <section class="card large">
              <Headline definition={definition} points={points} range={range} />
              <Chart {...content} label={definition.title} />
            </section>
            <section class="card">
              <h2>Numbers</h2>
              <ChartTable {...content} />
            </section>
          </Live>
        </>
      ),
    });
  });
}

interface ChartsProps {
  /** `null`: the database does not respond. */
  points: readonly HistoryPoint[] | null;
  range: RangeName;
}

/** Draws all charts of a range. */
export function Charts({ points, range }: ChartsProps) {
  if (!points) return <p class="notice bad">The history cannot be read: no answer in time.</p>;
  const names = Object.keys(charts) as ChartName[];
  const first = names.filter((name) => !furtherCharts.includes(name));
  return (
    <section aria-labelledby="history-title" class="charts-section">
      <h2 id="history-title" class="unseen">History: {rangeTitles[range].toLowerCase()}</h2>
      <ChartCards names={first} points={points} range={range} />
      <details id="further-charts">
        <summary>More charts</summary>
        <ChartCards names={furtherCharts} points={points} range={range} />
      </details>
    </section>
  );
}

function ChartCards({ names, points, range }: {
  names: readonly ChartName[];
  points: readonly HistoryPoint[];
  range: RangeName;
}) {
  return (
    <div class="charts">
      {names.map((name) => {
        const definition: ChartDefinition = charts[name];
        return (
          <section key={name} class="card">
            <h3>
              <a href={`/admin/charts/${name}?range=${range}`}>{definition.title}</a>
            </h3>
            <Headline definition={definition} points={points} range={range} />
            <Chart {...contentOf(definition, { points, range })} label={definition.title} />
          </section>
        );
      })}
    </div>
  );
}

function Headline({ definition, points, range }: {
  definition: ChartDefinition;
  points: readonly HistoryPoint[];
  range: RangeName;
}) {
  const hint = hintOf(definition, range);
  return (
    <p class="headline">
      <strong>{headlineOf(definition, points)}</strong>
      {hint && <span class="quiet">{hint}</span>}
    </p>
  );
}

/** Links to the same page with other ranges. */
export function RangeLinks({ path, current }: { path: string; current: RangeName }) {
  return (
    <nav aria-label="Range" class="choices">
      <ul>
        {rangeNames.map((range) => (
          <li key={range}>
            <a
              href={`${path}?range=${range}`}
              aria-current={range === current ? "true" : undefined}
            >
              {rangeTitles[range]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
