/**
 * Watching a job while the server is unavailable, busy, or hidden behind a proxy that answers
 * itself.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { FakeClock, nextTurn, NOON } from "../../../testing/fake_clock.ts";
import { doneJob, errorOf, itineraryJob, monday, pageTest } from "../../../testing/test_page.ts";

pageTest(
  "pauses double while the server is unavailable, up to 30 seconds, and are short again after it",
  async (page) => {
    const watching = page.watch();
    const pauses: number[] = [];
    for (let n = 0; n < 8; n++) {
      const [look, ms] = await page.nextRequestAfter("GET /:id");
      look.fail();
      pauses.push(ms);
    }
    assertEquals(pauses, [0, 750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500]);
    assertEquals(page.connections, ["lost"]);
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    const request = await page.nextRequest("GET /:id/events");
    assertEquals(page.connections, ["lost", "polling"]);
    const events = request.stream();
    await events.send(["progress", itineraryJob(), "0-"]);
    assertEquals(page.connections, ["lost", "polling", "live"]);
    await events.fail();
    (await page.nextRequestAfter("GET /:id"))[0].fail();
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(ms, 750);
    look.show(doneJob);
    await watching;
  },
);

for (const [random, pauseMs] of [[0, 500], [0.999, 1_000]] as const) {
  const platform = { random: () => random };
  pageTest(`pauses are partly random: ${random}`, async (page) => {
    const watching = page.watch();
    (await page.nextRequest("GET /:id")).fail();
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(ms, pauseMs);
    look.show(doneJob);
    await watching;
  }, { platform });
}

for (
  const [what, status, body] of [
    ["a proxy's page", 502, "<html><h1>502 Bad Gateway</h1></html>"],
    ["a problem", 500, { code: "internal", detail: "Something went wrong" }],
    ["a timeout", 408, null],
    ["a page with status 200", 200, "<html>Please sign in to the Wi-Fi</html>"],
    ["another API's JSON", 200, { ok: true }],
    ["an unknown status", 200, { ...doneJob, status: "succeeded" }],
    ["a list", 200, [doneJob]],
    ["null", 200, "null"],
    ["nothing", 200, null],
    ["304 to a client without a job", 304, null],
  ] as const
) {
  pageTest(`${what} in place of the job is a fault, and the request is repeated`, async (page) => {
    const watching = page.watch();
    (await page.nextRequest("GET /:id")).answer(status, body);
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(ms, 750);
    assertEquals(page.connections, ["lost"]);
    assertEquals(page.shown, []);
    look.show(doneJob);
    await watching;
  });
}

pageTest("a body that breaks off is a fault", async (page) => {
  const watching = page.watch();
  const request = await page.nextRequest("GET /:id");
  const body = request.stream("application/json");
  await body.write('{"jobId":"54a6');
  await body.fail();
  (await page.nextRequestAfter("GET /:id"))[0].show(doneJob);
  await watching;
});

for (const [status, connections] of [[429, []], [503, ["lost", "polling"]]] as const) {
  pageTest(
    `${status} is repeated after Retry-After, and counts as ${
      connections.length ? "a" : "no"
    } lost connection`,
    async (page) => {
      const watching = page.watch();
      (await page.nextRequest("GET /:id")).refuse(status, "rate_limited", { "retry-after": "41" });
      const [look, ms] = await page.nextRequestAfter("GET /:id");
      assertStrictEquals(ms, 41_000);
      look.show(doneJob);
      await watching;
      assertEquals<readonly string[]>(page.connections, connections);
    },
  );
}

pageTest(
  "a date in Retry-After is compared with the server's clock, not with the local one",
  async (page) => {
    const watching = page.watch();
    (await page.nextRequest("GET /:id")).refuse(503, "stopping", {
      date: "Fri, 01 Jan 1999 12:00:00 GMT",
      "retry-after": "Fri, 01 Jan 1999 12:00:20 GMT",
    });
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(ms, 20_000);
    // Not every server sends its time, and scripts of other origins cannot read it.
    look.refuse(503, "stopping", { "retry-after": "Fri, 01 Jan 2100 12:00:20 GMT" });
    const [next, backoff] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(backoff, 1_500);
    next.show(doneJob);
    await watching;
  },
);

pageTest("no pause is longer than an hour, whatever a server asks for", async (page) => {
  const watching = page.watch();
  (await page.nextRequest("GET /:id")).refuse(503, "stopping", { "retry-after": "9".repeat(30) });
  await nextTurn();
  await page.advance(3_599_999);
  assertStrictEquals(page.unseen, 0);
  await page.advance(1);
  (await page.nextRequest("GET /:id")).show(doneJob);
  await watching;
});

pageTest("a request without an answer is abandoned after 15 seconds", async (page) => {
  const watching = page.watch();
  const request = await page.nextRequest("GET /:id");
  await page.advance(14_999);
  assertStrictEquals(request.signal.aborted, false);
  await page.advance(1);
  assertStrictEquals(request.signal.aborted, true);
  (await page.nextRequestAfter("GET /:id"))[0].show(doneJob);
  await watching;
});

for (
  const [status, code] of [
    [404, "job_not_found"],
    [401, "unauthorized"],
    [403, "not_owner"],
    [400, "invalid_header"],
    [410, "gone"],
  ] as const
) {
  pageTest(`${status} ends the watch, at its beginning and later`, async (page) => {
    const early = page.watch();
    (await page.nextRequest("GET /:id")).refuse(status, code);
    const error = await errorOf(early);
    assertEquals(
      [error.status, error.code, error.message, error.retryAfterSeconds, error.errors],
      [status, code, `It is ${code}`, null, []],
    );
    const { watching, events } = await page.watchLive();
    await events.close();
    (await page.nextRequestAfter("GET /:id"))[0].refuse(status, code);
    assertStrictEquals((await errorOf(watching)).code, code);
  });
}

for (const status of [400, 401, 403, 404, 410]) {
  pageTest(`${status} of a proxy does not end the watch`, async (page) => {
    const { watching, events } = await page.watchLive();
    await events.close();
    for (let n = 0; n < 7; n++) {
      (await page.nextRequestAfter("GET /:id"))[0].answer(status, { code: "NOT_FOUND" });
    }
    assertStrictEquals(page.connections.at(-1), "lost");
    (await page.nextRequestAfter("GET /:id"))[0].show(doneJob);
    assertEquals(await watching, doneJob);
  });
}

/** A clock whose waits are correct, but whose time is always wrong. */
class WrongClock extends FakeClock {
  readonly #times = [NOON, 0, 8.64e15, -NOON, NaN];
  #requested = 0;
  override now = () => this.#times[this.#requested++ % this.#times.length]!;
}

const clock = new WrongClock();

pageTest("a wrong or changing time does not affect the watch", async (page) => {
  const dateNow = Date.now;
  Date.now = clock.now;
  try {
    const { watching, events } = await page.watchLive();
    await events.send(["item", { index: 0, item: monday }, "1-a"]);
    await events.close();
    clock.advance(1_000);
    (await page.nextRequest("GET /:id")).refuse(503, "stopping", { "retry-after": "5" });
    await nextTurn();
    clock.advance(5_000);
    (await page.nextRequest("GET /:id")).show(doneJob);
    assertEquals(await watching, doneJob);
    assertStrictEquals(clock.waiting, 0);
  } finally {
    Date.now = dateNow;
  }
}, { platform: { clock } });
