/**
 * The calls in the reference: for each its body, its parameters and its answers.
 * @module
 */
import { type ProblemCode, problemPath } from "../../http/problem.ts";
import type { ApiResponse, Call, Media, Parameter } from "./api_document.ts";
import { Inline, Markdown } from "./markdown.tsx";
import { Member, Type } from "./schemas.tsx";

/** The examples that the page has shown so far: their JSON, and where they are. */
export type ShownExamples = Map<string, string>;

/** Shows a call. */
export function CallArticle({ call, shown }: { call: Call; shown: ShownExamples }) {
  const { operationId, method, path, summary, description, requestBody } = call;
  const body = requestBody && Object.values(requestBody.content)[0];
  return (
    <article class="call" aria-labelledby={operationId}>
      <h3 id={operationId}>
        <a href={`#${operationId}`}>{summary}</a>
      </h3>
      <p class="line">
        <code>
          <b>{method}</b> {path}
        </code>
      </p>
      {description && <Markdown text={description} />}
      {body && <Body media={body} />}
      <Parameters parameters={call.parameters ?? []} />
      <Answers call={call} shown={shown} />
    </article>
  );
}

function Body({ media: { schema, example } }: { media: Media }) {
  return (
    <>
      <h4>Body</h4>
      {schema && (
        <p>
          <Type schema={schema} />
        </p>
      )}
      {example !== undefined && <Json value={example} label="An example of the body" />}
    </>
  );
}

/** Shows parameters: of the path and the query at once, and headers when the reader opens them. */
function Parameters({ parameters }: { parameters: Parameter[] }) {
  const headers = parameters.filter((parameter) => parameter.in === "header");
  const others = parameters.filter((parameter) => parameter.in !== "header");
  return (
    <>
      {others.length > 0 && <h4>Parameters</h4>}
      {others.length > 0 && <ParameterList parameters={others} />}
      {headers.length > 0 && (
        <details>
          <summary>Optional headers</summary>
          <ParameterList parameters={headers} />
        </details>
      )}
    </>
  );
}

function ParameterList({ parameters }: { parameters: Parameter[] }) {
  return (
    <dl class="members">
      {parameters.map(({ name, schema, description, required, in: where }) => (
        <Member
          key={name}
          name={where === "path" ? `{${name}}` : name}
          schema={schema}
          isOptional={!required && where === "query"}
          description={description}
        />
      ))}
    </dl>
  );
}

function Answers({ call, shown }: { call: Call; shown: ShownExamples }) {
  const answers = Object.entries(call.responses);
  const isFault = (status: string) => Number(status) >= 400;
  return (
    <>
      <h4>Answers</h4>
      <dl class="answers">
        {answers.filter(([status]) => !isFault(status)).map(([status, answer]) => (
          <Answer key={status} status={status} answer={answer} call={call} shown={shown} />
        ))}
      </dl>
      <Faults answers={answers.filter(([status]) => isFault(status))} />
    </>
  );
}

function Answer(
  { status, answer, call, shown }: {
    status: string;
    answer: ApiResponse;
    call: Call;
    shown: ShownExamples;
  },
) {
  const [media] = Object.values(answer.content ?? {});
  const examples = Object.entries(media?.examples ?? {});
  return (
    <>
      <dt>
        <b>{status}</b> {media?.schema && <Type schema={media.schema} />}
      </dt>
      <dd>
        <Inline text={answer.description} />
        {examples.map(([name, { value }]) => (
          <Example key={name} name={name} value={value} call={call} shown={shown} />
        ))}
        {typeof media?.example === "string" && <Text text={media.example} label="An example" />}
      </dd>
    </>
  );
}

/** Shows an example when the reader opens it. An example that the page has already is a link. */
function Example(
  { name, value, call, shown }: {
    name: string;
    value: unknown;
    call: Call;
    shown: ShownExamples;
  },
) {
  const json = JSON.stringify(value);
  const place = shown.get(json);
  if (place !== undefined && place !== call.operationId) {
    return (
      <p>
        Example, {name}: <a href={`#${place}`}>as above</a>
      </p>
    );
  }
  if (place !== undefined) return null;
  shown.set(json, call.operationId);
  return (
    <details>
      <summary>Example: {name}</summary>
      <Json value={value} label={`An example that is ${name}`} />
    </details>
  );
}

/** Lists the problems that a call may answer with, by status. */
function Faults({ answers }: { answers: [status: string, answer: ApiResponse][] }) {
  if (answers.length === 0) return null;
  return (
    <details>
      <summary>Errors</summary>
      <dl class="answers">
        {answers.map(([status, { content }]) => (
          <>
            <dt>
              <b>{status}</b>
            </dt>
            <dd>
              {Object.keys(Object.values(content ?? {})[0]?.examples ?? {}).map((code, index) => (
                <>
                  {index > 0 && ", "}
                  <a href={problemPath(code as ProblemCode)}>{code}</a>
                </>
              ))}
            </dd>
          </>
        ))}
      </dl>
    </details>
  );
}

function Json({ value, label }: { value: unknown; label: string }) {
  return <Text text={JSON.stringify(value, null, 1)} label={label} />;
}

/** Shows code. A reader without a mouse can scroll it. */
export function Text({ text, label }: { text: string; label: string }) {
  return <pre tabindex={0} role="group" aria-label={label}><code>{text}</code></pre>;
}
