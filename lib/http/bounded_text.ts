/**
 * Reads a body as text, up to a limit.
 * @module
 */

/**
 * @returns the text, or `null` if it is longer than `maxBytes`; then the rest is not read
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
