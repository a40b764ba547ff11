import { setImmediate } from "node:timers/promises";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { WRONG_TOKEN_MS } from "../../../routes/http/token_guard.ts";
import { openApp } from "../../../testing/app.ts";

const adminToken = "admin-token-0123456789";
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

Deno.test("GET /metrics returns the text of Prometheus to the operator", async () => {
  await using env = await openApp({ adminToken });
  await env.app.request("/livez");
  const response = await env.app.request("/metrics", bearer(adminToken));
  assertStrictEquals(response.status, 200);
  const { headers } = response;
  assertStrictEquals(headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assertStrictEquals(headers.get("cache-control"), "no-store");
  const text = await response.text();
  assert(text.includes('_count{http_request_method="GET",http_route="/livez",'), text);
});

const refused: [what: string, token: string | undefined, init: RequestInit][] = [
  ["without ADMIN_TOKEN", undefined, bearer(adminToken)],
  ["without a token", adminToken, {}],
  ["with a wrong token", adminToken, bearer("wrong-token-0123456789")],
];

for (const [what, token, init] of refused) {
  Deno.test(`GET /metrics ${what} is answered like a path that does not exist`, async () => {
    await using env = await openApp({ adminToken: token });
    const answers = Promise.all(
      ["/metrics", "/nothing"].map((path) => env.app.request(path, init)),
    );
    // A wrong token is answered late, and the wait begins after the comparison.
    let hasAnswers = false;
    answers.finally(() => hasAnswers = true);
    while (!hasAnswers) {
      env.clock.advance(WRONG_TOKEN_MS);
      await setImmediate();
    }
    const [response, unknown] = await answers;
    assertStrictEquals(response!.status, 404);
    const [body, other] = await Promise.all([response!.json(), unknown!.json()]);
    assertEquals({ ...body, instance: null }, { ...other, instance: null });
  });
}
