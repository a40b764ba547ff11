/**
 * Writes the types of jobs, wishes and changes as plain interfaces, in place of
 * `web/client/job_types.ts`, which needs zod and the server.
 * @module
 */
import { compile, type JSONSchema } from "json-schema-to-typescript";
import type { PublicKind } from "../../jobs/kind.ts";
import { nameOf } from "../../jobs/job_answer.ts";
import { createOpenApi } from "../../routes/api/openapi/document.ts";

/** Limits and forms, which types cannot have, and examples. */
const DROPPED = new Set([
  "default",
  "dependentRequired",
  "example",
  "exclusiveMaximum",
  "exclusiveMinimum",
  "format",
  "maxItems",
  "maxLength",
  "maximum",
  "minItems",
  "minLength",
  "minimum",
  "oneOf",
  "pattern",
]);

/** What the client calls the schemas of a kind, whose names have this ending. */
const SUFFIXES = { "": "Job", Request: "Wish", Change: "Change", Summary: "Summary" } as const;

/** Returns the module with the types of these kinds. */
export async function writeJobTypes(kinds: readonly PublicKind[]): Promise<string> {
  const { schemas } = createOpenApi(kinds).components!;
  const roots = kinds.flatMap((kind) => [...clientNames(kind).keys()]);
  const names = new Map(kinds.flatMap((kind) => [...clientNames(kind)]));
  const definitions = reachableFrom(roots.filter((name) => name in schemas!), schemas as Schemas);
  const text = await compile(
    {
      title: "Unused",
      $defs: Object.fromEntries(
        Object.entries(definitions).map(([name, schema]) => [
          names.get(name) ?? name,
          renamed(schema, { names, definitions }),
        ]),
      ),
    } as JSONSchema,
    "Unused",
    { additionalProperties: false, bannerComment: "", unreachableDefinitions: true, format: false },
  );
  return [
    shortComments(withoutWrapper(text)),
    ...byNoun(kinds),
    "export type Jobs = unknown;\nexport type Wishes = unknown;\n",
  ].join("\n");
}

type Schemas = Record<string, Record<string, unknown>>;

/** Returns the names that the client gives to the schemas of a kind. */
function clientNames(kind: PublicKind): Map<string, string> {
  const name = nameOf(kind);
  return new Map(
    Object.entries(SUFFIXES).map(([suffix, own]) => [`${name}${suffix}`, `${name}${own}`]),
  );
}

/** Returns the schemas that these schemas need, themselves included. */
function reachableFrom(names: readonly string[], schemas: Schemas): Schemas {
  const found: Schemas = {};
  const visit = (name: string) => {
    if (found[name]) return;
    found[name] = schemas[name]!;
    const json = JSON.stringify(schemas[name]);
    for (const [, other] of json.matchAll(/#\/components\/schemas\/(\w+)/g)) visit(other!);
  };
  names.forEach(visit);
  return found;
}

/** Returns a schema with references to the names of the client, and without {@link DROPPED}. */
function renamed(
  schema: object,
  { names, definitions }: { names: ReadonlyMap<string, string>; definitions: Schemas },
): object {
  return JSON.parse(JSON.stringify(schema), function (name, value) {
    // The names of members, such as `format`, are no keywords.
    if (DROPPED.has(name) && !isProperties(this)) return undefined;
    const target = value?.$ref?.split("/").at(-1);
    if (target === undefined) return value;
    const $ref = `#/$defs/${names.get(target) ?? target}`;
    const isMember = name !== "items" && Number.isNaN(Number(name));
    if (!isMember) return { $ref };
    const { description } = definitions[target]!;
    // Beside a description, a reference alone would be replaced by what it refers to.
    return { description, allOf: [{ $ref }] };
  });
}

/** Returns whether an object has the members of a schema, by their names. */
function isProperties(value: Record<string, unknown>): boolean {
  return Object.values(value).every((member) => typeof member === "object" && member !== null);
}

/** Removes the schema that only holds the others, and the comments about it. */
function withoutWrapper(text: string): string {
  return text.replace(/export interface Unused \{[^}]*\}/, "")
    .replaceAll(/(\n \* ?)?\n \* This interface was referenced by `Unused`'s.*\n.*/g, "")
    .replaceAll(/\/\*\*\s*\*\/\n/g, "");
}

/** Writes comments of one line in one line. */
function shortComments(text: string): string {
  return text.replaceAll(/\/\*\*\n\s*\* (.*)\n\s*\*\//g, "/** $1 */");
}

/** Returns the interfaces that have the types of each kind by its noun. */
function byNoun(kinds: readonly PublicKind[]): string[] {
  const table = (name: string, about: string, typeOf: (kind: PublicKind) => string) => {
    const members = kinds.map((kind) => `  ${kind.http.noun}: ${typeOf(kind)};`).join("\n");
    return `/** ${about} by the nouns of their kinds. */\nexport interface ${name} {\n${members}\n}\n`;
  };
  return [
    `/** The noun of a kind of job in the API. */\nexport type Noun = keyof JobsByNoun;\n`,
    table("JobsByNoun", "Jobs", (kind) => `${nameOf(kind)}Job`),
    table("SummariesByNoun", "Jobs in lists", (kind) => `${nameOf(kind)}Summary`),
    table("WishesByNoun", "The bodies of `POST`", (kind) => `${nameOf(kind)}Wish`),
    table(
      "ChangesByNoun",
      "Changes of plans",
      (kind) => kind.refinement ? `${nameOf(kind)}Change` : "never",
    ),
    table(
      "IdsByNoun",
      "The members that identify a job",
      ({ http }) => `{ ${http.idName}: string }`,
    ),
  ];
}
