import {
  assert,
  assertEquals,
  assertExists,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  fail,
} from "@std/assert";
import { systemClock } from "../../../lib/clock.ts";
import {
  type Network,
  objectionTo,
  postPublicly,
  PublicHttpError,
  type PublicPostOptions,
} from "../../../lib/http/public_http.ts";
import { localCertificate, localKey } from "../../../testing/local_certificate.ts";
import { serveLocally } from "../../../testing/local_server.ts";

/** A public address. The tests never send anything there. */
const PUBLIC = "93.184.215.14";

const NO_CONTENT = "HTTP/1.1 204 No Content\r\n\r\n";

/** Posts `{}` to a host that is not private, unless `options` say so. */
function post(url: string, options: Partial<PublicPostOptions> = {}) {
  const { signal } = new AbortController();
  return postPublicly(url, {
    headers: {},
    body: "{}",
    signal,
    clock: systemClock,
    privateHosts: [],
    ...options,
  });
}

/** Posts to a local server, which is allowed as a private host. */
function postTo({ host }: { host: string }, options: Partial<PublicPostOptions> = {}) {
  return post(`http://${host}/hook?token=s3cret`, { privateHosts: [host], ...options });
}

async function errorOf(answer: Promise<unknown>): Promise<PublicHttpError> {
  const error = await answer.then(() => fail("no error"), (error) => error);
  assert(error instanceof PublicHttpError, `${error}`);
  return error;
}

/**
 * A network in which each name has `addresses`, and each address leads to `server`. It records the
 * names that were looked up and the addresses that were connected to.
 */
function fakeNetwork(addresses: string[], server?: { port: number }) {
  const names: string[] = [];
  const connections: string[] = [];
  const network: Network = {
    resolve(hostname) {
      names.push(hostname);
      return Promise.resolve(addresses);
    },
    connect({ hostname, port, signal }) {
      connections.push(`${hostname} ${port}`);
      if (!server) return Promise.reject(new Deno.errors.ConnectionRefused("no server"));
      return Deno.connect({ hostname: "127.0.0.1", port: server.port, signal });
    },
    caCerts: [localCertificate],
  };
  return { network, names, connections };
}

/**
 * A server that sends `answer` after each request, byte for byte. If it is null, the server stays
 * silent, for TLS too. `await using` waits until all its clients have disconnected.
 */
function serveText(answer: string | null = NO_CONTENT, { tls = false, hangUp = false } = {}) {
  const address = { port: 0, hostname: "127.0.0.1" };
  const listener = tls
    ? Deno.listenTls({ ...address, cert: localCertificate, key: localKey })
    : Deno.listen(address);
  const requests: string[] = [];
  const called = Promise.withResolvers<void>();
  const decoder = new TextDecoder();

  async function exchange(client: Deno.Conn) {
    using conn = client;
    const chunk = new Uint8Array(16_384);
    let request = "";
    while (answer === null || !request.endsWith("{}")) {
      const length = await conn.read(chunk);
      if (length === null) return;
      called.resolve();
      request += decoder.decode(chunk.subarray(0, length));
    }
    requests.push(request);
    await conn.write(new TextEncoder().encode(answer));
    while (!hangUp && await conn.read(chunk) !== null);
  }

  async function serve() {
    const exchanges = [];
    // A client that rejects our certificate or resets the connection ends only its own exchange.
    for await (const conn of listener) exchanges.push(exchange(conn).catch(() => {}));
    await Promise.all(exchanges);
  }

  const served = serve();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    port,
    host: `127.0.0.1:${port}`,
    requests,
    /** Resolves when a client has sent something. */
    called: called.promise,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
    },
  };
}

const PRIVATE = "must not lead to a private or reserved address";

