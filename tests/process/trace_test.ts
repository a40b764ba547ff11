/**
 * One trace from POST to the call of the model: the real program with Deno's OpenTelemetry, and a
 * collector that records the spans.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { z } from "zod";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { noReply, type Reply, serveOpenAI } from "../../testing/openai_server.ts";
import { Program, workDirectory } from "../../testing/program.ts";

const KEY = "sk-test-do-not-show-0123456789";
const UPSTREAM = "upstream text that no client may see";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const CALLER_ID = "b7ad6b7169203331";
const traceparent = `00-${TRACE_ID}-${CALLER_ID}-01`;

const wish = { destination: "Lisbon", durationDays: 2 };
const good: Reply = { content: JSON.stringify(sampleItinerary(wish)) };

/** A value is an object whose only member has the name of its type. */
const Attributes = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .transform((list) =>
    Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]))
  );

const Resource = z.object({ attributes: Attributes });

/** The body that a program sends to `/v1/traces`. */
const Traces = z.object({
  resourceSpans: z.array(z.object({
    resource: Resource,
    scopeSpans: z.array(z.object({
      spans: z.array(z.object({
        name: z.string(),
        kind: z.int(),
        traceId: z.string(),
        spanId: z.string(),
        /** Empty for the first span of a trace. */
        parentSpanId: z.string(),
        attributes: Attributes,
        status: z.object({ code: z.int() }),
      })),
    })),
  })),
});

/** The body that a program sends to `/v1/logs`: lines of its log, and the span of each. */
const Logs = z.object({
  resourceLogs: z.array(z.object({
    scopeLogs: z.array(z.object({
      logRecords: z.array(z.object({
        spanId: z.string(),
        body: z.object({ stringValue: z.string() }),
      })),
    })),
  })),
});

/** The body that a program sends to `/v1/metrics`: counters and distributions. */
const Sums = z.object({
  resourceMetrics: z.array(z.object({
    scopeMetrics: z.array(z.object({
      scope: z.object({ name: z.string() }),
      metrics: z.array(z.object({
        name: z.string(),
        sum: z.object({
          dataPoints: z.array(z.object({
            attributes: Attributes,
            asDouble: z.number().optional(),
            asInt: z.coerce.number().optional(),
          })),
        }).optional(),
      })),
    })),
  })),
});

/** Returns the counters of the program itself: name, attributes and value. */
function countersOf(body: string): string[] {
  const scopes = Sums.parse(JSON.parse(body)).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.filter(({ scope }) => scope.name === "tripwright")
  );
  return scopes.flatMap(({ metrics }) =>
    metrics.flatMap(({ name, sum }) =>
      (sum?.dataPoints ?? []).map(({ attributes, asDouble, asInt }) =>
        `${name} ${Object.values(attributes).toSorted().join()} ${asDouble ?? asInt}`
      )
    )
  );
}

/** A span, and the service that has sent it. */
type Span = ReturnType<typeof spansOf>[number];

function spansOf(body: string) {
  return Traces.parse(JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes["service.name"];
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
  });
}

function linesOf(body: string) {
  return Logs.parse(JSON.parse(body)).resourceLogs.flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ spanId, body }) => ({ spanId, text: body.stringValue }))
    )
  );
}

/** Constants of the protocol. */
const SERVER = 2;
const CLIENT = 3;
const CONSUMER = 5;
const ERROR = 2;

/** The default of ITINERARY_MODEL. */
const MODEL_NAME = "gpt-6-luna";

/** Deno 2.5 leaves out attributes that are lists. */
const EXPORTS_LISTS = !Deno.version.deno.startsWith("2.5.");

/** A span of a call of the model, which is of the kind `CLIENT`, too. */
const MODEL = -1;

function kindOf({ kind, attributes }: Span): number {
  return "gen_ai.operation.name" in attributes ? MODEL : kind;
}

/** The counter of ended jobs. */
const ENDED = "tripwright.jobs.ended";

