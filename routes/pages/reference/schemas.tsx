/**
 * Schemas in the reference: the type of a value in words, and the members of an object.
 * @module
 */
import type { ComponentChildren } from "preact";
import { coreOf, nameOfRef, type Schema } from "./api_document.ts";
import { Inline } from "./markdown.tsx";

/** Returns the anchor of a schema. */
export function schemaAnchor(name: string): string {
  return `schema-${name}`;
}

/** Shows all named schemas with their members. */
export function Schemas({ schemas }: { schemas: Record<string, Schema> }) {
  return (
    <>
      {Object.entries(schemas).map(([name, schema]) => (
        <section key={name} class="schema" aria-labelledby={schemaAnchor(name)}>
          <h3 id={schemaAnchor(name)}>
            <a href={`#${schemaAnchor(name)}`}>{name}</a>
          </h3>
          {schema.description && (
            <p>
              <Inline text={schema.description} />
            </p>
          )}
          {schema.properties ? <Members schema={schema} /> : (
            <p>
              <Type schema={schema} />
            </p>
          )}
        </section>
      ))}
    </>
  );
}

/** Shows the members of an object, with those of the objects in it. */
export function Members({ schema: { properties = {}, required = [] } }: { schema: Schema }) {
  return (
    <dl class="members">
      {Object.entries(properties).map(([name, member]) => (
        <Member key={name} name={name} schema={member} isOptional={!required.includes(name)} />
      ))}
    </dl>
  );
}

/** Shows a member or a parameter: its name, its type and what it means. */
export function Member(
  { name, schema, isOptional, description = schema.description }: {
    name: string;
    schema: Schema;
    isOptional: boolean;
    description?: string | undefined;
  },
) {
  const core = coreOf(schema);
  return (
    <>
      <dt>
        <code>{name}</code>{" "}
        <span class="quiet">
          <Type schema={schema} />
          {isOptional && ", optional"}
        </span>
      </dt>
      <dd>
        {description && <Inline text={description} />}
        {core.properties && <Members schema={core} />}
      </dd>
    </>
  );
}

/** Shows the type of a value. Names of schemas are links. */
export function Type({ schema }: { schema: Schema }): ComponentChildren {
  const { $ref, anyOf, items, type } = schema;
  if ($ref) {
    const name = nameOfRef($ref);
    return <a href={`#${schemaAnchor(name)}`}>{name}</a>;
  }
  if (anyOf) {
    return anyOf.map((choice, index) => (
      <>
        {index > 0 && " or "}
        <Type schema={choice} />
      </>
    ));
  }
  if (schema.const !== undefined) return <code>{JSON.stringify(schema.const)}</code>;
  if (schema.enum) {
    return schema.enum.map((value, index) => (
      <>
        {index > 0 && " or "}
        <code>{JSON.stringify(value)}</code>
      </>
    ));
  }
  if (items) {
    return (
      <>
        list of <Type schema={items} />
      </>
    );
  }
  return [...[type ?? "any value"].flat()].join(" or ") + limitsOf(schema);
}

/** Larger limits are those of the number format. */
const MAX_SHOWN = 1e13;

function limitsOf({ minimum, maximum = Infinity, maxLength }: Schema): string {
  if (maxLength !== undefined) return `, at most ${maxLength} characters`;
  if (minimum !== undefined && maximum < MAX_SHOWN) return `, ${minimum} to ${maximum}`;
  return "";
}
