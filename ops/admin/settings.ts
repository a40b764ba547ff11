/**
 * Where the service is, and who asks.
 * @module
 */
import type { Variables } from "./environment.ts";
import { AdminError } from "./exit_codes.ts";

/** The service that `deno task dev` and `deno task start` run. */
const DEFAULT_URL = "http://localhost:8000";

/** A name that a header can carry. */
const NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/;

/** What a request to the service needs. */
export interface Settings {
  /** Without a slash at the end. */
  url: string;
  token: string;
  /** The name for the audit; `undefined`: the service's default. */
  operator: string | undefined;
}

/**
 * Chooses the settings.
 *
 * @param options `url` and `as` of the command line
 * @throws {AdminError} if one of them is missing or not valid
 */
export function chooseSettings(
  variables: Variables,
  options: { url?: string; as?: string },
): Settings {
  const { ADMIN_TOKEN: token, TRIPWRIGHT_URL, USER, LOGNAME, USERNAME } = variables;
  if (token === undefined) {
    throw new AdminError("notAllowed", "Set ADMIN_TOKEN in the environment or in the file .env");
  }
  const login = USER ?? LOGNAME ?? USERNAME;
  return {
    url: serviceUrl(options.url ?? TRIPWRIGHT_URL ?? DEFAULT_URL),
    token: headerValue(token),
    operator: operatorName(options.as, login),
  };
}

function serviceUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new AdminError("usage", `The URL is "${text}", expected one such as ${DEFAULT_URL}`);
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

function headerValue(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new AdminError("usage", "ADMIN_TOKEN has characters that a token cannot have");
}

/** Returns the name for the audit; a login that no header can carry is left out. */
function operatorName(given: string | undefined, login: string | undefined): string | undefined {
  if (given === undefined) return login !== undefined && NAME.test(login) ? login : undefined;
  if (NAME.test(given)) return given;
  throw new AdminError("usage", "--as: expected 1 to 64 characters of ASCII");
}
