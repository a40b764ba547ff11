import { assert, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { type ProblemCode, problemPath, problemTypes } from "../../../routes/http/problem.ts";
import { openApp } from "../../../testing/app.ts";
import { assertProblem, send } from "../../../testing/http.ts";

const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&#39;": "'", "&quot;": '"' };

/** Decodes the entities of HTML. */
function readable(html: string): string {
  return html.replaceAll(/&[#\w]+;/g, (entity) => entities[entity] ?? entity);
}

Deno.test("the type of every problem is the path of a page that explains it", async () => {
  await using env = await openApp();
  const list = await (await env.app.request("/problems")).text();
  for (const [code, { title, advice }] of Object.entries(problemTypes)) {
    const path = problemPath(code as ProblemCode);
    const response = await env.app.request(path);
    assertStrictEquals(response.status, 200);
    assertMatch(response.headers.get("content-type")!, /^text\/html/);
    const page = readable(await response.text());
    assert(page.includes(`<h1>${title}</h1>`), code);
    const text = page.replaceAll(/<\/?code>/g, "");
    assert(text.includes(advice.replaceAll("`", "")), code);
    assert(list.includes(`href="${path}"`), code);
  }
});

Deno.test("the page of an unknown problem is 404", async () => {
  await using env = await openApp();
  for (const code of ["nonsense", "toString", "__proto__", "%3Cscript%3E"]) {
    assertProblem(await send(env.app, `/problems/${code}`), 404, "route_not_found");
  }
});

Deno.test("pages load only their own files, and other answers load nothing", async () => {
  await using env = await openApp();
  for (const path of ["/problems", "/problems/internal", "/docs"]) {
    const { headers } = await env.app.request(path);
    const policy = headers.get("content-security-policy")!;
    assertMatch(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /);
    assertNotMatch(policy, /unsafe|https?:|\*/);
  }
  const { headers } = await env.app.request("/problems/nonsense");
  assertStrictEquals(
    headers.get("content-security-policy"),
    "default-src 'none'; frame-ancestors 'none'",
  );
});