const badUrls: [url: string, objection: string][] = [
  ["", "must be a valid URL"],
  ["hooks.example.com/x", "must be a valid URL"],
  ["https://", "must be a valid URL"],
  ["https://[fe80::1%25eth0]/", "must be a valid URL"],
  ["https://256.1.1.1/", "must be a valid URL"],
  [`https://hooks.example.com/${"a".repeat(2_023)}`, "must have at most 2048 characters"],
  ["http://hooks.example.com/", "must start with https://"],
  ["http://127.0.0.1/", "must start with https://"],
  ["ftp://hooks.example.com/", "must start with https://"],
  ["file:///etc/passwd", "must start with https://"],
  ["data:text/plain,x", "must start with https://"],
  ["wss://hooks.example.com/", "must start with https://"],
  ["https://me:pass@hooks.example.com/", "must not contain a user name or a password"],
  ["https://me@hooks.example.com/", "must not contain a user name or a password"],
  ["https://:pass@hooks.example.com/", "must not contain a user name or a password"],
  ["https://localhost/", "must name a public host"],
  ["https://LOCALHOST./", "must name a public host"],
  ["https://app.localhost/", "must name a public host"],
  ["https://redis:6379/", "must name a public host"],
  ["https://127.0.0.1/", PRIVATE],
  ["https://127.0.0.1.:8443/", PRIVATE],
  ["https://2130706433/", PRIVATE],
  ["https://0x7f.1/", PRIVATE],
  ["https://0177.0.0.01/", PRIVATE],
  ["https://127.1/", PRIVATE],
  ["https://0/", PRIVATE],
  ["https://①②⑦.0.0.1/", PRIVATE],
  ["https://169.254.169.254/latest/meta-data/", PRIVATE],
  ["https://[::1]/", PRIVATE],
  ["https://[::]/", PRIVATE],
  ["https://[::ffff:10.0.0.1]/", PRIVATE],
  ["https://[0:0:0:0:0:ffff:7f00:1]:8443/", PRIVATE],
  ["https://[64:ff9b::169.254.169.254]/", PRIVATE],
  ["https://[fd00:ec2::254]/", PRIVATE],
];

for (const [url, objection] of badUrls) {
  Deno.test(`objectionTo() rejects ${url.slice(0, 60) || "nothing"}: ${objection}`, () => {
    assertStrictEquals(objectionTo(url, { privateHosts: ["intranet"] }), objection);
  });
}

const goodUrls: [url: string, privateHosts?: string[]][] = [
  ["https://hooks.example.com/a?b=c#d"],
  ["HTTPS://Hooks.Example.COM.:8443"],
  ["https://bücher.example/"],
  [`https://hooks.example.com/${"a".repeat(2_022)}`],
  ["https://8.8.8.8/"],
  ["https://134744072/"],
  ["https://[2606:4700:4700::1111]/"],
  ["https://[::ffff:8.8.8.8]/"],
  ["http://intranet/", ["intranet"]],
  ["http://INTRANET:8080/", ["Intranet"]],
  ["http://intranet:8080/", ["intranet:8080"]],
  ["http://intranet/", ["intranet:80"]],
  ["https://intranet/", ["intranet:443"]],
  ["https://10.0.0.1/", ["other", "10.0.0.1"]],
  ["http://[::1]:8080/", ["[::1]"]],
  ["http://[::1]:8080/", ["[::1]:8080"]],
];

for (const [url, privateHosts = []] of goodUrls) {
  const listed = privateHosts.length > 0 ? ` with ${privateHosts} as private hosts` : "";
  Deno.test(`objectionTo() accepts ${url.slice(0, 60)}${listed}`, () => {
    assertStrictEquals(objectionTo(url, { privateHosts }), null);
  });
}

const unlisted: [url: string, privateHost: string][] = [
  ["http://intranet:8081/", "intranet:8080"],
  ["https://intranet/", "intranet:80"],
  ["http://my.intranet/", "intranet"],
  ["http://intranet.example/", "intranet"],
  ["https://10.0.0.11/", "10.0.0.1"],
  ["ftp://intranet/", "intranet"],
  ["http://me:pass@intranet/", "intranet"],
];

for (const [url, privateHost] of unlisted) {
  Deno.test(`objectionTo() rejects ${url} with ${privateHost} as private host`, () => {
    assertExists(objectionTo(url, { privateHosts: [privateHost] }));
  });
}

