import { assertEquals, assertStrictEquals } from "@std/assert";
import { mergeLists } from "../../../lib/store/merged_lists.ts";

/** A list of ids that counts how many of its items were asked for, and whether it was closed. */
function listOf(name: string, ids: string[]) {
  const state = { asked: 0, isClosed: false };
  async function* items() {
    try {
      for (const id of ids) {
        state.asked++;
        yield await Promise.resolve({ id, name });
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { items: items(), state };
}

async function merged(...lists: string[][]): Promise<string[]> {
  const items = mergeLists(lists.map((ids, n) => listOf(String(n), ids).items));
  return (await Array.fromAsync(items)).map(({ id, name }) => id + name);
}

Deno.test("mergeLists() yields the items of all lists, the largest id first", async () => {
  assertEquals(await merged(["d", "a"], ["c", "b"], ["e"]), ["e2", "d0", "c1", "b1", "a0"]);
  assertEquals(await merged([], ["b"]), ["b1"]);
  assertEquals(await merged(), []);
});

Deno.test("mergeLists() yields an item of two lists once, as the first list has it", async () => {
  assertEquals(await merged(["c", "a"], ["c", "b", "a"], ["a"]), ["c0", "b1", "a0"]);
});

Deno.test("mergeLists() reads one item ahead, and closes its lists when the reader stops", async () => {
  const lists = [listOf("0", ["d", "b"]), listOf("1", ["c", "a"])];
  for await (const { id } of mergeLists(lists.map(({ items }) => items))) {
    if (id === "c") break;
  }
  assertEquals(lists.map(({ state }) => state), [
    { asked: 2, isClosed: true },
    { asked: 1, isClosed: true },
  ]);
  assertStrictEquals((await Array.fromAsync(mergeLists([lists[0]!.items]))).length, 0);
});
