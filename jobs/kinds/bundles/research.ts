/**
 * What the tools of a job have found: links and time zones. The program completes the plan of the
 * model with it.
 * @module
 */
import type { InputItem } from "../../../lib/model/model.ts";
import type { FoundPlace } from "../../tools/tool.ts";
import { approximate } from "../plan_members.ts";
import { comparable } from "../text.ts";
import { isLink, KnownLinks } from "./known_links.ts";
import type {
  Bundle,
  Bundles,
  KeyEvent,
  WrittenBundle,
  WrittenBundles,
  WrittenEvent,
} from "./plan.ts";

/** Collects what tools find, and completes plans. */
export class Research {
  readonly #links = new KnownLinks();
  /**
   * The places by their names. The model asks again for a place of the same name if it meant another
   * one, so the last one counts.
   */
  readonly #places = new Map<string, FoundPlace>();
  /** The time zones of an earlier plan, by the names of the cities. */
  readonly #earlier = new Map<string, string>();

  /** Adds what the hosted web search has found, and the pages that the model cites. */
  addSearches(output: readonly InputItem[]): void {
    this.#links.addSearches(output);
  }

  /**
   * Adds the output of a tool.
   *
   * @param json the output, as the model receives it
   * @param place the place that the output is about
   */
  addOutput(json: string, place: FoundPlace | undefined): void {
    this.#links.addOutput(json);
    if (place) this.#places.set(comparable(place.name), place);
  }

  /**
   * Adds the plan that this job changes: its links are real, and it may know the time zones of
   * cities. It does not tell where the new events are.
   */
  addPlan({ bundles }: Bundles): void {
    this.#links.addOutput(JSON.stringify(bundles));
    for (const { city, timeZone } of bundles.flatMap(({ keyEvents }) => keyEvents)) {
      if (city !== null && timeZone !== null) this.#earlier.set(nameOf(city), timeZone);
    }
  }

  /** Returns the name of a city with its region and country; `null`: no tool has found it. */
  labelOf(city: string): string | null {
    return this.#placeOf(city)?.label ?? null;
  }

  /** Returns whether a tool has returned a link so far. */
  isKnownLink(link: string): boolean {
    return this.#links.isKnown(link);
  }

  /** Completes a plan: the form in which the rules see it. Its links are not reviewed yet. */
  complete({ bundles, ...plan }: WrittenBundles): Bundles {
    const timeZone = this.#timeZone;
    return {
      ...plan,
      bundles: bundles.map((bundle) => this.#completeBundle(bundle)),
      ...(timeZone !== null && { timeZone }),
    };
  }

  /** Completes one bundle with what has been found so far. Its unknown links are left out. */
  completePart(bundle: WrittenBundle): Bundle {
    const completed = this.#completeBundle(bundle);
    const keyEvents = completed.keyEvents.map((event) => ({
      ...event,
      url: this.#known(event.url),
    }));
    return { ...completed, keyEvents };
  }

  /** An image without a source is no loss, so it is left out without a word. */
  #completeBundle({ imageUrl, keyEvents, ...bundle }: WrittenBundle): Bundle {
    return {
      ...bundle,
      keyEvents: keyEvents.map((event) => this.#completeEvent(event)),
      imageUrl: this.#known(imageUrl),
    };
  }

  #completeEvent(event: WrittenEvent): KeyEvent {
    return {
      ...event,
      url: event.url !== null && isLink(event.url) ? event.url : null,
      timeZone: this.#timeZoneIn(event.city),
      coordinates: approximate(event.coordinates),
      verified: null,
    };
  }

  #known(link: string | null): string | null {
    return link !== null && this.isKnownLink(link) ? link : null;
  }

  /** The time zone of the plan: that of all of its places; `null`: not known, or not one. */
  get #timeZone(): string | null {
    const zones = [...this.#places.values()].map(({ timeZone }) => timeZone);
    const [timeZone, ...others] = new Set(zones);
    return timeZone === undefined || others.length > 0 ? null : timeZone;
  }

  /** Returns the time zone of a city, else that of the plan: tools know cities by English names. */
  #timeZoneIn(city: string | null): string | null {
    const name = city ?? "";
    return this.#placeOf(name)?.timeZone ?? this.#earlier.get(nameOf(name)) ?? this.#timeZone;
  }

  #placeOf(city: string): FoundPlace | undefined {
    return this.#places.get(nameOf(city));
  }
}

/** Returns the name of a city for comparisons. Some models add the country: `Lisbon, Portugal`. */
function nameOf(city: string): string {
  return comparable(city.split(",")[0]!);
}