const refused: [range: string, ...addresses: string[]][] = [
  ["of this network", "0.0.0.0", "0.255.255.255"],
  ["private", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.255.255"],
  ["shared by carriers", "100.64.0.1", "100.127.255.255"],
  ["loopback", "127.0.0.1", "127.255.255.255", "::1"],
  ["link-local", "169.254.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "febf::1"],
  ["for protocols", "192.0.0.1", "192.0.0.171", "2001:1::1", "2001:20::1", "5f00::1"],
  ["for documentation", "192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
  ["6to4", "192.88.99.1", "2002:7f00:1::", "2002:808:808::1"],
  ["Teredo", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
  ["for benchmarking", "198.18.0.1", "198.19.255.255", "2001:2::1"],
  ["multicast", "224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
  ["reserved", "240.0.0.1", "255.255.255.255", "4000::1", "8000::1", "e000::1"],
  ["unspecified", "::"],
  ["unique-local", "fc00::1", "fd00:ec2::254"],
  ["site-local", "fec0::1"],
  ["discarded", "100::1", "100:0:0:1::1"],
  ["IPv4 in IPv6", "::ffff:127.0.0.1", "::ffff:a00:1", "::127.0.0.1", "::7f00:1", "::808:808"],
  ["translated", "::ffff:0:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe"],
  ["translated locally", "64:ff9b:1::1", "64:ff9b:1::808:808"],
  ["no addresses", "", "localhost", "hooks.example.com", "1.2.3.4.5", "8.8.8.8/8"],
];

for (const [range, ...addresses] of refused) {
  Deno.test(`postPublicly() does not connect to addresses in the range: ${range}`, async () => {
    for (const address of addresses) {
      for (const answer of [[address], [PUBLIC, address], [address, "2606:4700::1111", PUBLIC]]) {
        const { network, connections } = fakeNetwork(answer);

        const error = await errorOf(post("https://hooks.example.com/s3cret", { network }));

        assertStrictEquals(
          error.message,
          "hooks.example.com leads to a private or reserved address",
        );
        assertStrictEquals(error.forbidden, true, address);
        assertEquals(connections, []);
      }
    }
  });
}

const publicAddresses: [address: string, connectedTo?: string][] = [
  ["1.1.1.1"],
  ["9.255.255.255"],
  ["11.0.0.0"],
  ["100.63.255.255"],
  ["100.128.0.0"],
  ["126.255.255.255"],
  ["169.253.255.255"],
  ["172.15.255.255"],
  ["172.32.0.0"],
  ["192.167.255.255"],
  ["198.17.255.255"],
  ["223.255.255.255"],
  ["2606:4700:4700::1111"],
  ["2A00:1450:0:0::1", "2a00:1450::1"],
  ["::ffff:8.8.8.8", "8.8.8.8"],
  ["64:ff9b::8.8.8.8", "64:ff9b::808:808"],
];

for (const [address, connectedTo = address] of publicAddresses) {
  Deno.test(`postPublicly() connects to the public address ${address}`, async () => {
    const { network, connections } = fakeNetwork([address]);

    const error = await errorOf(post("https://hooks.example.com/", { network }));

    assertEquals(connections, [`${connectedTo} 443`]);
    assertStrictEquals(error.message, "hooks.example.com could not be reached");
    assertStrictEquals(error.forbidden, false);
  });
}

Deno.test("postPublicly() rejects the URLs that objectionTo() rejects, before it looks up the name", async () => {
  for (const [url, objection] of badUrls) {
    const { network, names, connections } = fakeNetwork([PUBLIC]);

    const error = await errorOf(post(url, { network }));

    assertStrictEquals(error.message, `The URL ${objection}`);
    assertStrictEquals(error.forbidden, true);
    assertEquals([names, connections], [[], []]);
  }
});

Deno.test("postPublicly() looks a name up once and connects to the address that it has checked", async () => {
  await using server = serveText(NO_CONTENT, { tls: true });
  const addresses = [PUBLIC];
  const { network, names, connections } = fakeNetwork(addresses, server);
  const { resolve } = network;
  network.resolve = async (...question) => {
    const answer = await resolve(...question);
    // The answer to a second lookup.
    network.resolve = () => Promise.resolve(["127.0.0.1"]);
    return answer;
  };

  const answer = await post("https://hooks.example.com/", { network });

  assertStrictEquals(answer.status, 204);
  assertEquals(names, ["hooks.example.com"]);
  assertEquals(connections, [`${PUBLIC} 443`]);
});

Deno.test("postPublicly() sends the request with the name as host, in HTTP/1.1", async () => {
  await using server = serveText(NO_CONTENT, { tls: true });
  const { network } = fakeNetwork([PUBLIC], server);

  await post("https://Hooks.Example.com/trips/東京?a=b c&d=%0D%0A#e", {
    network,
    headers: { "Content-Type": "application/json", "X-Signature": "abc", "Host": "localhost" },
    body: '{"city":"東京","x":{}',
  });

  assertEquals(server.requests.map((request) => request.split("\r\n")), [[
    "POST /trips/%E6%9D%B1%E4%BA%AC?a=b%20c&d=%0D%0A HTTP/1.1",
    "connection: close",
    "content-length: 23",
    "content-type: application/json",
    "host: hooks.example.com",
    "x-signature: abc",
    "",
    '{"city":"東京","x":{}',
  ]]);
});

Deno.test("postPublicly() sends a large body", async () => {
  await using server = serveText(NO_CONTENT, { tls: true });
  const { network } = fakeNetwork([PUBLIC], server);
  const body = "x".repeat(1_000_000) + "{}";

  await post("https://hooks.example.com/", { network, body });

  assert(server.requests[0]!.endsWith(`\r\n\r\n${body}`));
});

Deno.test("postPublicly() sends an unusual port in the host header", async () => {
  await using server = serveText(NO_CONTENT, { tls: true });
  const { network, connections } = fakeNetwork([PUBLIC], server);

  await post("https://hooks.example.com.:8443", { network });

  assertMatch(server.requests[0]!, /^POST \/ HTTP.*\r\nhost: hooks\.example\.com\.:8443\r\n/s);
  assertEquals(connections, [`${PUBLIC} 8443`]);
});

Deno.test("postPublicly() rejects a header value with a line break", async () => {
  const { network, names } = fakeNetwork([PUBLIC]);
  const headers = { "x-id": "1\r\nx-admin: 1" };

  await assertRejects(() => post("https://hooks.example.com/", { network, headers }), TypeError);

  assertEquals(names, []);
});

Deno.test("postPublicly() rejects a certificate of another name, even one that matches the address", async () => {
  await using server = serveText(NO_CONTENT, { tls: true });
  const { network } = fakeNetwork(["127.0.0.1"], server);
  const privateHosts = ["hooks.example.com", "127.0.0.1", "other.example.com"];

  for (const host of ["hooks.example.com", "127.0.0.1"]) {
    assertStrictEquals((await post(`https://${host}/`, { network, privateHosts })).status, 204);
  }
  const error = await errorOf(post("https://other.example.com/", { network, privateHosts }));

  assertStrictEquals(
    error.message,
    "other.example.com failed the TLS handshake or has no valid certificate",
  );
  assertStrictEquals(error.forbidden, false);
  assertStrictEquals(server.requests.length, 2);
});

Deno.test("postPublicly() rejects a certificate without a trusted signature", async () => {
  await using server = serveText(NO_CONTENT, { tls: true });
  const { network } = fakeNetwork([PUBLIC], server);

  const error = await errorOf(
    post("https://hooks.example.com/", { network: { ...network, caCerts: [] } }),
  );

  assertStrictEquals(
    error.message,
    "hooks.example.com failed the TLS handshake or has no valid certificate",
  );
  assertEquals(server.requests, []);
});

Deno.test("postPublicly() rejects a name that no certificate can have", async () => {
  await using server = serveText(NO_CONTENT, { tls: true });
  const { network } = fakeNetwork([PUBLIC], server);

  const error = await errorOf(post("https://a..example.com/", { network }));

  assertStrictEquals(error.message, "a..example.com could not be reached");
});

Deno.test("postPublicly() ends when the server does not speak TLS", async () => {
  await using server = serveText("HTTP/1.1 400 Bad Request\r\n\r\n{}");
  const { network } = fakeNetwork([PUBLIC], server);

  const answer = post("https://hooks.example.com/", { network, timeoutMs: 20 });

  assertStrictEquals((await errorOf(answer)).forbidden, false);
  assertEquals(server.requests, []);
});

Deno.test("postPublicly() tries a second address when the first does not answer, and no third", async () => {
  const { network, connections } = fakeNetwork(["1.1.1.1", "1.1.1.2", "1.1.1.3"]);

  await errorOf(post("https://hooks.example.com/", { network }));
  assertEquals(connections, ["1.1.1.1 443", "1.1.1.2 443", "1.1.1.3 443"]);

  const many = fakeNetwork(Array.from({ length: 100 }, (_, n) => `1.1.1.${n}`));
  await errorOf(post("https://hooks.example.com/", { network: many.network }));
  assertStrictEquals(many.connections.length, 4);
});

Deno.test("postPublicly() tries the second address of a private host when the first refuses", async () => {
  await using server = serveText();
  // 127.0.0.2 refuses: the server listens on 127.0.0.1 only.
  const network = { resolve: () => Promise.resolve(["127.0.0.2", "127.0.0.1"]) };

  const answer = await post(`http://intranet:${server.port}/`, {
    network,
    privateHosts: ["intranet"],
  });

  assertStrictEquals(answer.status, 204);
});

Deno.test("postPublicly() reports a name without addresses", async () => {
  const { network } = fakeNetwork([]);

  const error = await errorOf(post("https://hooks.example.com/s3cret", { network }));

  assertStrictEquals(error.message, "hooks.example.com could not be found");
  assertStrictEquals(error.forbidden, false);
});

Deno.test("postPublicly() finds the addresses of a private host in the hosts file", async () => {
  await using server = serveText();

  const answer = await postTo({ host: `localhost:${server.port}` });

  assertStrictEquals(answer.status, 204);
  assertMatch(server.requests[0]!, new RegExp(`\r\nhost: localhost:${server.port}\r\n`));
});

Deno.test("postPublicly() does not look up an address", async () => {
  const { network, names, connections } = fakeNetwork([PUBLIC]);

  await errorOf(post("http://[::1]:8080/", { network, privateHosts: ["[::1]:8080"] }));
  await errorOf(post("https://0x08080808/", { network }));

  assertEquals(names, []);
  assertEquals(connections, ["::1 8080", "8.8.8.8 443"]);
});

const answers: [what: string, answer: string, status: number, retryAfterMs: number | null][] = [
  ["a status alone", NO_CONTENT, 204, null],
  ["no reason phrase", "HTTP/1.1 200\r\n\r\n", 200, null],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, null],
  ["lines without carriage returns", "HTTP/1.1 500 Oops\nRetry-After: 7\n\n", 500, 7_000],
  ["seconds to wait", "HTTP/1.1 503 Busy\r\nretry-AFTER:  120 \r\na: b\r\n\r\n", 503, 120_000],
  ["an unreadable wait", "HTTP/1.1 429 No\r\nRetry-After: soon\r\n\r\n", 429, null],
  ["a negative wait", "HTTP/1.1 429 No\r\nRetry-After: -5\r\n\r\n", 429, null],
  ["a wait that is over", `HTTP/1.1 429 No\r\nRetry-After: ${new Date(0)}\r\n\r\n`, 429, null],
  ["a wait in the body", "HTTP/1.1 200 OK\r\n\r\nRetry-After: 5\r\n\r\n", 200, null],
  ["a wait in another header", "HTTP/1.1 200 OK\r\nX-Retry-After: 5\r\n\r\n", 200, null],
  [
    "interim answers before the final one",
    "HTTP/1.1 100 Continue\r\nRetry-After: 1\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n" +
    "HTTP/1.1 410 Gone\r\nRetry-After: 2\r\n\r\n",
    410,
    2_000,
  ],
];

for (const [what, text, status, retryAfterMs] of answers) {
  Deno.test(`postPublicly() reads an answer with ${what}`, async () => {
    await using server = serveText(text);

    assertEquals(await postTo(server), { status, retryAfterMs });
  });
}

Deno.test("postPublicly() reads a date in Retry-After", async () => {
  const minuteAway = new Date(Date.now() + 60_000).toUTCString();
  await using server = serveText(`HTTP/1.1 503 Busy\r\nRetry-After: ${minuteAway}\r\n\r\n`);

  const { retryAfterMs } = await postTo(server);

  assert(retryAfterMs! > 0 && retryAfterMs! <= 60_000, `${retryAfterMs}`);
});

const badAnswers: [what: string, answer: string, message: string][] = [
  ["nothing", "", "closed the connection without an answer"],
  ["half a header", "HTTP/1.1 200 OK\r\nA: b\r\n", "closed the connection without an answer"],
  [
    "only an interim answer",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "closed the connection without an answer",
  ],
  ["something else", "220 mail.example.com ESMTP s3cret\r\n\r\n", "did not answer in HTTP/1.1"],
  ["an impossible status", "HTTP/1.1 2000 OK\r\n\r\n", "did not answer in HTTP/1.1"],
  ["too long a header", "a".repeat(40_000), "sent more than 16384 bytes of headers"],
  [
    "interim answers without end",
    "HTTP/1.1 100 Continue\r\n\r\n".repeat(2_000),
    "sent more than 16384 bytes of headers",
  ],
];

for (const [what, text, message] of badAnswers) {
  Deno.test(`postPublicly() rejects an answer with ${what}`, async () => {
    const hangUp = message.startsWith("closed the connection");
    await using server = serveText(text, { hangUp });

    const error = await errorOf(postTo(server));

    assertStrictEquals(error.message, `${server.host} ${message}`);
    assertStrictEquals(error.forbidden, false);
  });
}

Deno.test("postPublicly() does not follow a redirect", async () => {
  await using server = serveLocally((_, { origin }) => Response.redirect(`${origin}/elsewhere`));

  assertStrictEquals((await postTo(new URL(server.url))).status, 302);
  assertEquals(server.requests.map(({ pathname }) => pathname), ["/hook"]);
});

Deno.test("postPublicly() closes the connection after the headers", async () => {
  const left = Promise.withResolvers<void>();
  await using server = serveLocally(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(16_384)),
        cancel: () => left.resolve(),
      }),
    )
  );

  assertStrictEquals((await postTo(new URL(server.url))).status, 200);
  await left.promise;
});

