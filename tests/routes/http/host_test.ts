import { assertStrictEquals } from "@std/assert";
import { openApp } from "../../../testing/app.ts";
import { assertProblem, send } from "../../../testing/http.ts";

const preflight = { "origin": "https://a.example", "access-control-request-method": "POST" };

/** Requests that name no valid host. */
const invalid: [method: string, path: string, headers: Record<string, string>][] = [
  ["GET", "/livez", {}],
  ["GET", "/", {}],
  ["POST", "/api/itineraries", {}],
  ["DELETE", "/api/itineraries/x", {}],
  ["OPTIONS", "/api/itineraries", {}],
  ["OPTIONS", "/api/itineraries", preflight],
];

for (const [method, path, headers] of invalid) {
  const what = `${method} ${path}${headers === preflight ? ", a preflight," : ""}`;
  Deno.test(`${what} of an invalid host is 400 with the headers of every answer`, async () => {
    using env = await openApp();
    const good = await env.app.request(path, { method, headers });
    const init = { method, headers: { ...headers, host: "a:99999999" } };
    const answer = await send(env.app, path, init);
    assertProblem(answer, 400, "invalid_header");
    for (
      const name of [
        "x-content-type-options",
        "x-frame-options",
        "referrer-policy",
        "strict-transport-security",
        "cross-origin-resource-policy",
      ]
    ) {
      assertStrictEquals(answer.headers.get(name), good.headers.get(name), name);
    }
    assertStrictEquals(
      answer.headers.get("content-security-policy"),
      "default-src 'none'; frame-ancestors 'none'",
    );
  });
}
