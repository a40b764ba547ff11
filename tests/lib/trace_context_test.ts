import { assert, assertEquals, assertRejects, assertStrictEquals, fail } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { inTrace, recordOutcome, TraceContext, traceOf } from "../../lib/trace_context.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const PARENT_ID = "b7ad6b7169203331";
const traceparent = `00-${TRACE_ID}-${PARENT_ID}-01`;

const work = { name: "process test", attributes: { "messaging.message.id": "job-1" } };

/** A span that the test can inspect. */
interface RecordedSpan {
  name: string;
  kind: SpanKind | undefined;
  attributes: Attributes;
  status: SpanStatus | undefined;
  parent: SpanContext | undefined;
  ended: number;
}

/** Replaces Deno's OpenTelemetry; `using` turns it off. */
function turnOn() {
  const spans: RecordedSpan[] = [];
  const storage = new AsyncLocalStorage<Context>();
  trace.setGlobalTracerProvider({
    getTracer: () => ({
      startSpan(name, { kind, attributes } = {}, parent = context.active()) {
        const recorded: RecordedSpan = {
          name,
          kind,
          attributes: { ...attributes },
          status: undefined,
          parent: trace.getSpanContext(parent),
          ended: 0,
        };
        spans.push(recorded);
        return spanOf(recorded, spans.length);
      },
      startActiveSpan: () => fail("not used"),
    }),
  });
  context.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...args) => storage.run(active, () => work.apply(self, args)),
    bind: (_active, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  return {
    spans,
    [Symbol.dispose]() {
      trace.disable();
      context.disable();
    },
  };
}

/** The span as the code under test sees it; its id is its number. */
function spanOf(recorded: RecordedSpan, number: number): Span {
  const traceId = recorded.parent?.traceId ?? "1".repeat(32);
  const spanId = number.toString(16).padStart(16, "0");
  const span: Partial<Span> = {
    spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
    setAttribute(name, value) {
      recorded.attributes[name] = value;
      return this as Span;
    },
    setStatus(status) {
      recorded.status = status;
      return this as Span;
    },
    end() {
      recorded.ended++;
    },
  };
  return span as Span;
}

/** Runs a function while a span with this context is active. */
function within<T>(active: SpanContext, run: () => T): T {
  return context.with(trace.setSpanContext(ROOT_CONTEXT, active), run);
}

Deno.test("traceOf() returns a valid traceparent unchanged", () => {
  for (const flags of ["00", "01", "03"]) {
    const sent = `00-${TRACE_ID}-${PARENT_ID}-${flags}`;
    const found = traceOf(new Headers({ traceparent: sent }));
    assertEquals(found, { traceparent: sent, tracestate: null });
    assertEquals(TraceContext.parse(found), found);
  }
});

Deno.test("traceOf() reads the known part of a later version", () => {
  for (const more of ["", "-", "-what.may=come"]) {
    const sent = `cc-${TRACE_ID}-${PARENT_ID}-ff${more}`;
    assertStrictEquals(traceOf(new Headers({ traceparent: sent }))?.traceparent, traceparent);
  }
});

const invalid: [name: string, header: string][] = [
  ["nothing", ""],
  ["one word", "traceparent"],
  ["version ff", `ff-${TRACE_ID}-${PARENT_ID}-01`],
  ["a version of one digit", `0-${TRACE_ID}-${PARENT_ID}-01`],
  ["capital letters", traceparent.toUpperCase()],
  ["no flags", `00-${TRACE_ID}-${PARENT_ID}`],
  ["flags of three digits", `${traceparent}0`],
  ["more than version 00 has", `${traceparent}-00`],
  ["a later version with more, but no dash", `01-${TRACE_ID}-${PARENT_ID}-01.00`],
  ["a trace of zeros", `00-${"0".repeat(32)}-${PARENT_ID}-01`],
  ["a parent of zeros", `00-${TRACE_ID}-${"0".repeat(16)}-01`],
  ["a trace that is too short", `00-${TRACE_ID.slice(1)}-${PARENT_ID}-01`],
  ["letters that are no digits", `00-${TRACE_ID.replace("a", "g")}-${PARENT_ID}-01`],
  ["two of them", `${traceparent}, ${traceparent}`],
];

for (const [name, header] of invalid) {
  Deno.test(`traceOf() ignores both headers if traceparent is ${name}`, () => {
    const headers = new Headers({ traceparent: header, tracestate: "vendor=1" });
    assertStrictEquals(traceOf(headers), null);
    assert(!TraceContext.safeParse({ traceparent: header, tracestate: null }).success);
  });
}

Deno.test("traceOf() returns null for a request without the headers", () => {
  assertStrictEquals(traceOf(new Headers()), null);
  assertStrictEquals(traceOf(new Headers({ tracestate: "vendor=1" })), null);
});

const longest = `vendor=${"x".repeat(249)},other=${"y".repeat(249)}`;

const states: [name: string, sent: string, stored: string | null][] = [
  ["one member", "vendor=1", "vendor=1"],
  ["members and spaces between them", "a=1 ,\tb@c=2", "a=1,b@c=2"],
  ["nothing", "", null],
  ["512 characters", longest, longest],
  ["513 characters", `${longest}y`, null],
  ["no member that is valid", "vendor, =1, Vendor=1", null],
  ["one member that is not valid", "a=1,Vendor=1,b=2", "a=1,b=2"],
];

