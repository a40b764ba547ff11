/**
 * The proxies of `ops/` in front of the real program. Without nginx or Caddy, its tests are ignored.
 */
import { assert, assertStrictEquals } from "@std/assert";
import { EventSource } from "../../testing/event_source.ts";
import { localCertificate } from "../../testing/local_certificate.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { hasProxy, proxies, type ProxyName, startProxy } from "../../testing/proxy.ts";
import { RawConnection } from "../../testing/raw_connection.ts";
import { isSkipped } from "../../testing/skipped.ts";

const caCerts = [localCertificate];

/** Longer than the timeouts of the proxy in tests, which are one second. */
const DELAY_MS = 2_500;

/** Beginnings of requests that do not go on. */
const slowRequests = [
  "",
  "GET /livez HTTP/1.1\r\nHost: a\r\nX-A: ",
  "POST /api/itineraries HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{",
];

async function openBehind(name: ProxyName) {
  const directory = await workDirectory();
  const env = { TRUSTED_PROXIES: "1", SAMPLE_DELAY_MS: String(DELAY_MS) };
  const program = new Program(directory.path, { env });
  const upstream = await program.url();
  const proxy = await startProxy(name, { upstream, directory: directory.path });
  const client = Deno.createHttpClient({ caCerts });
  return {
    program,
    url: proxy.url,
    send: (path: string, init: RequestInit = {}) =>
      fetch(proxy.url + path, { ...init, redirect: "manual", client }),
    async [Symbol.asyncDispose]() {
      client.close();
      await proxy[Symbol.asyncDispose]();
      await program[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

for (const name of Object.keys(proxies) as ProxyName[]) {
  const ignore = isSkipped(
    `ops/ with ${name}`,
    hasProxy(name) ? null : "the proxy is not installed",
  );

  Deno.test(
    `${name} passes on each event at once, and no timeout ends a stream`,
    { ignore },
    async () => {
      await using env = await openBehind(name);
      const body = JSON.stringify({ destination: "Tokyo, Japan", durationDays: 3 });
      const headers = { "content-type": "application/json" };
      const made = await env.send("/api/itineraries", { method: "POST", headers, body });
      await made.body?.cancel();
      const source = new EventSource(await env.send(`${made.headers.get("location")}/events`));
      const first = await source.next();
      assertStrictEquals(first?.event, "progress");
      const items = [];
      for (let event; (event = await source.next())?.event !== "end";) {
        // The job still runs when its parts arrive.
        const isRunning = !env.program.log.some(({ message }) => message === "completed");
        if (event?.event === "item") items.push(isRunning);
      }
      assertStrictEquals(items.length, 3);
      assert(items[0]);
    },
  );

  Deno.test(`${name} lets forms of the web app through`, { ignore }, async () => {
    await using env = await openBehind(name);
    const headers = { "content-type": "application/x-www-form-urlencoded", "origin": env.url };
    const body = "kind=itinerary&destination=Tokyo&durationDays=2";
    const answer = await env.send("/trips", { method: "POST", headers, body });
    await answer.body?.cancel();
    assertStrictEquals(answer.status, 303);
  });

  Deno.test(`${name} ends idle connections, slow headers and slow bodies`, { ignore }, async () => {
    await using env = await openBehind(name);
    const connections = await Promise.all(
      slowRequests.map(() => RawConnection.open(env.url, { caCerts })),
    );
    await Promise.all(
      connections.map((connection, index) => connection.send(slowRequests[index]!)),
    );
    await Promise.all(connections.map((connection) => connection.closed()));
    for (const connection of connections) connection[Symbol.dispose]();
  });
}
