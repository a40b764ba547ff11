/**
 * The members of a request about the account and about the callers of this service.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { sha256 } from "../hash.ts";
import type { OpenAICall } from "./client.ts";
import type { Dialect, SentBody } from "./dialect.ts";
import { refusalOf } from "./error.ts";

/** What a call costs, and how soon it is processed. */
export type ServiceTier = "auto" | "default" | "flex" | "priority";

const log = getLogger(["tripwright", "model"]);

/**
 * Returns an identifier of a caller for OpenAI, which asks for it to tell the users of a service
 * apart. The same caller has the same identifier in each instance.
 *
 * @param caller `Caller.owner`: a hash of a key or of a token, so nothing leads back to either. The
 * prefix makes the identifier useless for other purposes.
 */
export function safetyIdentifier(caller: string): string {
  return sha256(`safety_identifier:${caller}`);
}

/** Returns the members about account and caller that the server takes. */
export function accountMembers(
  { serviceTier, safetyIdentifier }: OpenAICall,
  dialect: Dialect,
): SentBody {
  return {
    ...(serviceTier && dialect.takes("service_tier") && { service_tier: serviceTier }),
    ...(safetyIdentifier !== null && dialect.takes("safety_identifier") &&
      { safety_identifier: safetyIdentifier }),
  };
}

/**
 * Makes a call. If the tier `flex` has no room, it makes the call again at once in the tier
 * `default`. So neither the job nor the breaker sees the refusal.
 *
 * @throws what `send` throws
 */
export async function withFallbackTier<T>(
  call: OpenAICall,
  send: (call: OpenAICall) => Promise<T>,
): Promise<T> {
  try {
    return await send(call);
  } catch (error) {
    if (call.serviceTier !== "flex" || !isWithoutRoom(error)) throw error;
    log.info("no room in the service tier", { tier: call.serviceTier });
    return await send({ ...call, serviceTier: "default" });
  }
}

/** OpenAI answers 429, Groq 498. A rate limit of the account applies to all tiers. */
function isWithoutRoom(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal !== null && [429, 498].includes(refusal.status ?? 0) &&
    /resources?[ _](?:(?:is|are|currently|temporarily) )*unavailab|capacity_exceeded/
      .test(refusal.text);
}
