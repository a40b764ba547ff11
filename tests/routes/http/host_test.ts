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
    await using env = await openApp();
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

const allowedHosts = ["Trips.example", "bücher.example"];

/** What requests name, and whether the service answers. */
const named: [host: string, isAllowed: boolean][] = [
  ["trips.example", true],
  ["TRIPS.EXAMPLE:8443", true],
  ["trips.example.", true],
  ["xn--bcher-kva.example", true],
  ["localhost:8000", true],
  ["127.0.0.1:8000", true],
  ["192.0.2.7", true],
  ["[::1]:8000", true],
  ["evil.example", false],
  ["evil.example:8000", false],
  ["trips.example.evil.example", false],
  ["x.trips.example", false],
  ["127.0.0.1.evil.example", false],
  ["evil-localhost", false],
];

for (const [host, isAllowed] of named) {
  Deno.test(`with ALLOWED_HOSTS, a request for ${host} is ${isAllowed ? "answered" : "421"}`, async () => {
    await using env = await openApp({ allowedHosts });
    // A name that was allowed before must not let the next one through.
    assertStrictEquals((await env.app.request("http://trips.example/livez")).status, 200);
    for (const init of [{}, { method: "OPTIONS", headers: preflight }]) {
      const headers = { host };
      const byHeader = await env.app.request("http://trips.example/livez", {
        ...init,
        headers: { ...init.headers, ...headers },
      });
      const byUrl = await env.app.request(`http://${host}/livez`, init);
      for (const { status } of [byHeader, byUrl]) {
        assertStrictEquals(status === 421, !isAllowed);
      }
    }
    const answer = await send(env.app, "/api/itineraries", { headers: { host } });
    if (!isAllowed) assertProblem(answer, 421, "misdirected_request");
  });
}

Deno.test("without ALLOWED_HOSTS, a request may name any host", async () => {
  await using env = await openApp();
  const answer = await send(env.app, "/livez", { headers: { host: "any.example" } });
  assertStrictEquals(answer.status, 200);
});
