/**
 * The photographs of the places of a trip. Only places that were looked up have one.
 * @module
 */
import type { Context } from "hono";
import type { Job } from "../../web/client/job.ts";
import { kindOf } from "../../web/client/job.ts";
import { filesOf } from "../files/registry.ts";
import { answer, answerJson, setHeaders } from "../http/answer.ts";
import { ProblemError } from "../http/problem.ts";
import { pictureType } from "../photos/commons.ts";
import type { PhotoBook } from "../photos/photo_book.ts";

/** A place of a plan, as in the ids of its list, such as `1-2`. */
export const STOP = "\\d{1,2}-\\d{1,2}";

/** The photograph of a place does not change while its trip exists. */
const CACHE_CONTROL = "private, max-age=86400";

/** Sends the credit of the photograph of a place; `photo` is `null` if it has none. */
export async function sendCredit(c: Context, job: Job, book: PhotoBook): Promise<Response> {
  const photo = await photoOf(c, job, book);
  setHeaders(c, { "cache-control": photo ? CACHE_CONTROL : "private, no-cache" });
  if (photo === null) return answerJson(c, { photo });
  const { url: _, ...credit } = photo;
  return answerJson(c, { photo: credit });
}

/**
 * Sends the photograph of a place.
 *
 * @throws {ProblemError} 404 if it has none
 */
export async function sendPicture(c: Context, job: Job, book: PhotoBook): Promise<Response> {
  const photo = await photoOf(c, job, book);
  const picture = photo && await book.picture(photo);
  if (!picture) {
    throw new ProblemError({
      code: "route_not_found",
      detail: "This place has no photograph",
    });
  }
  setHeaders(c, { "cache-control": CACHE_CONTROL, "content-type": pictureType(picture)! });
  return answer(c, picture);
}

async function photoOf(c: Context, job: Job, book: PhotoBook) {
  const [part, index] = c.req.param("stop")!.replace(".json", "").split("-").map(Number);
  const stop = { part: part! - 1, index: index! - 1 };
  const place = filesOf(kindOf(job)).lookedUpPlace?.(job, stop) ?? null;
  return place && await book.photo(place);
}
