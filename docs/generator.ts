/**
 * Writes what the documents repeat of the code: `deno task docs`. A test fails while any of it is out
 * of date.
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { instrumentNames, instrumentOf } from "../lib/metrics/instruments.ts";
import { variableNames, Variables } from "../lib/variables.ts";
import { type ProblemType, problemTypes } from "../routes/http/problem.ts";

const root = join(import.meta.dirname!, "..");

/** A file that is generated in part or as a whole. */
export interface GeneratedFile {
  /** Relative to the top level. */
  path: string;
  /** Returns the file as it should be; formatting is left to `deno fmt`. */
  update(text: string): string;
}

/** Deno itself reads the token of a KV Connect server. */
const KV_TOKEN = "DENO_KV_ACCESS_TOKEN";

/** What is written about a variable, beside its schema. */
const VariableMeta = z.strictObject({
  description: z.string(),
  example: z.string().optional(),
  section: z.string().optional(),
  isSetByPlatform: z.boolean().optional(),
});

/** The variables that operators set. */
const variables = Object.entries(Variables.shape)
  .map(([name, schema]) => ({ name, unset: schema.parse(undefined), meta: metaOf(schema) }))
  .filter(({ meta }) => !meta.isSetByPlatform);

/** The modules that build keys of KV, each with a table of them at its head. */
const keyModules = [
  "job_keys",
  "history_store",
  "alert_store",
  "instance_store",
  "controls_store",
  "queue_store",
  "spending_store",
  "breaker",
  "rate_limiter",
  "sender_hash",
  "stored_responses",
  "api_key_store",
  "space_writes",
  "audit_store",
  "bulk_turns",
  "session_store",
  "place_store",
  "commit_receipts",
];

/** All files that are generated. */
export const generatedFiles: GeneratedFile[] = [
  {
    path: "docs/configuration.md",
    update: (text) => replacePart(text, { part: "variables", by: variableTable() }),
  },
  { path: ".env.example", update: envExample },
  { path: "deno.json", update: listPermissions },
  {
    path: "docs/architecture.md",
    update: (text) => replacePart(text, { part: "keys", by: table(["key", "value"], keyRows()) }),
  },
  {
    path: "docs/metrics.md",
    update: (text) => replacePart(text, { part: "instruments", by: instrumentTable() }),
  },
  {
    path: "docs/problems.md",
    update: (text) => replacePart(text, { part: "problems", by: problemSections() }),
  },
];

if (import.meta.main) {
  for (const { path, update } of generatedFiles) {
    const text = await Deno.readTextFile(join(root, path));
    await Deno.writeTextFile(join(root, path), update(text));
  }
}

function metaOf(schema: z.ZodType): z.output<typeof VariableMeta> {
  return VariableMeta.parse(schema.meta());
}

/** Replaces what stands between the marks of a part. */
function replacePart(text: string, { part, by }: { part: string; by: string }): string {
  const begin = `<!-- ${part}: written by \`deno task docs\` -->`;
  const end = `<!-- end of ${part} -->`;
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`No part ${part} in:\n${text}`);
  return `${before}${begin}\n\n${by}\n\n${end}${after}`;
}

function table(header: string[], rows: string[][]): string {
  const lines = [header, header.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function variableTable(): string {
  const rows = variables.map(({ name, unset, meta }) => {
    const value = textOf(unset);
    return [`\`${name}\``, value === "" ? "none" : `\`${value}\``, meta.description];
  });
  return table(["variable", "default", "meaning"], rows);
}

function instrumentTable(): string {
  const rows = instrumentNames.map((name) => {
    const { type, unit, description, attributes, optional = [], about } = instrumentOf(name);
    const keys = [...attributes, ...optional].map((key) => `\`${key}\``).join(", ");
    return [`\`${name}\``, type, `\`${unit}\``, keys, description, about ?? "instance"];
  });
  return table(["name", "type", "unit", "attributes", "meaning", "about"], rows);
}

/** A default as it would be written in the environment; empty if there is none. */
function textOf(value: unknown): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number" || typeof value === "string" || Array.isArray(value)) {
    return String(value);
  }
  if (value !== undefined) z.strictObject({}).parse(value);
  return "";
}

function envExample(): string {
  const lines = variables.flatMap(({ name, unset, meta: { section, example } }) => [
    ...section === undefined ? [] : section === "" ? [""] : ["", `# ${section}`],
    `# ${name}=${example ?? textOf(unset)}`,
  ]);
  return `# Copy to .env and change what you need; what is commented out shows defaults and examples.
# The environment wins over this file. docs/configuration.md explains each variable.
# \`deno task docs\` writes this file from lib/variables.ts.
${lines.join("\n")}
`;
}

/** The variables that the tasks may read. */
function listPermissions(text: string): string {
  const names = [...variableNames, KV_TOKEN].map((name) => `        "${name}"`).join(",\n");
  return text.replace(/(?<="configuration": \{\s*"env": )\[[^\]]*\]/, `[\n${names}\n      ]`);
}

/** The rows of the tables at the heads of the modules that build keys. */
export function keyRows(): string[][] {
  return keyModules.flatMap((name) => {
    const source = Deno.readTextFileSync(join(root, "lib/store", `${name}.ts`));
    return [...source.matchAll(/^ \* \| (`\[.*\]`) \| (.*) \|$/gm)].map((
      [, key, value],
    ) => [key!, value!]);
  });
}

function problemSections(): string {
  const problems: [string, ProblemType][] = Object.entries(problemTypes);
  return problems.map(([code, { status, title, advice }]) =>
    `## ${code}\n\n**${status}** ${title}. ${advice}`
  ).join("\n\n");
}
