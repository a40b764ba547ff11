/** Opens `examples/stream.html` as a page of another site. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { browserTest } from "../../testing/browser.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { openService } from "../../testing/pages.ts";
import { root } from "../../testing/source_files.ts";

browserTest(
  "examples/stream.html shows a plan of another site's service as it grows",
  async (browser) => {
    await using service = await openService({ env: { SAMPLE_DELAY_MS: "500" } });
    const html = await Deno.readTextFile(join(root, "examples/stream.html"));
    await using site = serveLocally(() =>
      new Response(html, { headers: { "content-type": "text/html" } })
    );
    const context = await browser.newContext();
    const page = await context.newPage();
    const errors: unknown[] = [];
    page.on("pageerror", (error) => errors.push(error));
    await page.goto(`${site.url}/stream.html?service=${service.url}`);
    await page.getByText("The plan is complete").waitFor();
    assertEquals(await page.locator("#days li").count(), 2);
    assertEquals(await page.locator("body").getAttribute("data-connection"), "live");
    assertEquals(errors, []);
  },
);
