import { assertEquals, assertStrictEquals } from "@std/assert";
import { Hono } from "hono";
import { adminCheck } from "../../../routes/http/admin_token.ts";
import { TokenGuard } from "../../../routes/http/token_guard.ts";
import { autoAdvancing, FakeClock } from "../../../testing/fake_clock.ts";

const TOKEN = "operator-0123456789";

/** What a request sends, and whether it is from the operator. */
const requests: [what: string, authorization: string | undefined, isAdmin: boolean][] = [
  ["the token", `Bearer ${TOKEN}`, true],
  ["the token with another case of the scheme", `bearer ${TOKEN}`, true],
  ["nothing", undefined, false],
  ["an empty token", "Bearer ", false],
  ["another token of the same length", `Bearer ${TOKEN.slice(0, -1)}0`, false],
  ["the beginning of the token", `Bearer ${TOKEN.slice(0, -1)}`, false],
  ["more than the token", `Bearer ${TOKEN}0`, false],
  ["another case of the token", `Bearer ${TOKEN.toUpperCase()}`, false],
  ["the token twice", `Bearer ${TOKEN} ${TOKEN}`, false],
  ["the token with another scheme", `Basic ${TOKEN}`, false],
  ["the token without a scheme", TOKEN, false],
];

/** Whether a service with this token recognizes the operator in a request. */
async function isAdmin(token: string | undefined, authorization: string | undefined) {
  const clock = autoAdvancing(new FakeClock());
  const guard = token === undefined ? undefined : new TokenGuard({ token, clock });
  const check = adminCheck(guard, { trustedProxies: 0 });
  const app = new Hono().get("/", async (c) => c.json(await check(c)));
  const response = await app.request("/", { headers: authorization ? { authorization } : {} });
  return await response.json();
}

for (const [what, authorization, expected] of requests) {
  Deno.test(`a request with ${what} is ${expected ? "" : "not "}from the operator`, async () => {
    assertStrictEquals(await isAdmin(TOKEN, authorization), expected);
  });
}

Deno.test("without a configured token no request is from the operator", async () => {
  const answers = requests.map(([, authorization]) => isAdmin(undefined, authorization));
  assertEquals(
    new Set(await Promise.all([...answers, isAdmin(undefined, "Bearer undefined")])),
    new Set([false]),
  );
});

/** What a page of another site sends with the token `wrong`, and of this site. */
const origins: [from: string, headers: Record<string, string>, isCompared: boolean][] = [
  ["another site", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }, false],
  ["another host of the same domain", { "sec-fetch-site": "same-site" }, false],
  ["another site in an old browser", { origin: "https://evil.example" }, false],
  ["this site", { "sec-fetch-site": "same-origin" }, true],
  ["a program", {}, true],
];

for (const [from, headers, isCompared] of origins) {
  Deno.test(`the token of a request of ${from} is ${isCompared ? "" : "not "}compared`, async () => {
    const clock = autoAdvancing(new FakeClock());
    let wrong = 0;
    const guard = new TokenGuard({ token: TOKEN, clock, onWrong: () => wrong++ });
    const check = adminCheck(guard, { trustedProxies: 0 });
    const app = new Hono().get("/", async (c) => c.json(await check(c)));
    const answers = ["wrong-0123456789", TOKEN].map(async (token) => {
      const authorization = `Bearer ${token}`;
      return await (await app.request("/", { headers: { ...headers, authorization } })).json();
    });
    assertEquals([await answers[0], await answers[1]], [false, isCompared]);
    assertStrictEquals(wrong, isCompared ? 1 : 0);
  });
}
