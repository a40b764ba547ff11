/**
 * A process that accepts jobs: `writer.ts`.
 * @module
 */
import { join } from "node:path";

export interface WriterOptions {
  /** For how long it accepts jobs. */
  seconds: number;
  /** Whether all jobs are of one caller with a daily limit. */
  isOneCaller?: boolean;
}

/** Starts a process that accepts jobs. `path`: a file, or the URL of a server of KV Connect. */
function startWriter(path: string, { seconds, isOneCaller = false }: WriterOptions) {
  const script = join(import.meta.dirname!, "writer.ts");
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", script, path, `${seconds}`, `${isOneCaller}`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    ready: lines.read(),
    async accept(): Promise<number> {
      const input = process.stdin.getWriter();
      await input.write(new Uint8Array(1));
      const { value } = await lines.read();
      await input.close();
      await process.status;
      return Number(value);
    },
  };
}

/**
 * Lets processes accept jobs at the same time.
 *
 * @param paths the database of each process
 * @returns how many jobs they accept in a second, together
 */
export async function acceptedPerSecond(
  paths: readonly string[],
  options: WriterOptions,
): Promise<number> {
  const writers = paths.map((path) => startWriter(path, options));
  await Promise.all(writers.map(({ ready }) => ready));
  const counts = await Promise.all(writers.map((writer) => writer.accept()));
  return counts.reduce((sum, count) => sum + count, 0) / options.seconds;
}
