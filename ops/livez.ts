/**
 * The liveness check for supervisors: exits with 1 if the service must be restarted, else with 0.
 *
 * A service without free file descriptors refuses connections, but its jobs and streams go on. A
 * restart would interrupt them, so the check waits for some minutes. A service that is reached but
 * does not answer, or not with 200, fails after a few tries.
 *
 * Arguments: the URL, the time for an answer, and the pause between two tries, in milliseconds.
 * @module
 */

/** With tries every 5 s, connections may be refused for five minutes. */
const MAX_REFUSED = 60;

/** One slow answer can be chance. */
const MAX_FAILED = 3;

type Outcome = "alive" | "refused" | "failed";

async function ask(url: string, timeoutMs: number): Promise<Outcome> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    if (response.ok) return "alive";
    console.error(`status ${response.status}`);
    return "failed";
  } catch (error) {
    // Deno 2.9 has the reason in the cause, earlier versions in the message.
    const reason = error instanceof Error ? `${error.message} ${error.cause ?? ""}` : `${error}`;
    console.error(reason);
    // A connection is reset if the service stops to listen before it accepts the connection.
    return /connection (?:refused|reset)/i.test(reason) ? "refused" : "failed";
  }
}

async function isAlive(
  url: string,
  { timeoutMs, pauseMs }: { timeoutMs: number; pauseMs: number },
): Promise<boolean> {
  const counts = { refused: 0, failed: 0 };
  for (;;) {
    const outcome = await ask(url, timeoutMs);
    if (outcome === "alive") return true;
    counts[outcome]++;
    if (counts.refused >= MAX_REFUSED || counts.failed >= MAX_FAILED) return false;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

const [url = "http://127.0.0.1:8000/livez", timeoutMs = "5000", pauseMs = "5000"] = Deno.args;
const times = { timeoutMs: Number(timeoutMs), pauseMs: Number(pauseMs) };
Deno.exit(await isAlive(url, times) ? 0 : 1);
