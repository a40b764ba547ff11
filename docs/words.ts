/**
 * Words that the documents, the interface and comments do without, each with what to write instead. The
 * list is short on purpose: a rule that is often wrong is soon ignored.
 * @module
 */

/** Regular expressions without flags, and what to write in place of what they find. */
export const words: readonly (readonly [pattern: string, instead: string])[] = [
  ["(?:who|what|which|when|where)soever", "the noun"],
  ["whoever|whomever", "the noun: the caller, the client, the reader"],
  ["nobody", "no caller, no instance, no reader"],
  ["somebody|someone", "the noun: a caller, another instance"],
  ["everybody", "all callers, all readers"],
  ["(?:the|that|this) one (?:who|that|which)", "the noun"],
  ["those (?:who|that|which)", "the noun in the plural"],
  ["of before", "the previous"],
  ["as good as", "almost, or the exact fact"],
  ["has had enough", "is rate limited or overloaded"],
  ["comes? to nothing|came to nothing", "fails"],
  ["idempotence key", "idempotency key"],
  ["dead-letter", "dead letter"],
];
