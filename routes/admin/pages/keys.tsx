/**
 * The page of API keys: list, make, revoke.
 * @module
 */
import type { Context, Hono } from "hono";
import { z } from "zod";
import { KeyRefusal, NewKey } from "../../../jobs/operator/operator_keys.ts";
import { keyScopes } from "../../../lib/api_key.ts";
import { DAY_MS, isoTime } from "../../../lib/clock.ts";
import type { AdminEnv, AdminOptions } from "../admin_env.ts";
import { presentMade, readKeys, refuseUnknown } from "../api/keys.ts";
import { readForm } from "./form.ts";
import { type FormValues, KeyForm, lifetimes } from "./key_form.tsx";
import { KeyAccess, KeyTable, NewSecrets } from "./key_content.tsx";
import { Live, LIVE_SECONDS, redirectWithNotice, sendAdminPage } from "./layout.tsx";

const PATH = "/admin/keys";

/** Adds the page `/admin/keys` and its forms. */
export function addKeyPages(routes: Hono<AdminEnv>, options: AdminOptions): void {
  const { keys } = options.operator;
  routes.get(PATH, (c) => sendKeys(c, options));
  routes.post(PATH, (c) => makeKey(c, options));
  routes.post(`${PATH}/:id/revoke`, async (c) => {
    const id = z.uuid().toLowerCase().safeParse(c.req.param("id"));
    const key = id.success ? await keys.revoke(c.get("actor"), id.data) : null;
    const { name } = key ?? refuseUnknown();
    return redirectWithNotice(c, PATH, { text: `The key ${name} is revoked.` });
  });
  routes.post(`${PATH}/open-service`, async (c) => {
    try {
      await keys.open(c.get("actor"));
    } catch (error) {
      if (!(error instanceof KeyRefusal)) throw error;
      return redirectWithNotice(c, PATH, { text: `${error.message}.`, tone: "bad" });
    }
    return redirectWithNotice(c, PATH, { text: "Callers need no key now." });
  });
}

interface KeysState {
  /** What the operator has entered. Unset: an empty form. */
  values?: FormValues;
  /** What is wrong with it. */
  error?: string;
}

async function sendKeys(c: Context<AdminEnv>, options: AdminOptions, state: KeysState = {}) {
  const list = await readKeys(options.operator.keys);
  return sendAdminPage(c, {
    title: "Keys",
    section: "keys",
    live: LIVE_SECONDS,
    ...(state.error !== undefined && { status: 400 }),
    main: (
      <>
        <Live id="keys">
          <KeyAccess {...list} />
          <KeyTable {...list} />
        </Live>
        <KeyForm values={state.values ?? {}} error={state.error} closes={!list.callersNeedKeys} />
      </>
    ),
  });
}

/** Makes a key and shows its secrets, once. A redirect would have to store them somewhere. */
async function makeKey(c: Context<AdminEnv>, options: AdminOptions): Promise<Response> {
  const values = await readForm(c, z.record(z.string(), z.string()), options);
  const wish = NewKey.safeParse(keyOf(values, options.clock.now()));
  if (!wish.success) {
    const { path: [member], message } = wish.error.issues[0]!;
    return sendKeys(c, options, { values, error: errorOf(member, message) });
  }
  try {
    const made = presentMade(await options.operator.keys.create(c.get("actor"), wish.data));
    return sendAdminPage(c, { title: "New key", section: "keys", main: <NewSecrets {...made} /> });
  } catch (error) {
    if (!(error instanceof KeyRefusal)) throw error;
    return sendKeys(c, options, { values, error: errorOf(error.member, error.message) });
  }
}

/** Returns the request for a key that a form describes. */
function keyOf(values: FormValues, now: number): unknown {
  const { name = "", dailyJobs, dailyCostUsd, days } = values;
  const lifetime = lifetimes.find((lifetime) => String(lifetime) === days);
  return {
    name,
    scopes: Object.keys(keyScopes).filter((scope) => values[scope] !== undefined),
    dailyJobs: numberIn(dailyJobs),
    dailyCostUsd: numberIn(dailyCostUsd),
    expiresAt: lifetime === undefined ? null : isoTime(now + lifetime * DAY_MS),
  };
}

function numberIn(text: string | undefined): number | null {
  return text?.trim() ? Number(text) : null;
}

const labels: Record<string, string> = {
  name: "Name",
  scopes: "Scopes",
  dailyJobs: "Jobs per day",
  dailyCostUsd: "US dollars per day",
};

function errorOf(member: PropertyKey | null | undefined, message: string): string {
  const label = labels[String(member)];
  return label ? `${label}: ${message}.` : `${message}.`;
}
