/**
 * Signs operators in and out.
 * @module
 */
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Actor } from "../../../jobs/operator/audit.ts";
import { SESSION_MS } from "../../../lib/store/session_store.ts";
import { setHeaders } from "../../http/answer.ts";
import { sendDocument } from "../../pages/html.tsx";
import type { AdminEnv, AdminOptions } from "../admin_env.ts";
import { checkToken, operatorName, refuseForms } from "../operator_access.ts";
import { readForm } from "./form.ts";
import { sendAdminPage } from "./layout.tsx";

const SignIn = z.object({
  token: z.string().trim().default(""),
  name: z.string().default(""),
  to: z.string().default(""),
});

/** Adds the pages that need no session: `/admin/sign-in` and `/admin/sign-out`. */
export function addSignInPages(routes: Hono<AdminEnv>, options: AdminOptions): void {
  routes.on("POST", ["/admin/sign-in", "/admin/sign-out"], refuseForms(options));
  routes.get("/admin/sign-in", (c) => sendForm(c, { to: pathOf(c.req.query("to")) }));
  routes.post("/admin/sign-in", (c) => signIn(c, options));
  routes.post("/admin/sign-out", (c) => signOut(c, options));
}

async function signIn(c: Context<AdminEnv>, options: AdminOptions): Promise<Response> {
  const { operator } = options;
  const form = await readForm(c, SignIn, options);
  const to = pathOf(form.to);
  const name = operatorName(form.name);
  const verdict = await checkToken(c, form.token, options);
  if (verdict === "busy") {
    setHeaders(c, { "retry-after": "1" });
    const error = "There were too many wrong tokens. Wait a moment, then try again.";
    return sendForm(c, { to, name: form.name, status: 429, error });
  }
  if (verdict === "wrong") {
    return sendForm(c, { to, name: form.name, status: 401, error: "This token is not valid." });
  }
  if (name === null) {
    const error = "The name must have 1 to 64 visible characters.";
    return sendForm(c, { to, name: form.name, status: 400, error });
  }
  const actor: Actor = { name, via: "dashboard" };
  const id = await operator.audit.record(
    actor,
    { action: "sign_in" },
    () => operator.sessions.start(name),
  );
  await c.get("cookies").set(c, "session", { value: id, maxAgeMs: SESSION_MS });
  return c.redirect(to, 303);
}

/** Ends the session on all instances, not only in this browser. */
async function signOut(c: Context<AdminEnv>, { operator }: AdminOptions): Promise<Response> {
  const cookies = c.get("cookies");
  const id = await cookies.read(c, "session");
  const session = id === undefined ? null : await operator.sessions.find(id);
  if (id !== undefined && session) {
    const actor: Actor = { name: session.name, via: "dashboard" };
    await operator.audit.record(actor, { action: "sign_out" }, () => operator.sessions.end(id));
  }
  cookies.clear(c, "session");
  return c.redirect("/admin/sign-in", 303);
}

/** Returns the path of a page of the dashboard that comes after the sign-in. */
function pathOf(to: string | undefined): string {
  const base = "http://localhost";
  const url = URL.parse(to ?? "", base);
  const isOwn = url?.origin === base && /^\/admin(\/|$)/.test(url.pathname);
  return isOwn && !url.pathname.startsWith("/admin/sign-") ? url.pathname + url.search : "/admin";
}

interface FormState {
  /** Where the browser goes after the sign-in. */
  to: string;
  name?: string;
  error?: string;
  status?: 400 | 401 | 429;
}

function sendForm(c: Context<AdminEnv>, { to, name, error, status }: FormState) {
  return sendAdminPage(c, {
    title: "Sign in",
    section: null,
    ...(status && { status }),
    main: (
      <form class="panel sign-in" method="post" action="/admin/sign-in">
        {error && <p class="notice bad" id="error" role="alert">{error}</p>}
        <input type="hidden" name="to" value={to} />
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          aria-invalid={status === 401 ? "true" : undefined}
          aria-describedby={error ? "error" : undefined}
        />
        <label for="name">Your name</label>
        <input
          id="name"
          name="name"
          autocomplete="username"
          maxlength={64}
          value={name}
          aria-describedby="name-hint"
        />
        <p class="quiet" id="name-hint">Optional. The audit shows who made a change.</p>
        <button type="submit" class="main">Sign in</button>
      </form>
    ),
  });
}

/**
 * Answers a browser that comes from another site, without its cookie. The page opens the path again,
 * and the browser then sends the cookie, because the request is from this site.
 *
 * @param path the path that was asked for, with its query
 */
export function sendArrival(c: Context<AdminEnv>, path: string): Response {
  // A program may send a path with dots, which leads to another host: /admin/..//evil.example
  const own = pathOf(path);
  return sendDocument(c, {
    title: "Operators",
    head: (
      <>
        <meta name="robots" content="noindex" />
        <meta http-equiv="refresh" content={`0; url=${own}`} />
      </>
    ),
    main: (
      <main id="main">
        <p>
          <a href={own}>Continue to the dashboard</a>
        </p>
      </main>
    ),
  });
}
