/** The formatters that pages share: kept for the next row, but not without a limit. */
import { assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { dateFormat, numberFormat } from "../../../web/app/kinds/formatters.ts";

Deno.test("a formatter is created once for a language and its options", () => {
  const day = { weekday: "short", timeZone: "UTC" } as const;
  assertStrictEquals(dateFormat("de", day), dateFormat("de", { ...day }));
  assertNotStrictEquals(dateFormat("de", day), dateFormat("en", day));
  assertStrictEquals(dateFormat("de", day).format(0), "Do");
});

Deno.test("requests with many currencies leave few formatters in memory", () => {
  const euro = { style: "currency", currency: "EUR" } as const;
  const first = numberFormat("en", euro);
  assertStrictEquals(numberFormat("en", euro), first);
  for (let n = 0; n < 200; n++) {
    const letters = String.fromCharCode(65 + Math.floor(n / 26), 65 + n % 26);
    numberFormat("en", { ...euro, currency: `X${letters}` });
  }
  assertNotStrictEquals(numberFormat("en", euro), first);
  assertStrictEquals(numberFormat("en", euro).format(1), "€1.00");
});
