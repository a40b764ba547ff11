import { assertEquals, assertStrictEquals } from "@std/assert";
import { DescriptorReserve } from "../../../lib/http/descriptor_reserve.ts";
import { captureLogs } from "../../../testing/log_records.ts";

const ignore = Deno.build.os === "windows";

Deno.test("the reserve follows the number that is wanted at the moment", { ignore }, () => {
  let wanted = 10;
  const reserve = new DescriptorReserve(() => wanted);
  assertStrictEquals(reserve.held, 10);
  for (const size of [4, 4, 0, 12]) {
    wanted = size;
    reserve.adjust();
    assertStrictEquals(reserve.held, size);
  }
  wanted = 5;
  assertEquals([reserve.refill(), reserve.held], [true, 5]);
  reserve.lend();
  assertStrictEquals(reserve.held, 4);
  reserve.release();
  assertStrictEquals(reserve.held, 0);
});

Deno.test({
  name: "without permission for its file the reserve is empty, with one warning",
  ignore,
  permissions: { read: false },
  fn() {
    using logs = captureLogs();
    const reserve = new DescriptorReserve(() => 10);
    reserve.adjust();
    assertEquals([reserve.refill(), reserve.held], [true, 0]);
    assertEquals(logs.records.map(({ level, rawMessage }) => [level, rawMessage]), [
      ["warning", "no descriptors are reserved for jobs"],
    ]);
  },
});
