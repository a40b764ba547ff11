/**
 * A real proxy in front of a program, with a configuration of `ops/`.
 * @module
 */
import { join } from "node:path";
import { localCertificate, localKey } from "./local_certificate.ts";
import { root } from "./source_files.ts";
import { withWaitLimit } from "./wait_limit.ts";

/** More would be another fault than a port in use. */
const MAX_TRIES = 5;

/** How the configuration of a proxy becomes one for tests. */
interface ProxySort {
  /** The files below `ops/` for one deployment, and for two while one replaces the other. */
  files: { one: string; two: string };
  /** The texts to replace, each of which the file must contain. */
  replacements: (paths: ProxyPaths) => [from: string | RegExp, to: string][];
  /** The arguments that start it in the foreground with a configuration. */
  args: (config: string, directory: string) => string[];
}

interface ProxyPaths {
  port: number;
  upstream: string;
  /** The second upstream of a configuration that has two. */
  old: string | undefined;
  directory: string;
  certificate: string;
  key: string;
}

/** All timeouts of clients are this long in tests. */
const TIMEOUT = "1s";

/** Two deployments: the new one has port 8000 in the files of `ops/`, the old one 8001. */
function upstreamsOf(
  { upstream, old }: Pick<ProxyPaths, "upstream" | "old">,
): [from: RegExp, to: string][] {
  return [
    [/127\.0\.0\.1:8000/g, upstream],
    ...(old === undefined ? [] : [[/127\.0\.0\.1:8001/g, old] satisfies [RegExp, string]]),
  ];
}

/** The proxies for which `ops/` has a configuration, by their programs. */
export const proxies = {
  nginx: {
    files: { one: "ops/nginx.conf", two: "ops/nginx_moving.conf" },
    replacements: ({ port, directory, certificate, key, ...paths }) => [
      ["worker_processes auto;", `daemon off; pid ${directory}/pid; error_log stderr;`],
      [
        "http {",
        `http { access_log off; ${
          ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
            `${name}_temp_path ${directory}/${name};`
          ).join(" ")
        }`,
      ],
      [/(client_header|client_body|keepalive)_timeout \d+s/g, `$1_timeout ${TIMEOUT}`],
      ...upstreamsOf(paths),
      ["listen 443", `listen 127.0.0.1:${port}`],
      ["/etc/ssl/trips.example.com.pem", certificate],
      ["/etc/ssl/trips.example.com.key", key],
    ],
    args: (config, directory) => ["-e", "stderr", "-p", directory, "-c", config],
  },
  caddy: {
    files: { one: "ops/Caddyfile", two: "ops/Caddyfile.moving" },
    replacements: ({ port, certificate, key, ...paths }) => [
      ["{\n\tservers", "{\n\tadmin off\n\tauto_https off\n\tservers"],
      [/(read_header|read_body|idle) \d+s/g, `$1 ${TIMEOUT}`],
      ...upstreamsOf(paths),
      [
        "\n{$TRIPWRIGHT_HOST:trips.example.com} {",
        `\nhttps://127.0.0.1:${port} {\n\tbind 127.0.0.1\n\ttls ${certificate} ${key}`,
      ],
    ],
    args: (config) => ["run", "--adapter", "caddyfile", "--config", config],
  },
} satisfies Record<string, ProxySort>;

export type ProxyName = keyof typeof proxies;

/** Returns whether this machine has the proxy. */
export function hasProxy(name: ProxyName): boolean {
  const { code } = new Deno.Command("sh", { args: ["-c", `command -v ${name}`], stdout: "null" })
    .outputSync();
  return code === 0;
}

/** Returns a port that is free now. */
function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

interface ProxyOptions {
  /** The URL of the program. */
  upstream: string;
  /** The URL of the program that it replaces. Unset: there is none. */
  old?: string;
  /** Where the files of the proxy go. */
  directory: string;
}

/** Starts a proxy in front of a program; `await using` stops it. */
export async function startProxy(name: ProxyName, options: ProxyOptions) {
  const config = join(options.directory, "proxy.conf");
  // Another program may take the port before the proxy does.
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const port = freePort();
    await writeConfig(name, config, { ...options, port });
    const process = new Deno.Command(name, {
      args: proxies[name].args(config, options.directory),
      env: { HOME: options.directory },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const stop = async () => {
      process.kill("SIGTERM");
      await process.status;
    };
    /** Lets nginx send new requests to another program. Those in progress continue. */
    const reload = async (upstream: string) => {
      await writeConfig(name, config, { ...options, upstream, port });
      process.kill("SIGHUP");
    };
    if (await withWaitLimit(listens(port, process), () => `${name} listens`)) {
      return { url: `https://127.0.0.1:${port}`, reload, [Symbol.asyncDispose]: stop };
    }
  }
  throw new Error(`${name} does not start with ${fileOf(name, options)}: try it by hand`);
}

/** Returns the path of the configuration of `ops/`. */
function fileOf(name: ProxyName, { old }: ProxyOptions): string {
  return proxies[name].files[old === undefined ? "one" : "two"];
}

/** Writes the configuration of `ops/`, changed for tests. */
async function writeConfig(
  name: ProxyName,
  path: string,
  options: ProxyOptions & { port: number },
): Promise<void> {
  const { upstream, old, directory, port } = options;
  const sort: ProxySort = proxies[name];
  const file = fileOf(name, options);
  const certificate = join(directory, "certificate.pem");
  const key = join(directory, "key.pem");
  await Deno.writeTextFile(certificate, localCertificate);
  await Deno.writeTextFile(key, localKey);
  const hosts = { upstream: new URL(upstream).host, old: old && new URL(old).host };
  const paths = { port, ...hosts, directory, certificate, key };
  let text = await Deno.readTextFile(join(root, file));
  for (const [from, to] of sort.replacements(paths)) {
    if (!hasMatch(text, from)) throw new Error(`${file} does not contain ${from}`);
    text = text.replace(from, to);
  }
  await Deno.writeTextFile(path, text);
}

function hasMatch(text: string, pattern: string | RegExp): boolean {
  return typeof pattern === "string" ? text.includes(pattern) : text.search(pattern) >= 0;
}

/** Resolves when the proxy accepts connections, with `false` if it ends before. */
async function listens(port: number, process: Deno.ChildProcess): Promise<boolean> {
  let hasEnded = false;
  process.status.then(() => hasEnded = true);
  while (!hasEnded) {
    try {
      const address = { port, hostname: "127.0.0.1", caCerts: [localCertificate] };
      using connection = await Deno.connectTls(address);
      await connection.handshake();
      return true;
    } catch (error) {
      // The second: another program listens there, without TLS, and the proxy is about to end.
      const { ConnectionRefused, InvalidData, ConnectionReset, UnexpectedEof } = Deno.errors;
      const expected = [ConnectionRefused, InvalidData, ConnectionReset, UnexpectedEof];
      if (!expected.some((sort) => error instanceof sort)) throw error;
    }
  }
  return false;
}
