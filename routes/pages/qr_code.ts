/**
 * The QR code of the page of a trip, for paper and for other devices.
 * @module
 */
import type { Context } from "hono";
import { answer, setHeaders } from "../http/answer.ts";

/** The quiet zone around a code, in modules (ISO/IEC 18004 asks for four). */
const BORDER = 4;

/**
 * Sends a QR code as SVG: black on white, also in dark mode, because not every camera reads an
 * inverted one.
 *
 * @param text what the code says
 */
export async function sendQrCode(c: Context, text: string): Promise<Response> {
  const { renderSVG } = await import("uqr");
  // Level M can lose 15 %, which a fold in the paper may cost.
  const svg = renderSVG(text, { ecc: "M", border: BORDER, pixelSize: 1 });
  setHeaders(c, {
    "content-type": "image/svg+xml; charset=utf-8",
    "cache-control": "private, max-age=3600",
  });
  return answer(c, svg);
}
