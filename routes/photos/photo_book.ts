/**
 * The photographs of places, as far as they were asked for: found once, and kept in memory.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import { DAY_MS } from "../../lib/clock.ts";
import {
  type CommonsOptions,
  findPhoto,
  loadPicture,
  MAX_PICTURE_BYTES,
  type Photo,
  type PhotoPlace,
} from "./commons.ts";

/** Places whose photographs, or lack of one, stay in memory: about 1 MB. */
const MAX_PLACES = 2_000;

/** The pictures that stay in memory, in bytes. */
const MAX_BYTES = 16_000_000;

/** A failure is forgotten after a minute, so that an outage costs few requests. */
const FAILURE_MS = 60_000;

/** The wiki asks for few requests at the same time. */
const MAX_REQUESTS = 2;

/** More requests may not wait. */
const MAX_WAITING = 50;

type Bytes = Uint8Array<ArrayBuffer>;

const log = getLogger(["tripwright", "photos"]);

/** Finds photographs and their pictures. A failure means that there is none. */
export class PhotoBook {
  readonly #options: CommonsOptions;
  readonly #requests = pLimit(MAX_REQUESTS);
  readonly #photos: LRUCache<string, Promise<Photo | null>>;
  readonly #pictures: LRUCache<string, Promise<Bytes | null>>;

  constructor(options: CommonsOptions) {
    this.#options = options;
    // Without a resolution, the package needs no timer to remember the time.
    const time = { perf: options.clock, ttlResolution: 0 };
    this.#photos = new LRUCache({ max: MAX_PLACES, ...time });
    this.#pictures = new LRUCache({ maxSize: MAX_BYTES, ...time });
  }

  /** Returns the photograph of a place; `null`: none is known. */
  photo(place: PhotoPlace): Promise<Photo | null> {
    const key = JSON.stringify([place.name, place.latitude, place.longitude]);
    const known = this.#photos.get(key);
    if (known) return known;
    if (this.#requests.pendingCount >= MAX_WAITING) return Promise.resolve(null);
    const finding = this.#requests(() => findPhoto(place, this.#options)).catch((error) => {
      this.#report(error);
      this.#photos.set(key, Promise.resolve(null), { ttl: FAILURE_MS });
      return null;
    });
    this.#photos.set(key, finding, { ttl: DAY_MS });
    return finding;
  }

  /** Returns the picture of a photograph; `null`: it cannot be shown. */
  picture(photo: Photo): Promise<Bytes | null> {
    const key = photo.url.href;
    const known = this.#pictures.get(key);
    if (known) return known;
    if (this.#requests.pendingCount >= MAX_WAITING) return Promise.resolve(null);
    const loading = this.#requests(() => loadPicture(photo, this.#options)).catch((error) => {
      this.#report(error);
      return null;
    }).then((bytes) => {
      const kept = bytes === null ? { ttl: FAILURE_MS, size: 1 } : { size: bytes.length };
      this.#pictures.set(key, loading, kept);
      return bytes;
    });
    // The size is known only later.
    this.#pictures.set(key, loading, { size: MAX_PICTURE_BYTES });
    return loading;
  }

  /** The message names the host, but no place. */
  #report(error: unknown): void {
    log.warning("No photograph: {reason}", {
      reason: error instanceof Error ? error.name : "unknown",
    });
  }
}
