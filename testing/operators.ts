/**
 * The application with `ADMIN_TOKEN`, and requests of operators.
 * @module
 */
import { assertMatch, assertStrictEquals } from "@std/assert";
import { openApp } from "./app.ts";
import type { App } from "./http.ts";

export const ADMIN_TOKEN = "operator-0123456789";

/** The headers of a request with the token. */
export const asOperator = { authorization: `Bearer ${ADMIN_TOKEN}` };

/** What a browser sends with a form of this service. */
export const ownForm = { origin: "http://localhost", "sec-fetch-site": "same-origin" };

/** Opens the application with `ADMIN_TOKEN`. */
export async function openAdminApp(
  settings: Parameters<typeof openApp>[0] = {},
  overrides: Parameters<typeof openApp>[1] = {},
) {
  return await openApp({ adminToken: ADMIN_TOKEN, ...settings }, overrides);
}

/** Sends a request, and returns the answer with its text. */
export async function ask(app: App, path: string, init: RequestInit = {}) {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

/** Sends a form of the dashboard. */
export async function sendForm(
  app: App,
  path: string,
  { fields = {}, headers = {} }: {
    fields?: Record<string, string>;
    headers?: Record<string, string>;
  } = {},
) {
  return await ask(app, path, {
    method: "POST",
    headers: { ...ownForm, ...headers },
    body: new URLSearchParams(fields),
  });
}

/** Signs in, and returns the header with the cookie of the session. */
export async function signIn(app: App, name = "Ann"): Promise<{ cookie: string }> {
  const answer = await sendForm(app, "/admin/sign-in", { fields: { token: ADMIN_TOKEN, name } });
  assertStrictEquals(answer.status, 303);
  return { cookie: cookieOf(answer.headers) };
}

/** Returns what a browser sends back of the first cookie that an answer sets. */
export function cookieOf(headers: Headers): string {
  const [cookie = ""] = headers.getSetCookie();
  assertMatch(cookie, /^[\w-]+=[^;]+;/);
  return cookie.split(";")[0]!;
}
