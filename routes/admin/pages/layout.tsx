/**
 * The layout of the dashboard.
 * @module
 */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ComponentChildren } from "preact";
import { z } from "zod";
import { parseJson } from "../../../lib/json.ts";
import { setHeaders } from "../../http/answer.ts";
import { type Problem, problemTypes } from "../../http/problem.ts";
import { assetUrl } from "../../pages/assets.ts";
import { sendDocument } from "../../pages/html.tsx";
import type { AdminEnv } from "../admin_env.ts";
import { type SectionName, sections } from "./sections.ts";

export interface AdminPage {
  /** The heading of the page. */
  title: string;
  /** Which entry of the navigation is current; `null`: none. */
  section: SectionName | null;
  /**
   * After how many seconds the page's live parts are fetched again. Unset: it has none. The live parts
   * are the elements of {@link Live}.
   */
  live?: number;
  /** What follows the heading. */
  main: ComponentChildren;
  /** Beside the heading, such as buttons. */
  actions?: ComponentChildren;
  status?: ContentfulStatusCode;
}

/** How often most live pages are fetched again, in seconds. */
export const LIVE_SECONDS = 5;

/** Answers with a page of the dashboard. */
export async function sendAdminPage(c: Context<AdminEnv>, page: AdminPage): Promise<Response> {
  const { title, status } = page;
  const notice = await takeNotice(c);
  const [style, script] = await Promise.all([
    assetUrl("admin/admin.css"),
    assetUrl("admin/live.js"),
  ]);
  return sendDocument(c, {
    title: `${title} · Operators`,
    ...(status && { status }),
    head: (
      <>
        <meta name="robots" content="noindex" />
        <link rel="stylesheet" href={style} />
        <script type="module" src={script} />
      </>
    ),
    main: <Layout {...page} notice={notice} name={c.get("actor")?.name} />,
  });
}

/** Answers with a problem as a page of the dashboard. */
export function sendAdminProblem(c: Context<AdminEnv>, problem: Problem): Promise<Response> {
  const { status, title } = problemTypes[problem.code];
  setHeaders(c, problem.headers ?? {});
  return sendAdminPage(c, {
    title,
    section: null,
    status,
    main: (
      <>
        <p>{problem.detail}.</p>
        <p>
          <a class="button" href="/admin">Go to the overview</a>
        </p>
      </>
    ),
  });
}

function Layout(
  { title, section, live, main, actions, notice, name }:
    & AdminPage
    & { notice: Notice | null; name: string | undefined },
) {
  return (
    <>
      <a class="skip" href="#main">Skip to the content</a>
      <header class="site">
        <a class="brand" href="/admin">Tripwright</a>
        {name !== undefined && <Navigation section={section} name={name} />}
      </header>
      <main id="main" tabindex={-1} data-live-seconds={live}>
        <div class="heading">
          <h1>{title}</h1>
          {live !== undefined && <LiveStatus />}
          {actions && <div class="actions">{actions}</div>}
        </div>
        {notice && <p class={`notice ${notice.tone}`} role="status">{notice.text}</p>}
        {main}
      </main>
      <Shortcuts />
    </>
  );
}

function Navigation({ section, name }: { section: SectionName | null; name: string }) {
  return (
    <>
      <nav aria-label="Sections">
        <ul>
          {Object.entries(sections).map(([key, { title, href, key: letter }]) => (
            <li key={key}>
              <a
                href={href}
                data-shortcut={letter}
                aria-current={key === section ? "page" : undefined}
              >
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <form class="account" method="post" action="/admin/sign-out">
        <span class="quiet">{name}</span>
        <button type="submit" class="plain">Sign out</button>
      </form>
    </>
  );
}

/** Says whether the page updates itself. The script shows it. */
function LiveStatus() {
  return (
    <div class="live-status needs-script">
      <button type="button" class="plain" data-live-toggle aria-pressed="false">
        Pause updates
      </button>
      <span class="quiet" role="status" data-live-state></span>
    </div>
  );
}

/** The list of keys behind `?`. The script opens it. */
function Shortcuts() {
  return (
    <dialog id="shortcuts" aria-labelledby="shortcuts-title">
      <h2 id="shortcuts-title">Keyboard shortcuts</h2>
      <dl class="facts">
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>Go to the search field</dd>
        {Object.values(sections).map(({ title, key }) => (
          <>
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{title}</dd>
          </>
        ))}
        <dt>
          <kbd>p</kbd>
        </dt>
        <dd>Pause or resume updates</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>Show this list</dd>
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}

/** A part of a page that is fetched again. Its id must be unique in the page. */
export function Live({ id, children }: { id: string; children: ComponentChildren }) {
  return <div id={id} data-live>{children}</div>;
}

export interface ConfirmProps {
  /** Names the element; unique in the page. */
  id: string;
  /** The path that the form posts to. */
  action: string;
  /** The text of the button that asks. */
  label: string;
  /** What happens, and what cannot be undone, in full sentences. */
  question: ComponentChildren;
  /** The text of the button that acts, such as `Cancel the job`. */
  confirm: string;
  /** Further elements of the form. */
  children?: ComponentChildren;
}

/** A button that asks before it acts. It works without scripts. */
export function Confirm({ id, action, label, question, confirm, children }: ConfirmProps) {
  return (
    <details id={id} class="confirm">
      <summary class="button">{label}</summary>
      <form method="post" action={action} class="panel">
        <p>{question}</p>
        {children}
        <button type="submit" class="danger">{confirm}</button>
      </form>
    </details>
  );
}

/** What a page says once, after a change. */
export interface Notice {
  text: string;
  tone: "good" | "bad";
}

/** What the cookie of a notice contains. */
const StoredNotice = z.object({ text: z.string(), tone: z.enum(["good", "bad"]) });

/** The next page follows at once. A minute is enough for a slow connection. */
const NOTICE_MS = 60_000;

/** Redirects after a form to a page, which shows the notice once. */
export async function redirectWithNotice(
  c: Context<AdminEnv>,
  path: string,
  { text, tone = "good" }: { text: string; tone?: Notice["tone"] },
): Promise<Response> {
  const value = JSON.stringify({ text, tone });
  await c.get("cookies").set(c, "notice", { value, maxAgeMs: NOTICE_MS });
  return c.redirect(path, 303);
}

async function takeNotice(c: Context<AdminEnv>): Promise<Notice | null> {
  const value = await c.get("cookies").read(c, "notice");
  if (value === undefined) return null;
  c.get("cookies").clear(c, "notice");
  return StoredNotice.safeParse(parseJson(value)).data ?? null;
}
