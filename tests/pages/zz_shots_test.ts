import { browserTest } from "/work/wt/workspace/testing/browser.ts";
import { openService, shiftsOn, visit } from "/work/wt/workspace/testing/pages.ts";
const out = "/tmp/p21/ws";
await Deno.mkdir(out, { recursive: true });
browserTest("shots", async (browser) => {
  await using service = await openService();
  const wish = {
    destination: "Lisbon",
    durationDays: 3,
    startDate: new Date(Date.now() + 5 * 864e5).toISOString().slice(0, 10),
    travellers: { adults: 2, children: 1 },
    budget: { amount: 600, currency: "EUR", per: "all" },
    pace: "relaxed",
    interests: ["tiles", "fado"],
    diet: ["vegetarian"],
  };
  const { body } = await service.program.post("/api/itineraries", wish);
  const { body: long } = await service.program.post("/api/itineraries", {
    destination: "Tokyo, Japan",
    durationDays: 30,
  });
  const { body: gen } = await service.program.post("/api/generations", {
    preferences: { interests: ["fado", "food"], city: "Lisbon", timeframe: "This weekend" },
  });
  const only = Deno.env.get("ONLY");
  for (
    const [name, opts] of Object.entries(
      {
        desk: { viewport: { width: 1280, height: 900 } },
        phone: { viewport: { width: 390, height: 844 } },
        dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
        de: { viewport: { width: 390, height: 844 }, locale: "de-DE" },
      } as const,
    )
  ) {
    if (only && !only.includes(name)) continue;
    const { page, faults } = await visit(browser, opts as never);
    for (
      const [kind, id] of [["it", body.jobId], ["long", long.jobId], ["gen", gen.generationId]]
    ) {
      await page.goto(`${service.url}/trips/${id}`);
      await page.getByText(name === "de" ? "fertig nach" : "ready after").waitFor();
      await page.waitForTimeout(300);
      await page.screenshot({ path: `${out}/${name}-${kind}.png`, fullPage: kind !== "long" });
      if (kind === "long") {
        await page.locator(".all-parts summary").click();
        await page.screenshot({ path: `${out}/${name}-menu.png` });
      }
      if (name === "desk") {
        const pdf = await page.pdf({ format: "A4", printBackground: false });
        await Deno.writeFile(`${out}/${kind}.pdf`, pdf);
      }
    }
    console.log(name, faults());
    await page.close();
  }
});
