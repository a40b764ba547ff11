/** API keys of operators in several processes on one database file. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Program, workDirectory } from "../../testing/program.ts";
import { withWaitLimit } from "../../testing/wait_limit.ts";

const ADMIN_TOKEN = "operator-0123456789";
const operator = { authorization: `Bearer ${ADMIN_TOKEN}` };
const tokyo = { destination: "Tokyo, Japan", durationDays: 2 };
const LIST = "/api/itineraries";

/** Asks a process for the list of jobs until it refuses the caller. */
async function untilRefused(program: Program, headers: Record<string, string> = {}): Promise<void> {
  const refused = async () => {
    while ((await program.get(LIST, headers)).status !== 401);
  };
  await withWaitLimit(refused(), () => "the caller is refused");
}

Deno.test("a key is known, and later refused, in all processes, and its stream ends", async () => {
  await using directory = await workDirectory();
  const env = { ADMIN_TOKEN, SAMPLE_DELAY_MS: "600000" };
  await using a = new Program(directory.path, { env });
  await using b = new Program(directory.path, { env });
  assertStrictEquals((await b.post(LIST, tokyo)).status, 202);
  const wish = { name: "a client", scopes: ["make", "read"] };
  const { body: { key, secret } } = await a.post("/admin/api/keys", wish, operator);
  await untilRefused(b);
  const headers = { authorization: `Bearer ${secret}` };
  const accepted = await b.post(LIST, tokyo, headers);
  assertStrictEquals(accepted.status, 202);

  const events = await fetch(`${await b.url()}${LIST}/${accepted.body.jobId}/events`, { headers });
  const streamed = events.text();
  await a.post(`/admin/api/keys/${key.id}/revoke`, {}, operator);
  await untilRefused(b, headers);
  // The stream has ended, so its text is complete.
  const text = await streamed;
  assert(text.includes("event: progress") && !text.includes("event: end"));
  assertStrictEquals((await b.post(LIST, tokyo)).status, 401, "the service stays closed");

  await using c = new Program(directory.path, { env });
  const statuses = [(await c.post(LIST, tokyo)).status, (await c.get(LIST, headers)).status];
  assertEquals(statuses, [401, 401], "a process that starts later");
  for (const program of [a, b, c]) assert(!program.output.includes(secret), "no log has the key");
});