for (const [name, sent, stored] of states) {
  Deno.test(`traceOf() filters a tracestate of ${name}`, () => {
    const found = traceOf(new Headers({ traceparent, tracestate: sent }));
    assertEquals(found, { traceparent, tracestate: stored });
    assertEquals(TraceContext.parse(found), found);
  });
}

Deno.test("traceOf() prefers the active span, and keeps the tracestate of the same trace", () => {
  using _on = turnOn();
  const spanId = "00f067aa0ba902b7";
  const headers = new Headers({ traceparent, tracestate: "vendor=1" });
  const server = { traceId: TRACE_ID, spanId, traceFlags: 1 };
  assertEquals(within(server, () => traceOf(headers)), {
    traceparent: `00-${TRACE_ID}-${spanId}-01`,
    tracestate: "vendor=1",
  });
  const unsampled = { ...server, traceFlags: 0 };
  const found = within(unsampled, () => traceOf(new Headers()));
  assertStrictEquals(found?.traceparent, `00-${TRACE_ID}-${spanId}-00`);
});

Deno.test("traceOf() does not combine the tracestate of one trace with another trace", () => {
  using _on = turnOn();
  const headers = new Headers({ traceparent, tracestate: "vendor=1" });
  const server = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: PARENT_ID, traceFlags: 1 };
  const { traceId, spanId } = server;
  assertEquals(within(server, () => traceOf(headers)), {
    traceparent: `00-${traceId}-${spanId}-01`,
    tracestate: null,
  });
});

Deno.test("traceOf() uses the headers if the active span is not valid", () => {
  using _on = turnOn();
  const found = within(INVALID_SPAN_CONTEXT, () => traceOf(new Headers({ traceparent })));
  assertStrictEquals(found?.traceparent, traceparent);
});

Deno.test("inTrace() runs the work in a span that continues the trace, and ends the span", async () => {
  using on = turnOn();
  const result = await inTrace({ traceparent, tracestate: "vendor=1" }, work, async () => {
    await Promise.resolve();
    assertStrictEquals(trace.getActiveSpan()?.spanContext().traceId, TRACE_ID);
    assertStrictEquals(on.spans[0]!.ended, 0);
    return "plan";
  });
  assertStrictEquals(result, "plan");
  assertStrictEquals(on.spans.length, 1);
  const [{ parent, ...span }] = on.spans as [RecordedSpan];
  assertEquals(span, { ...work, kind: SpanKind.CONSUMER, status: undefined, ended: 1 });
  assertEquals([parent?.traceId, parent?.spanId], [TRACE_ID, PARENT_ID]);
  assertEquals([parent?.isRemote, parent?.traceFlags], [true, 1]);
  assertStrictEquals(parent?.traceState?.serialize(), "vendor=1");
});

Deno.test("inTrace() ignores the active span of its caller", async () => {
  using on = turnOn();
  const bystander = {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: PARENT_ID,
    traceFlags: 1,
  };
  await within(bystander, async () => {
    await inTrace({ traceparent, tracestate: null }, work, () => Promise.resolve());
    await inTrace(null, work, () => Promise.resolve());
    assertStrictEquals(trace.getActiveSpan()?.spanContext().traceId, bystander.traceId);
  });
  assertEquals(on.spans.map(({ parent }) => parent?.traceId), [TRACE_ID, undefined]);
});

Deno.test("inTrace() records an error in the span, and throws it", async () => {
  using on = turnOn();
  const error = new TypeError("Cannot read", { cause: "a secret" });
  const failing = inTrace(null, work, () => Promise.reject(error));
  assertStrictEquals(await assertRejects(() => failing), error);
  const [{ attributes, status, ended }] = on.spans as [RecordedSpan];
  assertEquals(attributes, { ...work.attributes, "error.type": "TypeError" });
  assertEquals(status, { code: SpanStatusCode.ERROR, message: "TypeError: Cannot read" });
  assertStrictEquals(ended, 1);
});

Deno.test("recordOutcome() records the outcome of the work in the span", async () => {
  using on = turnOn();
  await inTrace(null, work, async () => {
    await Promise.resolve();
    recordOutcome("done");
  });
  await inTrace(null, work, () => Promise.resolve(recordOutcome("stop", "refused")));
  assertEquals(on.spans.map(({ attributes, status }) => [attributes, status]), [
    [{ ...work.attributes, "tripwright.outcome": "done" }, undefined],
    [
      { ...work.attributes, "tripwright.outcome": "stop", "error.type": "refused" },
      { code: SpanStatusCode.ERROR, message: "refused" },
    ],
  ]);
});

Deno.test("inTrace() runs the work without OpenTelemetry too", async () => {
  for (const stored of [null, { traceparent, tracestate: "vendor=1" }]) {
    const done = inTrace(stored, work, () => {
      recordOutcome("stop", "refused");
      return Promise.resolve("plan");
    });
    assertStrictEquals(await done, "plan");
    await assertRejects(
      () => inTrace(stored, work, () => Promise.reject(new Error("no"))),
      Error,
      "no",
    );
  }
});
