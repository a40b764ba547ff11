/** The page of API keys in a browser. */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../../testing/browser.ts";
import { accessibilityViolations, overflows, takeScreenshot, visit } from "../../testing/pages.ts";
import { Program, workDirectory } from "../../testing/program.ts";

const ADMIN_TOKEN = "operator-0123456789";

/** Signs in and opens the page of keys. */
async function openKeys(page: Page, program: Program): Promise<void> {
  await page.goto(`${await program.url()}/admin/keys`);
  await page.getByLabel("Token").fill(ADMIN_TOKEN);
  await page.getByLabel("Your name").fill("Ann");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Keys", level: 1 }).waitFor();
}

async function assertClean(page: Page, name: string): Promise<void> {
  assertEquals(await accessibilityViolations(page), [], name);
  assert(!await overflows(page), `${name} is wider than its window`);
  await takeScreenshot(page, `admin-keys-${name}`, true);
}

const looks = [{ colorScheme: "light", width: 1_200 }, {
  colorScheme: "dark",
  width: 320,
}] as const;

for (const { colorScheme, width } of looks) {
  browserTest(
    `keys are made, copied and revoked: ${colorScheme}, ${width} px`,
    async (browser) => {
      await using directory = await workDirectory();
      await using program = new Program(directory.path, { env: { ADMIN_TOKEN } });
      const { page, context, faults } = await visit(browser, {
        colorScheme,
        viewport: { width, height: 800 },
      });
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      await openKeys(page, program);
      const name = (what: string) => `${what}-${colorScheme}-${width}`;
      await page.getByText("The first key closes it").waitFor();
      await assertClean(page, name("empty"));

      await page.getByLabel("Name").fill("The web shop");
      await page.getByLabel("read_all").check();
      await page.getByLabel("Jobs per day").fill("1000");
      await page.getByLabel("Ends").selectOption("90");
      await page.getByRole("button", { name: "Make the key" }).click();
      const secret = await page.locator("#secret").innerText();
      assertMatch(secret, /^tw_[\da-f]{56}$/);
      await assertClean(page, name("secret"));
      await page.getByRole("button", { name: "Copy the key" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      assertStrictEquals(await page.evaluate("navigator.clipboard.readText()"), secret);

      await page.getByRole("link", { name: "I have copied the key" }).click();
      await page.locator("td", { hasText: "The web shop" }).first().waitFor();
      assert(!(await page.content()).includes(secret));
      await page.locator("summary", { hasText: "Revoke" }).click();
      await assertClean(page, name("question"));
      await page.getByRole("button", { name: "Revoke the key" }).click();
      await page.getByText("The key The web shop is revoked.").waitFor();
      await page.locator("summary", { hasText: "Open the service" }).waitFor();
      await assertClean(page, name("revoked"));
      assertEquals(faults(), []);
    },
  );
}

browserTest(
  "without scripts, keys are made, revoked and the service is opened by keyboard",
  async (browser) => {
    await using directory = await workDirectory();
    await using program = new Program(directory.path, { env: { ADMIN_TOKEN } });
    const { page, faults } = await visit(browser, { javaScriptEnabled: false });
    await openKeys(page, program);
    await page.getByLabel("Name").fill("A script");
    await page.keyboard.press("Enter");
    await page.locator("#secret").waitFor();
    assertStrictEquals(await page.getByRole("button", { name: "Copy the key" }).count(), 0);
    await page.getByRole("link", { name: "I have copied the key" }).press("Enter");
    for (
      const [summary, button] of [["Revoke", "Revoke the key"], ["Open the service", "Let callers"]]
    ) {
      await page.locator("summary", { hasText: summary! }).press("Enter");
      await page.getByRole("button", { name: button! }).press("Enter");
      await page.locator(".notice.good").waitFor();
    }
    await page.getByText("Callers need no key.").waitFor();
    assertEquals(faults(), []);
  },
);
