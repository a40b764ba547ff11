/**
 * Creating, getting and canceling jobs.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { createTripClient } from "../../../web/client/client.ts";
import { techno } from "../../../testing/app.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import {
  doneJob,
  errorOf,
  id,
  itineraryJob,
  JOB_ID,
  pageTest,
  reason,
  type SentRequest,
  wish,
} from "../../../testing/test_page.ts";

const elsewhere = {
  baseUrl: "https://trips.example/",
  apiKey: "a-key-of-sixteen-chars",
  clientToken: "a-token-of-sixteen",
};

pageTest(
  "createItinerary() and createGeneration() post the wish and return the job",
  async (page) => {
    const itinerary = page.client.createItinerary(wish);
    const first = await page.nextRequest("POST https://trips.example/api/itineraries");
    assertEquals(first.body, wish);
    assertStrictEquals(first.cache, "no-store");
    assertStrictEquals(first.headers.get("content-type"), "application/json");
    assertMatch(first.headers.get("idempotency-key")!, /^[\d-]{16,255}$/);
    assertStrictEquals(first.headers.get("authorization"), "Bearer a-key-of-sixteen-chars");
    assertStrictEquals(first.headers.get("client-token"), "a-token-of-sixteen");
    first.answer(202, itineraryJob());
    assertEquals(await itinerary, itineraryJob());

    const { jobId: _, ...job } = { ...itineraryJob(), generationId: JOB_ID };
    const generation = page.client.createGeneration(techno, { idempotencyKey: "mine" });
    const second = await page.nextRequest("POST https://trips.example/api/generations");
    assertEquals(second.body, techno);
    assertStrictEquals(second.headers.get("idempotency-key"), "mine");
    second.answer(200, job);
    assertStrictEquals((await generation).generationId, JOB_ID);

    const looked = page.client.get({ generationId: JOB_ID });
    (await page.nextRequest(`GET https://trips.example/api/generations/${JOB_ID}`)).show(job);
    await looked;
  },
  elsewhere,
);

pageTest(
  "each wish has its own key, also without crypto.randomUUID()",
  async (page) => {
    const { randomUUID } = crypto;
    Object.assign(crypto, { randomUUID: undefined });
    try {
      const keys = new Set<string | null>();
      for (let n = 0; n < 20; n++) {
        const creating = page.client.createItinerary(wish);
        const request = await page.nextRequest("POST /api/itineraries");
        keys.add(request.headers.get("idempotency-key"));
        request.answer(202, itineraryJob());
        await creating;
      }
      assertStrictEquals(keys.size, 20);
    } finally {
      Object.assign(crypto, { randomUUID });
    }
  },
);

for (
  const [what, fail] of [
    ["the connection breaks", (request) => request.fail()],
    ["a proxy answers", (request) => request.answer(502, "<h1>Bad Gateway</h1>")],
    ["the job was not accepted", (request) => request.refuse(500, "accept_failed")],
    ["there were too many requests", (request) => request.refuse(429, "rate_limited")],
    ["the request took too long", (request) => request.answer(408)],
    ["the answer is no job", (request) => request.answer(202, { jobId: 7, status: "processing" })],
    ["the answer is no object", (request) => request.answer(202, "processing")],
  ] as [string, (request: SentRequest) => void][]
) {
  pageTest(`a wish is sent again with the same key when ${what}`, async (page) => {
    const creating = page.client.createItinerary(wish);
    const keys = [];
    for (let n = 0; n < 4; n++) {
      const [request, ms] = await page.nextRequestAfter("POST /api/itineraries");
      assertStrictEquals(ms, [0, 750, 1_500, 3_000][n]);
      assertEquals(request.body, wish);
      keys.push(request.headers.get("idempotency-key"));
      fail(request);
    }
    const [request] = await page.nextRequestAfter("POST /api/itineraries");
    request.answer(202, itineraryJob());
    assertEquals(await creating, itineraryJob());
    assertStrictEquals(new Set([...keys, request.headers.get("idempotency-key")]).size, 1);
  });
}

pageTest(
  "refine() sends the change of a job, and again with the same key if it fails",
  async (page) => {
    const changing = page.client.refine(id, { day: 2, activity: 1 });
    const first = await page.nextRequest("POST /:id/refinements");
    assertEquals(first.body, { day: 2, activity: 1 });
    first.answer(502, "<h1>Bad Gateway</h1>");
    const [again] = await page.nextRequestAfter("POST /:id/refinements");
    const keys = [first, again].map(({ headers }) => headers.get("idempotency-key"));
    assertStrictEquals(new Set(keys).size, 1);
    const changed = itineraryJob({ refines: id.jobId, lineage: [id.jobId] });
    again.answer(202, changed);
    assertEquals(await changing, changed);
  },
);

pageTest("refine() rejects at once when the job has no plan", async (page) => {
  const changing = errorOf(page.client.refine(id, { instruction: "Less walking" }));
  (await page.nextRequest("POST /:id/refinements")).refuse(409, "no_plan_to_refine");
  assertEquals((await changing).code, "no_plan_to_refine");
});

pageTest("a wish without an answer is sent again after 15 seconds", async (page) => {
  const creating = page.client.createItinerary(wish);
  await page.nextRequest("POST /api/itineraries");
  await page.advance(15_000);
  (await page.nextRequestAfter("POST /api/itineraries"))[0].answer(202, itineraryJob());
  await creating;
});

pageTest("a wish rejects with the last error after five tries", async (page) => {
  const creating = errorOf(page.client.createItinerary(wish));
  for (let n = 0; n < 4; n++) (await page.nextRequestAfter("POST /api/itineraries"))[0].fail();
  (await page.nextRequestAfter("POST /api/itineraries"))[0].answer(502, "<h1>Bad Gateway</h1>");
  const error = await creating;
  assertEquals(
    [error.name, error.status, error.code, error.message],
    ["TripError", 502, "network", "The response has the status 502"],
  );
  const unreachable = errorOf(page.client.createItinerary(wish));
  for (let n = 0; n < 5; n++) (await page.nextRequestAfter("POST /api/itineraries"))[0].fail();
  const { status, code, message, cause } = await unreachable;
  assertEquals([status, code, message], [0, "network", "The service cannot be reached"]);
  assert(cause instanceof TypeError);
});

pageTest("a pause of up to 5 seconds is waited for, a longer one is reported", async (page) => {
  const creating = page.client.createItinerary(wish);
  const [request] = await page.nextRequestAfter("POST /api/itineraries");
  request.refuse(503, "queue_full", { "retry-after": "5" });
  const [again, ms] = await page.nextRequestAfter("POST /api/itineraries");
  assertStrictEquals(ms, 5_000);
  again.refuse(429, "daily_budget_spent", { "retry-after": "6" });
  const { status, code, retryAfterSeconds } = await errorOf(creating);
  assertEquals([status, code, retryAfterSeconds], [429, "daily_budget_spent", 6]);
});

pageTest(
  "a refused wish rejects with its errors, and is not sent again",
  async (page) => {
    const creating = page.client.createItinerary(wish);
    const errors = [{ pointer: "#/durationDays", detail: "expected a whole number from 1 to 30" }];
    (await page.nextRequest("POST /api/itineraries")).answer(400, {
      code: "invalid_request",
      detail: "durationDays: expected a whole number from 1 to 30",
      errors,
    }, { "content-type": "application/problem+json; charset=utf-8" });
    const error = await errorOf(creating);
    assertEquals([error.status, error.code], [400, "invalid_request"]);
    assertEquals(error.errors, errors);
    assertMatch(error.message, /^durationDays/);
  },
);

const problemType = "application/problem+json";
const odd: [body: unknown, type: string][] = [
  ["null", problemType],
  ["[]", problemType],
  ["7", problemType],
  ["", problemType],
  [{ detail: {}, code: 7, errors: "many" }, problemType],
  [{ code: "job_not_found", detail: "No such page", errors: [] }, "application/json"],
];
for (const [body, type] of odd) {
  pageTest(
    `an error answer without a problem rejects: ${JSON.stringify(body)}`,
    async (page) => {
      const creating = page.client.createItinerary(wish);
      creating.catch(() => {});
      for (let n = 0; n < 5; n++) {
        const [request] = await page.nextRequestAfter("POST /api/itineraries");
        request.answer(422, body, { "content-type": type });
      }
      const { status, code, message, errors } = await errorOf(creating);
      assertEquals(
        [status, code, message, errors],
        [422, "network", "The response has the status 422", []],
      );
    },
  );
}

for (const options of [{ apiKey: "ключ" }, { apiKey: "two\nlines" }, { clientToken: "жетон" }]) {
  Deno.test(`createTripClient() throws for values that no header can hold: ${JSON.stringify(options)}`, () => {
    assertThrows(() => createTripClient(options), TypeError);
  });
}

pageTest("get() returns the job, and retries like the others", async (page) => {
  const getting = page.client.get(id);
  (await page.nextRequest("GET /:id")).fail();
  (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
  assertEquals(await getting, itineraryJob());
});

pageTest("cancel() returns the canceled job, and retries like the others", async (page) => {
  const canceled = itineraryJob({ status: "canceled" });
  const canceling = page.client.cancel(id);
  (await page.nextRequest("DELETE /:id")).fail();
  (await page.nextRequestAfter("DELETE /:id"))[0].refuse(503, "stopping");
  (await page.nextRequestAfter("DELETE /:id"))[0].answer(202, canceled);
  assertEquals(await canceling, canceled);
});

pageTest("cancel() of an ended job returns it unchanged", async (page) => {
  const canceling = page.client.cancel(id);
  (await page.nextRequest("DELETE /:id")).refuse(409, "job_finished");
  (await page.nextRequest("GET /:id")).show(doneJob);
  assertEquals(await canceling, doneJob);
  const forbidden = page.client.cancel(id);
  (await page.nextRequest("DELETE /:id")).refuse(403, "not_owner");
  assertStrictEquals((await errorOf(forbidden)).code, "not_owner");
});

for (const isBetween of [false, true]) {
  pageTest(
    `aborting a wish ${isBetween ? "between two requests" : "during its request"} rejects at once`,
    async (page) => {
      const leaving = new AbortController();
      const creating = page.client.createItinerary(wish, { signal: leaving.signal });
      const rejected = assertRejects(() => creating);
      const request = await page.nextRequest("POST /api/itineraries");
      if (isBetween) request.fail();
      await nextTurn();
      leaving.abort(reason);
      assertStrictEquals(await rejected, reason);
    },
  );
}

pageTest("aborting during the last try rejects with the reason", async (page) => {
  const leaving = new AbortController();
  const creating = page.client.createItinerary(wish, { signal: leaving.signal });
  const rejected = assertRejects(() => creating);
  for (let n = 0; n < 4; n++) (await page.nextRequestAfter("POST /api/itineraries"))[0].fail();
  await page.nextRequestAfter("POST /api/itineraries");
  leaving.abort(reason);
  assertStrictEquals(await rejected, reason);
});
