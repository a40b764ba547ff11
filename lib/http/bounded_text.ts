/**
 * Reads a body as text, up to a size limit.
 * @module
 */

/**
 * Reads a body. It stops when the body is larger than `maxBytes`.
 *
 * @returns the text, or `null` if the body is too large
 * @throws what the stream throws
 */
export async function readText(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  maxBytes: number,
): Promise<string | null> {
  let text = "";
  let bytes = 0;
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