Deno.test("postPublicly() accepts an answer that arrives before the request has been read", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = listener.accept();
  // More than the buffers between two sockets can hold.
  const body = "x".repeat(20_000_000);

  const answer = postTo({ host: `127.0.0.1:${listener.addr.port}` }, { body });
  using server = await accepted;
  await server.write(new TextEncoder().encode("HTTP/1.1 413 Content Too Large\r\n\r\n"));

  assertStrictEquals((await answer).status, 413);
});

Deno.test("postPublicly() reports an unreachable host", async () => {
  const server = serveText();
  await server[Symbol.asyncDispose]();

  const error = await errorOf(postTo(server));

  assertStrictEquals(error.message, `${server.host} could not be reached`);
  assertStrictEquals(error.forbidden, false);
});

/** A function that waits until it is aborted, and a promise that it has begun. */
function hang() {
  const begun = Promise.withResolvers<void>();
  function wait(signal: AbortSignal): Promise<never> {
    begun.resolve();
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason), { once: true })
    );
  }
  return { begun: begun.promise, wait };
}

/** Starts a request that stops at the named stage. */
const stages: Record<
  string,
  (server: ReturnType<typeof serveText>, options: Partial<PublicPostOptions>) => {
    answer: ReturnType<typeof postPublicly>;
    reached: Promise<void>;
  }
