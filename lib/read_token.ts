/**
 * Read tokens: signed texts with which their bearer can read one job for a short time. All instances
 * know the same secret of an API key, so they agree without configuration and store no token.
 * @module
 */

import { Buffer } from "node:buffer";

/** What a token allows, and until when. */
export interface ReadGrant {
  /** Part of the signature, so that a token for one purpose serves no other one. */
  purpose: "read";
  /** The id of the job, in lower case. */
  jobId: string;
  /** Epoch milliseconds; the token has whole seconds, rounded down. */
  expiresAt: number;
}

/** The id of the key, the expiry in Unix seconds, and the signature. All are safe in a URL. */
const TOKEN = /^([\da-f]{16})\.(\d{1,12})\.([\w-]{43})$/;

const HMAC = { name: "HMAC", hash: "SHA-256" };

/** Returns the id of the key that has signed a token; `null` if the text is no token. */
export function signerOf(token: string): string | null {
  return token.match(TOKEN)?.[1] ?? null;
}

/** The part of an API key that signs tokens. It does not reveal the key. */
export class TokenSigner {
  /** Names the key in its tokens. */
  readonly id: string;
  readonly #secret: Uint8Array<ArrayBuffer>;
  /** Imported on first use: most services sign no tokens. */
  #key: Promise<CryptoKey> | undefined;

  constructor({ id, secret }: { id: string; secret: Uint8Array<ArrayBuffer> }) {
    this.id = id;
    this.#secret = secret;
  }

  /** Returns a token with this grant. */
  async sign({ purpose, jobId, expiresAt }: ReadGrant): Promise<string> {
    const seconds = Math.floor(expiresAt / 1_000);
    const message = messageOf({ purpose, jobId, seconds });
    const signature = await crypto.subtle.sign(HMAC.name, await this.#importKey(), message);
    return `${this.id}.${seconds}.${Buffer.from(signature).toString("base64url")}`;
  }

  /**
   * Returns whether this key has signed the token, for this purpose and job, and it has not expired.
   * The comparison of signatures takes constant time.
   *
   * @param wanted `now`: epoch milliseconds
   */
  async verify(
    token: string,
    { purpose, jobId, now }: Pick<ReadGrant, "purpose" | "jobId"> & { now: number },
  ): Promise<boolean> {
    const [, id, expiry, text = ""] = token.match(TOKEN) ?? [];
    const seconds = Number(expiry);
    if (id !== this.id || now >= 1_000 * seconds) return false;
    const signature = signatureIn(text);
    if (signature === null) return false;
    const message = messageOf({ purpose, jobId, seconds });
    return await crypto.subtle.verify(HMAC.name, await this.#importKey(), signature, message);
  }

  #importKey(): Promise<CryptoKey> {
    const usages: KeyUsage[] = ["sign", "verify"];
    return this.#key ??= crypto.subtle.importKey("raw", this.#secret, HMAC, false, usages);
  }
}

function messageOf(
  { purpose, jobId, seconds }: Omit<ReadGrant, "expiresAt"> & { seconds: number },
): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify([purpose, jobId, seconds]));
}

/** Decodes a signature. `null`: it is written in another way than `sign()` writes it. */
function signatureIn(text: string): Uint8Array<ArrayBuffer> | null {
  // Some bits of the last character have no meaning, so several texts have the same bytes.
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : null;
}
