/**
 * A history for tests of pages: a month of jobs with a bad hour.
 * @module
 */
import { HOUR_MS, MINUTE_MS } from "../lib/history/range.ts";
import { emptyRow, type Row } from "../lib/history/row.ts";
import { HistoryStore, type OwnRow } from "../lib/store/history_store.ts";
import type { FakeClock } from "./fake_clock.ts";
import { durations } from "./history.ts";
import type { Kv } from "../lib/platform/kv.ts";

/** Returns a row with about as many jobs as a level, from 0 to 1, says. */
export function busyRow(level: number, { failed = 0, minutes = 1 } = {}): Row {
  const jobs = Math.round(40 * level);
  return {
    counters: {
      accepted: { "itinerary": jobs },
      attempts: {
        "itinerary succeeded": jobs - failed,
        ...(failed > 0 && { "itinerary retried": failed, "itinerary failed": failed }),
      },
      rescues: { itinerary: jobs > 0 ? 1 : 0 },
      lostLeases: failed > 0 ? { itinerary: 1 } : {},
      savedTokens: failed > 0 ? { itinerary: 100 * failed } : {},
      callbacks: {
        delivered: Math.round(6 * level) - (failed > 0 ? 1 : 0),
        ...(failed > 0 && { failed: 1 }),
      },
      requests: { 200: 7 * jobs - failed, ...(failed > 0 && { 500: failed }) },
      ended: { "itinerary succeeded": jobs - failed, "itinerary failed": failed },
      polls: { "/api/itineraries/:id": 6 * jobs },
      modelErrors: failed > 0 ? { rate_limited: failed, upstream_error: 1 } : {},
      tokens: { "input gpt-6-luna": 900 * jobs, "output gpt-6-luna": 2_100 * jobs },
      cost: { "gpt-6-luna": 0.001 * jobs },
    },
    histograms: {
      duration: { itinerary: durations(jobs, 15 + 20 * level) },
      wait: { itinerary: durations(jobs, 0.02) },
      latency: { "": durations(7 * jobs, 0.004) },
      eventLoopDelay: { "": durations(300, 0.002) },
    },
    gauges: {
      running: { itinerary: minutes * Math.round(8 * level) },
      waiting: { itinerary: Math.round(12 * level) },
      oldestAge: { itinerary: 180 * level, bundles: 60 * level },
      streams: { "": minutes * Math.round(4 * level) },
      memory: { rss: 100e6 + 100e6 * level, heap_used: 50e6 + 50e6 * level },
      storageSize: { "": 80e6 + 40e6 * level },
      storageExpired: { "": Math.round(30 * level) },
    },
  };
}

/** Stores a month of rows that ends at the time of the clock. */
export async function storeHistory(kv: Kv, clock: FakeClock): Promise<void> {
  const store = new HistoryStore(kv, clock);
  const [minute, hour] = [MINUTE_MS, HOUR_MS].map((ms) => Math.floor(clock.now() / ms));
  const rows: OwnRow[] = [];
  const writer = "stored";
  for (let ago = 0; ago < 1_440; ago++) {
    const level = 0.5 + 0.4 * Math.sin(ago / 25);
    const failed = ago > 20 && ago < 32 ? 9 : 0;
    // No instance ran for some minutes.
    const row = ago > 40 && ago < 46 ? emptyRow() : busyRow(level, { failed });
    rows.push({ level: "minute", period: minute! - ago, writer, row });
  }
  for (let ago = 0; ago < 720; ago++) {
    const level = 0.5 + 0.5 * Math.sin(ago / 12);
    rows.push({ level: "hour", period: hour! - ago, writer, row: busyRow(level, { minutes: 60 }) });
  }
  const presence = {
    version: "test",
    hostName: null,
    startedAt: clock.now(),
    at: clock.now(),
    running: {},
    freeSlots: 1,
  };
  // A commit has at most 1,000 changes.
  for (let n = 0; n < rows.length; n += 500) {
    await store.write(writer, { rows: rows.slice(n, n + 500), presence });
  }
}