> = {
  "the name is looked up"(_, options) {
    const { begun, wait } = hang();
    const network = { resolve: (_: string, signal: AbortSignal) => wait(signal) };
    return { answer: post("https://hooks.example.com/", { ...options, network }), reached: begun };
  },
  "it connects"(_, options) {
    const { begun, wait } = hang();
    const network = {
      ...fakeNetwork([PUBLIC]).network,
      connect: ({ signal }: { signal: AbortSignal }) => wait(signal),
    };
    return { answer: post("https://hooks.example.com/", { ...options, network }), reached: begun };
  },
  "TLS begins"(server, options) {
    const { network } = fakeNetwork([PUBLIC], server);
    const answer = post("https://hooks.example.com/", { ...options, network });
    return { answer, reached: server.called };
  },
  "it waits for the answer"(server, options) {
    return { answer: postTo(server, options), reached: server.called };
  },
};

for (const [stage, start] of Object.entries(stages)) {
  Deno.test(`postPublicly() throws the reason when its signal aborts while ${stage}`, async () => {
    await using server = serveText(null);
    const abort = new AbortController();
    const reason = new Error("stopping");

    const { answer, reached } = start(server, { signal: abort.signal });
    await Promise.race([reached, answer]);
    abort.abort(reason);

    assertStrictEquals(await assertRejects(() => answer), reason);
  });

  Deno.test(`postPublicly() times out while ${stage}`, async () => {
    await using server = serveText(null);

    const { answer } = start(server, { timeoutMs: 20 });

    const error = await errorOf(answer);
    assertMatch(error.message, /^(hooks\.example\.com|127\S+) did not answer within 20 ms$/);
    assertStrictEquals(error.forbidden, false);
  });
}

Deno.test("postPublicly() tries no further address when its signal aborts", async () => {
  const abort = new AbortController();
  const { network, connections } = fakeNetwork([PUBLIC, "8.8.8.8"]);
  const { connect } = network;
  network.connect = (address) => {
    abort.abort();
    return connect(address);
  };

  const thrown = await assertRejects(
    () => post("https://hooks.example.com/", { network, signal: abort.signal }),
    DOMException,
  );
  assertStrictEquals(thrown.name, "AbortError");

  assertEquals(connections, [`${PUBLIC} 443`]);
});

Deno.test("postPublicly() does nothing when its signal has aborted already", async () => {
  const { network, names } = fakeNetwork([PUBLIC]);
  const reason = new Error("stopping");

  const answer = post("https://hooks.example.com/", {
    network,
    signal: AbortSignal.abort(reason),
  });

  assertStrictEquals(await assertRejects(() => answer), reason);
  assertEquals(names, []);
});
