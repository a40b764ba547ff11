/**
 * The pages that explain problems. The `type` of a problem is the path of its page.
 * @module
 */
import { Hono } from "hono";
import type { ComponentChildren } from "preact";
import { setHeaders } from "../http/answer.ts";
import {
  type ProblemCode,
  ProblemError,
  problemPath,
  type ProblemType,
  problemTypes,
} from "../http/problem.ts";
import { sendPage } from "./html.tsx";

const types = new Map<string, ProblemType>(Object.entries(problemTypes));

/** Only a new deployment changes these pages. */
const CACHE_CONTROL = "public, max-age=3600";

/** Creates the routes `GET /problems` and `GET /problems/:code`. */
export function problemRoutes(): Hono {
  const routes = new Hono();
  routes.get("/problems", (c) => {
    setHeaders(c, { "cache-control": CACHE_CONTROL });
    return sendPage(c, { language: "en", title: "API error codes", main: <ProblemList /> });
  });
  routes.get("/problems/:code", (c) => {
    const code = c.req.param("code");
    const type = types.get(code);
    if (!type) {
      throw new ProblemError({ code: "route_not_found", detail: "No problem has this code" });
    }
    setHeaders(c, { "cache-control": CACHE_CONTROL });
    return sendPage(c, {
      language: "en",
      title: type.title,
      main: <Problem code={code} {...type} />,
    });
  });
  return routes;
}

function ProblemList() {
  return (
    <main id="main" class="text">
      <h1>API error codes</h1>
      <p>An error response of this API has one of these codes.</p>
      <ul class="rows">
        {[...types].map(([code, { status, title }]) => (
          <li>
            <a href={problemPath(code as ProblemCode)}>{title}</a>
            <p class="quiet">
              {status} <code>{code}</code>
            </p>
          </li>
        ))}
      </ul>
    </main>
  );
}

function Problem({ code, status, title, advice }: ProblemType & { code: string }) {
  return (
    <main id="main" class="text">
      <p class="quiet">
        {status} <code>{code}</code>
      </p>
      <h1>{title}</h1>
      <p>{withCode(advice)}</p>
      <p>
        <a href="/problems">All error codes</a> · <a href="/docs">The API</a>
      </p>
    </main>
  );
}

/** Shows the text between backquotes as code. */
function withCode(text: string): ComponentChildren {
  return text.split("`").map((part, index) =>
    index % 2 === 1 ? <code key={index}>{part}</code> : part
  );
}
