/**
 * Event streams as OpenAI's servers send them, for tests of their faults.
 * @module
 */

/** An event, before it is encoded. */
export type StreamEvent = Record<string, unknown>;

/** Encodes one event, with its type as the event's name, as the Responses API does. */
export function frame(event: StreamEvent): string {
  const name = typeof event.type === "string" ? `event: ${event.type}\n` : "";
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

/**
 * A body that sends these texts and then ends, breaks, or stays silent until `silence` resolves.
 */
export function streamOf(
  texts: Iterable<string | Uint8Array<ArrayBuffer>>,
  { breaks = false, silence }: { breaks?: boolean; silence?: Promise<unknown> } = {},
): Response {
  const encoder = new TextEncoder();
  const chunks = async function* () {
    for (const text of texts) yield typeof text === "string" ? encoder.encode(text) : text;
    await silence;
  };
  return new Response(ReadableStream.from(chunks()), {
    headers: {
      "content-type": "text/event-stream",
      // More bytes than the body has: the connection breaks at its end.
      ...(breaks && { "content-length": "10000000" }),
    },
  });
}

/** The chunks of a chat completion. */
export function chatChunks(
  pieces: string[],
  { finish = "stop", usage = null }: { finish?: string | null; usage?: object | null } = {},
): StreamEvent[] {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    id: "chatcmpl_1",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason }],
  });
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces.map((content) => chunk({ content })),
    ...(finish === null ? [] : [chunk({}, finish)]),
    ...(usage === null ? [] : [{ id: "chatcmpl_1", choices: [], usage }]),
  ];
}

/** The response object of the last event. */
export function responseBody(output: object[], more: object = {}) {
  return { id: "resp_1", object: "response", status: "completed", output, ...more };
}

export const message = (text: string) => ({
  type: "message",
  id: "msg_1",
  role: "assistant",
  content: [{ type: "output_text", text, annotations: [] }],
});

export const reasoning = (...texts: string[]) => ({
  type: "reasoning",
  id: "rs_1",
  encrypted_content: "gAAAA",
  summary: texts.map((text) => ({ type: "summary_text", text })),
});

/** The numbered events of a response: a summary for each thought, then the text in pieces. */
export function responseEvents(
  { thoughts = [], pieces = [], background = false, end = {} }: {
    thoughts?: string[];
    pieces?: string[];
    background?: boolean;
    end?: object;
  },
): StreamEvent[] {
  const output = [
    ...(thoughts.length > 0 ? [reasoning(...thoughts)] : []),
    ...(pieces.length > 0 ? [message(pieces.join(""))] : []),
  ];
  const begun = { id: "resp_1", object: "response", background, output: [] };
  return [
    { type: "response.created", response: { ...begun, status: "queued" } },
    { type: "response.in_progress", response: { ...begun, status: "in_progress" } },
    ...thoughts.map((text, summary_index) => ({
      type: "response.reasoning_summary_text.done",
      output_index: 0,
      summary_index,
      text,
    })),
    ...pieces.map((delta) => ({ type: "response.output_text.delta", output_index: 1, delta })),
    { type: "response.completed", response: responseBody(output, { background, ...end }) },
  ].map((event, sequence_number) => ({ ...event, sequence_number }));
}
