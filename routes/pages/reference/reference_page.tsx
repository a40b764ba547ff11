/**
 * The guide for developers at `/docs`: first steps to copy, then each call and each schema.
 * @module
 */
import { renderToString } from "preact-render-to-string";
import { type ProblemCode, problemPath, problemTypes } from "../../http/problem.ts";
import { type ApiDocument, callsOf } from "./api_document.ts";
import { CallArticle, type ShownExamples, Text } from "./calls.tsx";
import { Inline, Markdown } from "./markdown.tsx";
import { schemaAnchor, Schemas } from "./schemas.tsx";
import { type Snippet, type SnippetOptions, snippetsFor } from "./snippets.ts";

/** Returns the content of the page as HTML. */
export function renderReference(document: ApiDocument, options: SnippetOptions): string {
  return renderToString(<Reference document={document} {...options} />);
}

function Reference({ document, ...options }: SnippetOptions & { document: ApiDocument }) {
  const shown: ShownExamples = new Map();
  const snippets = snippetsFor(options);
  return (
    <>
      <h1>The Tripwright API</h1>
      <p class="lead">
        One call creates a trip and returns at once. The plan grows in the background, and each
        client follows it by polls, a stream or a callback.
      </p>
      <p class="key">
        {options.needsKey
          ? "This service needs an API key for each call. Its operator has them."
          : "This service needs no API key. Each example works as it is."}
      </p>
      <nav class="steps" aria-label="On this page">
        {snippets.map(({ id, title }) => <a key={id} href={`#${id}`}>{title}</a>)}
        <a href="#overview">How it works</a>
        <a href="#calls">All calls</a>
        <a href="#errors">Errors</a>
      </nav>
      {snippets.map((snippet) => <SnippetSection key={snippet.id} {...snippet} />)}
      <section aria-labelledby="overview">
        <h2 id="overview">How it works</h2>
        <Markdown text={document.info.description} />
        <p>
          For programs: <a href="/openapi.json">the OpenAPI document</a>,{" "}
          <a href="/llms.txt">a summary for language models</a>,{" "}
          <a href="/client.d.ts">the types of the client</a>.
        </p>
      </section>
      <Contents document={document} />
      {document.tags.map(({ name, description }) => (
        <section key={name} aria-labelledby={name}>
          <h2 id={name}>{titleOf(name)}</h2>
          <p>{description}</p>
          {callsOf(document, name).map((call) => (
            <CallArticle key={call.operationId} call={call} shown={shown} />
          ))}
        </section>
      ))}
      <section aria-labelledby="schemas">
        <h2 id="schemas">Schemas</h2>
        <Schemas schemas={document.components.schemas} />
      </section>
      <Errors />
    </>
  );
}

function titleOf(tag: string): string {
  return `Calls: ${tag}`;
}

function Contents({ document }: { document: ApiDocument }) {
  return (
    <nav class="contents" aria-labelledby="calls">
      <h2 id="calls">All calls and schemas</h2>
      <ul>
        {document.tags.map(({ name }) => (
          <li key={name}>
            <a href={`#${name}`}>{titleOf(name)}</a>:{" "}
            <Links
              links={callsOf(document, name).map(({ operationId, summary }) => [
                operationId,
                summary,
              ])}
            />
          </li>
        ))}
        <li>
          <a href="#schemas">Schemas</a>:{" "}
          <Links
            links={Object.keys(document.components.schemas).map((name) => [
              schemaAnchor(name),
              name,
            ])}
          />
        </li>
      </ul>
    </nav>
  );
}

function Links({ links }: { links: [id: string, text: string][] }) {
  return (
    <>
      {links.map(([id, text], index) => (
        <>
          {index > 0 && ", "}
          <a href={`#${id}`}>{text}</a>
        </>
      ))}
    </>
  );
}

function SnippetSection({ id, title, about, code }: Snippet) {
  return (
    <section class="snippet" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p>
        <Inline text={about} />
      </p>
      <Text text={code} label={`Code: ${title}`} />
    </section>
  );
}

function Errors() {
  return (
    <section aria-labelledby="errors">
      <h2 id="errors">Errors</h2>
      <p>
        Each error is a <a href="#schema-Problem">Problem</a> (RFC 9457). <code>code</code>{" "}
        is for programs, and <code>type</code> is the path of a page that explains it.
      </p>
      <dl class="answers">
        {Object.entries(problemTypes).map(([code, { status, title }]) => (
          <>
            <dt>
              <b>{status}</b> <a href={problemPath(code as ProblemCode)}>{code}</a>
            </dt>
            <dd>{title}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
