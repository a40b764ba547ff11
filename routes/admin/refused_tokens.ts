/**
 * Records wrong tokens in the audit.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Audit } from "../../jobs/operator/audit.ts";
import type { Clock } from "../../lib/clock.ts";
import { describeError } from "../../lib/log.ts";

/** Many wrong tokens must not fill the storage: an instance adds one entry in this time. */
const PERIOD_MS = 60_000;

const log = getLogger(["tripwright", "http"]);

/**
 * Returns a function that records a wrong token. It adds an entry at most once a minute. The entry
 * has the hash of the latest address, and how many tokens were wrong since the entry before.
 */
export function recordRefusals(
  audit: Audit,
  { clock }: { clock: Clock },
): (addressHash: string) => void {
  let nextAt = 0;
  let count = 0;
  return (addressHash) => {
    count++;
    if (clock.now() < nextAt) return;
    nextAt = clock.now() + PERIOD_MS;
    const details = { address: addressHash, count };
    count = 0;
    const unknown = { name: "unknown", via: "api" } as const;
    audit.add(unknown, { action: "sign_in.refused", details }).catch((error) =>
      log.error("wrong token not recorded", { error: describeError(error) })
    );
  };
}
