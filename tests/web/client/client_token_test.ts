/**
 * The token by which the service recognizes a browser.
 */
import { assertEquals, assertMatch, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { clientTokenOf, type TokenStorage } from "../../../web/client/client_token.ts";
import type { TripClientOptions } from "../../../web/client/client.ts";
import { MemoryStorage } from "../../../testing/memory_storage.ts";
import { itineraryJob, TestPage, wish } from "../../../testing/test_page.ts";

const TOKEN = /^[\w-]{16,128}$/;
const site = "https://trips.example";
const name = `tripwright.client ${site}`;

function storageWith(value: string): MemoryStorage {
  const storage = new MemoryStorage();
  storage.setItem(name, value);
  return storage;
}

function failing(method: keyof TokenStorage): TokenStorage {
  return Object.assign(new MemoryStorage(), {
    [method]: () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    },
  });
}

Deno.test("clientTokenOf() makes a token once for each browser and each service", () => {
  const [laptop, phone] = [new MemoryStorage(), storageWith("a-token-of-the-phone")];
  const token = clientTokenOf(site, laptop);
  assertMatch(token, TOKEN);
  assertEquals([...laptop.items], [[name, token]]);
  assertStrictEquals(clientTokenOf(site, laptop), token);
  assertStrictEquals(laptop.writes, 1);
  assertNotStrictEquals(clientTokenOf("", laptop), token);
  assertStrictEquals(clientTokenOf(site, phone), "a-token-of-the-phone");
});

for (
  const [what, storage] of [
    ["the browser forbids storage", () => null],
    ["the storage cannot be read", () => failing("getItem")],
    ["the storage is full", () => failing("setItem")],
  ] as [string, () => TokenStorage | null][]
) {
  Deno.test(`the token lasts as long as the page when ${what}`, () => {
    const token = clientTokenOf(what, storage());
    assertMatch(token, TOKEN);
    assertStrictEquals(clientTokenOf(what, storage()), token);
  });
}

for (const value of ["", "short", "x".repeat(129), "two words of a text", "line\nbreak-and-more"]) {
  Deno.test(`a stored token that the service would refuse is replaced: ${JSON.stringify(value.slice(0, 20))}`, () => {
    const storage = storageWith(value);
    const token = clientTokenOf(site, storage);
    assertMatch(token, TOKEN);
    assertStrictEquals(storage.getItem(name), token);
  });
}

/** Returns the token that a client sends with a wish. */
async function sentToken(options: TripClientOptions) {
  const page = new TestPage(options);
  const creating = page.client.createItinerary(wish);
  const request = await page.nextRequest("POST /api/itineraries");
  request.answer(202, itineraryJob());
  await creating;
  return request.headers.get("client-token");
}

const OWN = "the-token-of-this-browser";
const storage = new MemoryStorage();
storage.setItem("tripwright.client ", OWN);

for (
  const [what, options, token] of [
    ["a page sends the token of its browser", { platform: { storage } }, OWN],
    [
      "a token that the page passes comes first",
      { clientToken: "a-token-of-sixteen", platform: { storage } },
      "a-token-of-sixteen",
    ],
    ["a program outside a page sends no token by itself", {}, null],
  ] as [string, TripClientOptions, string | null][]
) {
  Deno.test(what, async () => {
    assertStrictEquals(await sentToken(options), token);
  });
}
