/**
 * A real proxy in front of a program, with a configuration of `ops/`.
 * @module
 */
import { join } from "node:path";
import { localCertificate, localKey } from "./local_certificate.ts";
import { root } from "./source_files.ts";
import { withWaitLimit } from "./wait_limit.ts";

/** How the configuration of a proxy becomes one for tests. */
interface ProxySort {
  /** The file below `ops/`. */
  file: string;
  /** The texts to replace, each of which the file must contain. */
  replacements: (paths: ProxyPaths) => [from: string | RegExp, to: string][];
  /** The arguments that start it in the foreground with a configuration. */
  args: (config: string, directory: string) => string[];
}

interface ProxyPaths {
  port: number;
  upstream: string;
  directory: string;
  certificate: string;
  key: string;
}

/** All timeouts of clients are this long in tests. */
const TIMEOUT = "1s";

/** The proxies for which `ops/` has a configuration, by their programs. */
export const proxies = {
  nginx: {
    file: "ops/nginx.conf",
    replacements: ({ port, upstream, directory, certificate, key }) => [
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
      ["127.0.0.1:8000", upstream],
      ["listen 443", `listen 127.0.0.1:${port}`],
      ["/etc/ssl/trips.example.com.pem", certificate],
      ["/etc/ssl/trips.example.com.key", key],
    ],
    args: (config, directory) => ["-e", "stderr", "-p", directory, "-c", config],
  },
  caddy: {
    file: "ops/Caddyfile",
    replacements: ({ port, upstream, certificate, key }) => [
      ["{\n\tservers", "{\n\tadmin off\n\tauto_https off\n\tservers"],
      [/(read_header|read_body|idle) \d+s/g, `$1 ${TIMEOUT}`],
      ["127.0.0.1:8000", upstream],
      [
        "\ntrips.example.com {",
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

/**
 * Starts a proxy in front of a program; `await using` stops it.
 *
 * @param options `upstream`: the URL of the program; `directory`: where its files go
 */
export async function startProxy(
  name: ProxyName,
  { upstream, directory }: { upstream: string; directory: string },
) {
  const sort: ProxySort = proxies[name];
  const certificate = join(directory, "certificate.pem");
  const key = join(directory, "key.pem");
  await Deno.writeTextFile(certificate, localCertificate);
  await Deno.writeTextFile(key, localKey);
  const port = freePort();
  const paths = { port, upstream: new URL(upstream).host, directory, certificate, key };
  let text = await Deno.readTextFile(join(root, sort.file));
  for (const [from, to] of sort.replacements(paths)) {
    if (text.search(from) < 0) throw new Error(`${sort.file} does not contain ${from}`);
    text = text.replace(from, to);
  }
  const config = join(directory, "proxy.conf");
  await Deno.writeTextFile(config, text);
  const process = new Deno.Command(name, {
    args: sort.args(config, directory),
    env: { HOME: directory },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output = new Response(process.stderr).text();
  const url = `https://127.0.0.1:${port}`;
  await withWaitLimit(untilListening(port, process), () => `${name} listens`);
  return {
    url,
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await process.status;
      await output;
    },
  };
}

/** Resolves when the port accepts connections; rejects if the process ends. */
async function untilListening(port: number, process: Deno.ChildProcess): Promise<void> {
  let hasEnded = false;
  process.status.then(() => hasEnded = true);
  for (;;) {
    try {
      (await Deno.connect({ port, hostname: "127.0.0.1" })).close();
      return;
    } catch (error) {
      if (hasEnded || !(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
  }
}
