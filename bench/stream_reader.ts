/**
 * A worker that opens many streams at once and reads them, so that its work does not delay what
 * `streams.ts` measures.
 * @module
 */

/** How long streams are open that are not read. */
const SLOW_MS = 5_000;

/** What to open. */
export interface ReadTask {
  url: string;
  streams: number;
  /** Open the streams, and read nothing. */
  slow: boolean;
}

// The types of a worker's global scope are those of another library.
const scope = self as unknown as {
  onmessage: (event: MessageEvent<ReadTask>) => void;
  postMessage: (bytes: number) => void;
};

scope.onmessage = async ({ data: { url, streams, slow } }) => {
  const read = await Promise.all(Array.from({ length: streams }, () => readStream(url, slow)));
  scope.postMessage(read.reduce((sum, bytes) => sum + bytes, 0));
};

async function readStream(url: string, slow: boolean): Promise<number> {
  const { body } = await fetch(url);
  if (slow) {
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    await body!.cancel();
    return 0;
  }
  let bytes = 0;
  for await (const chunk of body!) bytes += chunk.length;
  return bytes;
}