/** Collects what programs send with OTLP, as JSON over HTTP. */
function serveCollector() {
  const spans: Span[] = [];
  const lines: ReturnType<typeof linesOf> = [];
  let counters: string[] = [];
  const counted = Promise.withResolvers<void>();
  /** All bodies, unchanged. */
  const bodies: string[] = [];
  const arrived = Promise.withResolvers<void>();
  const server = serveLocally(async (request, { pathname }) => {
    const body = await request.text();
    bodies.push(body);
    if (pathname === "/v1/logs") lines.push(...linesOf(body));
    if (pathname === "/v1/metrics") {
      counters = countersOf(body);
      if (counters.some((line) => line.startsWith(ENDED))) counted.resolve();
    }
    if (pathname === "/v1/traces") {
      spans.push(...spansOf(body));
      arrived.resolve();
    }
    return Response.json({});
  });
  return {
    url: server.url,
    bodies,
    /** Resolves when the first spans have arrived. */
    arrived: arrived.promise,
    /**
     * The spans of these kinds so far, without those of GET. `MODEL`: the span of the model's call,
     * which contains the request.
     */
    spans: (...kinds: number[]) =>
      kinds.map((kind) => {
        const found = spans.filter((span) => kindOf(span) === kind && span.name !== "GET");
        assertStrictEquals(found.length, 1, `${found.length} spans of kind ${kind}`);
        return found[0]!;
      }),
    /** Resolves with the last counters when one of an ended job has arrived. */
    counters: () => counted.promise.then(() => counters),
    /** The spans of attempts so far, in the order of their ends. */
    attempts: () => spans.filter(({ kind }) => kind === CONSUMER),
    /** The spans of calls of the model so far, in the order of their ends. */
    modelCalls: () => spans.filter((span) => kindOf(span) === MODEL),
    /** The spans in which lines with this message were logged. */
    loggedIn: (message: string) => {
      const found = lines.filter(({ text }) => text.includes(`"message":"${message}"`));
      return [...new Set(found.map(({ spanId }) => spanId))];
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Starts a collector, a scripted model, and programs that use both. */
async function setUp(...script: [Reply, ...Reply[]]) {
  return await setUpWith({ OTEL_DENO_METRICS: "false" }, script);
}

/** Like {@link setUp}, with further variables. */
async function setUpWith(variables: Record<string, string>, script: [Reply, ...Reply[]]) {
  const collector = serveCollector();
  const openai = serveOpenAI(...script);
  const directory = await workDirectory();
  const telemetry = {
    OTEL_DENO: "true",
    ...variables,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    // Milliseconds between two exports: a killed program exports nothing more.
    OTEL_BSP_SCHEDULE_DELAY: "20",
  };
  /** Starts a program with this service name; without a name it is not traced. */
  const start = (service?: string) =>
    new Program(directory.path, {
      env: {
        OPENAI_API_KEY: KEY,
        OPENAI_BASE_URL: openai.url,
        ...(service && { ...telemetry, OTEL_SERVICE_NAME: service }),
      },
    });
  return {
    collector,
    modelUrl: openai.url,
    start,
    /**
     * Starts a program that accepts a job, and kills it during the first call, after `ready`.
     */
    async acceptAndDie(service?: string, ready?: Promise<void>): Promise<void> {
      await using program = start(service);
      await post(program, { traceparent });
      await openai.untilCalled(1);
      await ready;
      await program.end("SIGKILL");
    },
    async [Symbol.asyncDispose]() {
      await openai[Symbol.asyncDispose]();
      await collector[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Posts an itinerary with these headers. Returns the job's id. */
async function post(program: Program, headers: Record<string, string>): Promise<string> {
  const response = await fetch(`${await program.url()}/api/itineraries`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(wish),
  });
  assertStrictEquals(response.status, 202);
  return (await response.json()).jobId;
}

/** Waits for the end of the job and of the program, which exports everything at its end. */
async function finish(program: Program): Promise<void> {
  await program.untilLogged("completed");
  // Deno 2.5 exports nothing that ends after the signal. When this is answered, the work has ended.
  await program.get("/livez");
  await program.end("SIGTERM");
}

/** Asserts that each span is the child of the one before, and the first one the caller's. */
function assertOneTrace(spans: Span[]): void {
  assertEquals(spans.map(({ traceId }) => traceId), spans.map(() => TRACE_ID));
  const parents = [CALLER_ID, ...spans.map(({ spanId }) => spanId)].slice(0, -1);
  assertEquals(spans.map(({ parentSpanId }) => parentSpanId), parents);
}

Deno.test("one trace leads from the caller over POST and the job to the call of the model", async () => {
  await using env = await setUp(good);
  await using program = env.start("tripwright");
  const jobId = await post(program, { traceparent, tracestate: "vendor=1" });
  await finish(program);
  const spans = env.collector.spans(SERVER, CONSUMER, MODEL, CLIENT);
  assertOneTrace(spans);
  const [accepted, job, model, call] = spans as [Span, Span, Span, Span];
  assertStrictEquals(accepted.attributes["url.path"], "/api/itineraries");
  assertStrictEquals(job.name, "process itinerary");
  assertStrictEquals(job.attributes["messaging.message.id"], jobId);
  assertStrictEquals(job.attributes["tripwright.attempt"], 1);
  assertStrictEquals(job.attributes["tripwright.outcome"], "done");
  assertNotStrictEquals(job.status.code, ERROR);
  assertStrictEquals(model.name, `chat ${MODEL_NAME}`);
  const { attributes } = model;
  assertEquals(attributes, {
    ...attributes,
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": MODEL_NAME,
    ...EXPORTS_LISTS &&
      { "gen_ai.response.finish_reasons": { values: [{ stringValue: "stop" }] } },
    "gen_ai.usage.cache_read.input_tokens": 0,
  });
  // The server chooses these.
  for (const fact of ["response.id", "response.model"]) {
    assertMatch(String(attributes[`gen_ai.${fact}`]), /^[\w-]{20,}$/);
  }
  for (const fact of ["request.max_tokens", "usage.input_tokens", "usage.output_tokens"]) {
    assert(Number(attributes[`gen_ai.${fact}`]) > 0, fact);
  }
  assertStrictEquals(Object.keys(attributes).length, EXPORTS_LISTS ? 10 : 9);
  // The URL of the search for the destination contains it, as docs/configuration.md says.
  const others = env.collector.bodies.join().replaceAll(/"[^"]*\bname=[^"]*"/g, "");
  assert(!others.includes(wish.destination), "a prompt is in a span");
  assertStrictEquals(call.attributes["url.full"], `${env.modelUrl}/chat/completions`);

  assertEquals(env.collector.loggedIn("accepted"), [accepted.spanId]);
  for (const message of ["claimed", "step", "completed"]) {
    assertEquals(env.collector.loggedIn(message), [job.spanId]);
  }
});

Deno.test("a caller with an invalid header gets a new trace, which has the job", async () => {
  await using env = await setUp(good);
  await using program = env.start("tripwright");
  await post(program, { traceparent: traceparent.toUpperCase() });
  await finish(program);
  const [accepted, job] = env.collector.spans(SERVER, CONSUMER) as [Span, Span];
  assertStrictEquals(accepted.parentSpanId, "");
  assertNotStrictEquals(accepted.traceId, TRACE_ID);
  assertEquals([job.traceId, job.parentSpanId], [accepted.traceId, accepted.spanId]);
});

Deno.test("killed during the first attempt: the next process continues the trace", async () => {
  await using env = await setUp(noReply, good);
  const { collector } = env;
  await env.acceptAndDie("first", collector.arrived);
  await using program = env.start("second");
  await finish(program);
  const spans = collector.spans(SERVER, CONSUMER, MODEL, CLIENT);
  assertOneTrace(spans);
  assertEquals(spans.map(({ service }) => service), ["first", "second", "second", "second"]);
});

Deno.test("accepted by a process without tracing: the job continues the caller's trace", async () => {
  await using env = await setUp(noReply, good);
  await env.acceptAndDie();
  await using program = env.start("second");
  await finish(program);
  assertOneTrace(env.collector.spans(CONSUMER, MODEL, CLIENT));
});

Deno.test("each attempt has a span with its failure, but without OpenAI's text", async () => {
  const message = `${UPSTREAM}: ${KEY}`;
  await using env = await setUp({ status: 500, error: { message, type: message } }, good);
  const { collector } = env;
  await using program = env.start("tripwright");
  await post(program, { traceparent });
  await finish(program);
  const [accepted] = collector.spans(SERVER) as [Span];
  const calls = collector.modelCalls().map(({ attributes, status }) => [
    attributes["error.type"],
    attributes["gen_ai.response.id"] !== undefined,
    status.code === ERROR,
  ]);
  assertEquals(calls, [["upstream_error", false, true], [undefined, true, false]]);
  const attempts = collector.attempts();
  for (const job of attempts) assertOneTrace([accepted, job]);
  assertEquals(
    attempts.map(({ attributes, status }) => [
      attributes["tripwright.attempt"],
      attributes["tripwright.outcome"],
      attributes["error.type"],
      status.code === ERROR,
    ]),
    [[1, "wait", "upstream_error", true], [1, "done", undefined, false]],
  );
  for (const secret of [KEY, UPSTREAM]) assert(!collector.bodies.join().includes(secret));
});

Deno.test("with OTEL_DENO, Deno exports the metrics, too", async () => {
  // Milliseconds between two exports.
  await using env = await setUpWith({ OTEL_METRIC_EXPORT_INTERVAL: "100" }, [good]);
  await using program = env.start("tripwright");
  await post(program, {});
  const counters = await env.collector.counters();
  assertEquals(
    counters.filter((line) => line.startsWith(ENDED)),
    [`${ENDED} itinerary,none,openai,succeeded 1`],
  );
  await finish(program);
});
