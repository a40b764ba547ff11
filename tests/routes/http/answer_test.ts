import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type Context, Hono } from "hono";
import { setCookie } from "hono/cookie";
import { addToHeader, answer, answerJson, setHeaders } from "../../../routes/http/answer.ts";
import type { AppEnv } from "../../../routes/http/caller.ts";
import { commonHeaders } from "../../../routes/http/common_headers.ts";

type Handler = (c: Context<AppEnv>) => Response | Promise<Response>;

/** Creates an application with the common headers. */
function openApp(): Hono<AppEnv> {
  const options = { origins: ["*"], allowedHeaders: [], exposedHeaders: [], isClosed: () => false };
  return new Hono<AppEnv>().use(commonHeaders(options))
    .onError((error, c) => c.text(error.message, 500, { "x-own": "problem" }));
}

/** Handlers that set `x-own`, each with the headers that its answer has, beside the common ones. */
const handlers: [
  what: string,
  handler: Handler,
  status: number,
  headers: Record<string, string>,
][] = [
  ["answer()", (c) => answer(c, "x", 201), 201, { "x-own": "own" }],
  ["answer() without a body", (c) => answer(c, null, 304), 304, { "x-own": "own" }],
  ["answerJson()", (c) => answerJson(c, {}), 200, {
    "content-type": "application/json",
    "x-own": "own",
  }],
  ["a function of Hono", (c) => c.html("x"), 200, {
    "content-type": "text/html; charset=UTF-8",
    "x-own": "own",
  }],
  ["a function of Hono that sets the same header", (c) => c.body("x", 200, { "x-own": "2" }), 200, {
    "x-own": "2",
  }],
  [
    "a redirect of Hono with a cookie",
    (c) => {
      setCookie(c, "a", "1");
      return c.redirect("/other", 303);
    },
    303,
    { "location": "/other", "set-cookie": "a=1; Path=/", "x-own": "own" },
  ],
  [
    "a response whose headers cannot be changed",
    () => Response.redirect("http://localhost/other", 303),
    303,
    { "location": "http://localhost/other", "x-own": "own" },
  ],
  ["a response of another function", () => new Response("x"), 200, { "x-own": "own" }],
  [
    "a header that is set after the answer",
    (c) => {
      const response = c.text("x");
      setHeaders(c, { "x-own": "late" });
      return response;
    },
    200,
    { "x-own": "late" },
  ],
  ["an error", () => Promise.reject(new Error("x")), 500, { "x-own": "problem" }],
  [
    "an error after answer()",
    (c) => {
      answer(c, "x");
      throw new Error("x");
    },
    500,
    { "x-own": "problem" },
  ],
  [
    "a list",
    (c) => {
      addToHeader(c, "x-list", "a");
      addToHeader(c, "x-list", "b");
      return answer(c, "x");
    },
    200,
    { "x-list": "a, b", "x-own": "own" },
  ],
];

for (const [what, handler, status, expected] of handlers) {
  Deno.test(`${what} has the headers of the request and the common ones`, async () => {
    const app = openApp().get("/", (c) => {
      setHeaders(c, { "x-own": "own" });
      return handler(c);
    });
    const response = await app.request("/");
    assertStrictEquals(response.status, status);
    const headers = Object.fromEntries(response.headers);
    for (const [name, value] of Object.entries(expected)) {
      assertStrictEquals(headers[name], value, name);
    }
    assertStrictEquals(headers["x-content-type-options"], "nosniff");
    assertStrictEquals(headers["x-frame-options"], "DENY");
    assertStrictEquals(headers["access-control-allow-origin"], "*");
    assert(headers["x-request-id"]);
  });
}

Deno.test("the headers of one answer are not those of the next", async () => {
  const app = openApp().get("/", (c) => {
    setHeaders(c, { "x-frame-options": "SAMEORIGIN", "x-own": "1" });
    return answer(c, "x");
  }).get("/other", (c) => answer(c, "x"));
  await app.request("/");
  const { headers } = await app.request("/other");
  assertEquals([headers.get("x-frame-options"), headers.get("x-own")], ["DENY", null]);
});
