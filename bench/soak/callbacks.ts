/**
 * A receiver of callbacks that refuses some of them at random.
 */
import { z } from "zod";
import { serveLocally } from "../../testing/local_server.ts";
import { type Chance, wait } from "../chance.ts";
import type { Findings } from "./findings.ts";

/** The first call of one job in so many is refused. The pause after a second refusal is minutes. */
const JOBS_PER_REFUSAL = 10;

/** Longer than the first pause between two attempts. */
const LATE_MS = 30_000;

const Delivery = z.object({ type: z.string(), data: z.object({ status: z.string() }) });

/** Starts the receiver. It ends with the process. */
export function receiveCallbacks({ chance, findings }: { chance: Chance; findings: Findings }) {
  const [awaited, arrived, refused] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const server = serveLocally(async (request, { pathname }) => {
    const { type, data } = Delivery.parse(await request.json());
    if (!refused.has(pathname) && chance.oneIn(JOBS_PER_REFUSAL)) {
      refused.add(pathname);
      return new Response(null, { status: 503 });
    }
    if (!type.endsWith(data.status)) findings.add("wrong callback", `${type}: ${data.status}`);
    arrived.add(pathname);
    return new Response(null, { status: 204 });
  });
  return {
    host: new URL(server.url).host,
    /** How many jobs had their callback. */
    get received() {
      return arrived.size;
    },
    /** Returns an address for the callback of a job. */
    urlFor: (name: string) => `${server.url}/${encodeURIComponent(name)}`,
    /** Expects the callback of a job that was accepted. */
    expect: (name: string) => void awaited.add(`/${encodeURIComponent(name)}`),
    /** Waits for all expected callbacks. A callback that does not arrive is a finding. */
    async settle(): Promise<void> {
      const until = Date.now() + LATE_MS;
      while (!awaited.isSubsetOf(arrived) && Date.now() < until) await wait(100);
      for (const path of awaited.difference(arrived)) findings.add("callback missing", path);
      awaited.clear();
    },
  };
}

export type CallbackReceiver = ReturnType<typeof receiveCallbacks>;
