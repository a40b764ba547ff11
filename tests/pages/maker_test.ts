/** A trip that two people have open: the person who planned it, and a person with its link. */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { browserTest } from "../../testing/browser.ts";
import {
  bundlesReply,
  itineraryReply,
  openService,
  stopPlanning,
  takeScreenshot,
  visit,
  wishForItinerary,
} from "../../testing/pages.ts";

const CANCELED = "Planning was stopped before the plan was finished.";

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";
  browserTest(
    `a second person with the link has no button, and cannot cancel${how}`,
    async (browser) => {
      await using service = await openService({ script: [itineraryReply, bundlesReply] });
      const owner = await visit(browser, { javaScriptEnabled });
      const guest = await visit(browser, { javaScriptEnabled });
      await owner.page.goto(service.url);
      await wishForItinerary(owner.page);
      await service.model.begun(0);
      const trip = owner.page.url();
      const stop = { name: "Stop planning" };
      await owner.page.getByRole("button", stop).waitFor();

      // The guest has visited the service before, and has a token of its own.
      await guest.page.goto(service.url);
      await guest.page.goto(trip);
      await guest.page.getByRole("progressbar").waitFor();
      assertStrictEquals(await guest.page.getByRole("button", stop).count(), 0);
      await takeScreenshot(guest.page, `guest${how}`);

      const cookie = (await guest.context.cookies())
        .map(({ name, value }) => `${name}=${value}`).join("; ");
      const headers = { cookie, "sec-fetch-site": "same-origin" };
      const refused = await fetch(`${trip}/cancel`, { method: "POST", headers });
      assertStrictEquals(refused.status, 403);
      assertMatch(
        await refused.text(),
        /Only the person who planned it can\./,
      );
      const api = trip.replace("/trips/", "/api/itineraries/");
      const deleted = await fetch(api, { method: "DELETE", headers });
      assertStrictEquals((await deleted.json()).code, "not_owner");

      await stopPlanning(owner.page);
      for (const { page } of [owner, guest]) {
        // Without a script, the page of the guest reloads by itself after some seconds.
        await page.getByText(CANCELED).waitFor();
        assertStrictEquals(await page.getByText(/you (have )?(canceled|stopped)/i).count(), 0);
      }
      assertEquals([...owner.faults(), ...guest.faults()], []);
    },
  );
}

browserTest(
  "a trip of a form that no script has sent is canceled by the script of its page",
  async (browser) => {
    await using service = await openService({ script: [itineraryReply] });
    const { page, context, faults } = await visit(browser);
    // The script of the first page does not arrive.
    await page.route(/\/(home|trip)_\w+\.js/, (route) => route.abort());
    await page.goto(service.url);
    await wishForItinerary(page);
    await service.model.begun(0);
    await page.unroute(/\/(home|trip)_\w+\.js/);
    const [deleted] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === "DELETE"),
      page.reload().then(() => page.locator(".menu > summary").waitFor())
        .then(() => stopPlanning(page)),
    ]);
    assertStrictEquals(deleted.status(), 202);
    await page.getByText(CANCELED).waitFor();
    assertStrictEquals((await context.cookies()).length, 1);
    assertEquals(faults(/ERR_FAILED/), []);
  },
);

browserTest("the person who planned a trip can cancel it from another tab", async (browser) => {
  await using service = await openService({ script: [itineraryReply] });
  const { page, context, faults } = await visit(browser);
  await page.goto(service.url);
  await wishForItinerary(page);
  await service.model.begun(0);
  const tab = await context.newPage();
  await tab.goto(page.url());
  await stopPlanning(tab);
  await tab.getByText(CANCELED).waitFor();
  await page.getByText(CANCELED).waitFor();
  assertEquals(faults(), []);
});

const KEY = "page-test-key-0123456789";
const SECOND_KEY = "other-test-key-0123456789";

browserTest("with PUBLIC_READS, a visitor without a key has no button", async (browser) => {
  const env = { API_KEYS: `${KEY},${SECOND_KEY}`, PUBLIC_READS: "1" };
  await using service = await openService({ script: [itineraryReply], env });
  const owner = await visit(browser);
  await owner.page.goto(service.url);
  await owner.page.getByLabel("Destination").fill("Rome");
  await owner.page.getByLabel("Days").fill("3");
  await owner.page.getByLabel("API key").first().fill(KEY);
  await owner.page.getByRole("button", { name: "Plan my trip" }).click();
  await owner.page.waitForURL("**/trips/*");
  await service.model.begun(0);
  const stop = { name: "Stop planning" };
  await owner.page.getByRole("button", stop).waitFor();

  const guest = await visit(browser);
  await guest.page.goto(owner.page.url());
  await guest.page.locator(".menu > summary").waitFor();
  assertStrictEquals(await guest.page.getByRole("button", stop).count(), 0);

  await stopPlanning(owner.page);
  for (const { page } of [owner, guest]) await page.getByText(CANCELED).waitFor();
  assertEquals([...owner.faults(), ...guest.faults()], []);
});
