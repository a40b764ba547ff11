/**
 * Walks along streets, by a server with the HTTP API of OSRM and a profile for people on foot.
 * https://project-osrm.org/docs/v5.24.0/api/#route-service
 * @module
 */
import { getLogger } from "@logtape/logtape";
import pLimit from "p-limit";
import { z } from "zod";
import { type Clock, withDeadline } from "../../lib/clock.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import { apiUrl, fetchJson } from "../../lib/http/json_fetch.ts";
import { distanceMeters, METERS_PER_KM, straightWalk, walkingMinutes } from "./geometry.ts";
import type { Leg, Point, Walk } from "./place.ts";
import { requestLimits } from "./place_provider.ts";
import type { PlaceContext } from "./places.ts";
import { ServicePause } from "./service_pause.ts";

/** How long a plan waits for all its routes. */
const TIMEOUT_MS = 5_000;

/** How many routes of a plan are asked for at once. */
const MAX_REQUESTS = 4;

/** The most points of one route. A server may refuse more than a hundred. */
const MAX_POINTS = 50;

/** A longer leg is no walk, and would keep a router busy. */
const LONGEST_WALK_METERS = 30 * METERS_PER_KM;

/** A position to ten centimetres. */
const DECIMALS = 6;

const SECONDS_PER_MINUTE = 60;

/** No walk takes longer: an answer with more is an error. */
const amount = z.number().nonnegative().max(1e6);

const Route = z.object({
  code: z.literal("Ok"),
  routes: z.tuple([
    z.object({ legs: z.array(z.object({ distance: amount, duration: amount })) }),
  ]).rest(z.unknown()),
});

/** Consecutive legs, each of which begins where the one before it ends. */
interface Chain {
  /** The position of the first leg in the list of all legs. */
  from: number;
  points: Point[];
}

const log = getLogger(["tripwright", "places"]);

/** Measures walks with a router. */
export class Walks {
  readonly #baseUrl: string;
  readonly #pause: ServicePause;
  readonly #faults: FaultLog;

  /** @param routerUrl the base URL of the router */
  constructor(routerUrl: string, clock: Clock) {
    this.#baseUrl = routerUrl;
    this.#pause = new ServicePause(clock);
    this.#faults = new FaultLog(log, clock, "warning");
  }

  /** Measures legs. See {@link Places.walk}. */
  async measure(legs: readonly Leg[], context: PlaceContext): Promise<Walk[]> {
    const { signal, clock } = context;
    signal.throwIfAborted();
    const walks = legs.map(straightWalk);
    const baseUrl = this.#baseUrl;
    if (this.#pause.isOn) return walks;
    const limit = pLimit(MAX_REQUESTS);
    const isOver = withDeadline(
      (signal) =>
        Promise.all(
          chainsOf(legs).map((chain) =>
            limit(async () => {
              // Another route may have shown that the router does not answer.
              if (this.#pause.isOn || signal.aborted) return;
              const routed = await this.#route(baseUrl, chain, { signal, clock });
              routed.forEach((walk, index) => walks[chain.from + index] = walk);
            })
          ),
        ),
      { ms: TIMEOUT_MS, clock, signal },
    );
    await isOver.catch((error) => {
      signal.throwIfAborted();
      this.#faults.report("no time for all routes", error);
    });
    // A late answer changes nothing any more.
    return [...walks];
  }

  /** Asks for one route. @returns no walks if the router has none */
  async #route(baseUrl: string, { points }: Chain, context: PlaceContext): Promise<Walk[]> {
    const path = points.map(({ latitude, longitude }) =>
      [longitude, latitude].map((degrees) => Number(degrees.toFixed(DECIMALS))).join(",")
    ).join(";");
    const url = apiUrl(baseUrl, `/route/v1/foot/${path}`, { overview: "false" });
    try {
      const { routes: [{ legs }] } = await fetchJson(url, {
        ...requestLimits(context),
        schema: Route.refine(({ routes: [{ legs }] }) => legs.length === points.length - 1),
      });
      this.#pause.succeeded();
      return legs.map(walkOf);
    } catch (error) {
      if (!context.signal.aborted) {
        this.#pause.failed(error);
        this.#faults.report("no route", error, { paused: this.#pause.isOn });
      }
      return [];
    }
  }
}

/**
 * Returns a walk of a route. It takes at least the time that the program assumes for the distance: a
 * server may have been set up for cars by mistake.
 */
function walkOf({ distance, duration }: { distance: number; duration: number }): Walk {
  return {
    distanceMeters: Math.round(distance),
    walkingMinutes: Math.max(
      Math.ceil(duration / SECONDS_PER_MINUTE),
      walkingMinutes(distance),
    ),
    origin: "router",
  };
}

/** Joins legs to routes. Legs that are no walk, or no way at all, belong to none. */
function chainsOf(legs: readonly Leg[]): Chain[] {
  const chains: Chain[] = [];
  let last: { chain: Chain; leg: number } | undefined;
  legs.forEach(({ from, to }, index) => {
    const meters = distanceMeters(from, to);
    if (meters === 0 || meters > LONGEST_WALK_METERS) return;
    const continues = last?.leg === index - 1 && isSame(last.chain.points.at(-1)!, from) &&
      last.chain.points.length < MAX_POINTS;
    const chain = continues ? last!.chain : { from: index, points: [from] };
    if (!continues) chains.push(chain);
    chain.points.push(to);
    last = { chain, leg: index };
  });
  return chains;
}

function isSame(a: Point, b: Point): boolean {
  return a.latitude === b.latitude && a.longitude === b.longitude;
}
