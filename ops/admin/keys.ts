/**
 * The commands about API keys.
 * @module
 */
import type { Command } from "commander";
import { KeyLine, KeyLines, NewKeyAnswer } from "../../routes/admin/api/keys.ts";
import { type Context, report, type Run } from "./context.ts";
import { visible } from "./control_characters.ts";
import { AdminError } from "./exit_codes.ts";
import { type Column, listOf, tableOf } from "./table.ts";
import { ageWords, costWords, NONE } from "./words.ts";

const stateColors = { valid: "green", expired: "gray", revoked: "gray" } as const;

function keyColumns({ clock }: Context): Column<KeyLine>[] {
  return [
    { title: "id", text: ({ id }) => id },
    { title: "name", text: ({ name }) => name, isShortenable: true },
    { title: "state", text: ({ state }) => state, color: ({ state }) => stateColors[state] },
    { title: "starts with", text: ({ start }) => start },
    { title: "scopes", text: ({ scopes }) => scopes.join(" ") },
    { title: "last use", text: ({ lastUsedAt }) => ageWords(lastUsedAt, clock) },
    { title: "ends", text: ({ expiresAt }) => ageWords(expiresAt, clock), isOptional: true },
    {
      title: "jobs a day",
      text: ({ dailyJobs }) => `${dailyJobs ?? NONE}`,
      align: "right",
      isOptional: true,
    },
    {
      title: "cost a day",
      text: ({ dailyCostUsd }) => costWords(dailyCostUsd),
      align: "right",
      isOptional: true,
    },
    { title: "by", text: ({ createdBy }) => createdBy, isShortenable: true, isOptional: true },
  ];
}

async function listKeys(context: Context): Promise<void> {
  const { api, terminal } = context;
  const answer = await api.send({ path: "/keys" }, KeyLines);
  report(context, answer, ({ keys, callersNeedKeys, configuredKeys }) => {
    const need = callersNeedKeys ? "Callers need a key." : "Callers need no key.";
    const others = configuredKeys > 0 ? ` API_KEYS has ${configuredKeys} more.` : "";
    if (keys.length === 0) return `No operator has made a key. ${need}${others}`;
    return `${tableOf({ rows: keys, columns: keyColumns(context) }, terminal)}\n\n${need}${others}`;
  });
}

interface NewKeyOptions {
  name: string;
  scope: string[];
  dailyJobs?: string;
  dailyCost?: string;
  expires?: string;
  yes?: boolean;
}

/** Asks before the first key refuses all callers without one, among them visitors of the web app. */
async function confirmClosing({ api, terminal }: Context): Promise<void> {
  const { value: { callersNeedKeys } } = await api.send({ path: "/keys" }, KeyLines);
  if (callersNeedKeys) return;
  terminal.note("Callers need no key now. With the first key all need one, also in the web app.");
  const isSure = terminal.confirm("Do you want to make the key?");
  if (isSure === null) throw new AdminError("usage", "Without a terminal, confirm with --yes");
  if (!isSure) throw new AdminError("refused", "Nothing is changed.");
}

async function createKey(context: Context, options: NewKeyOptions): Promise<void> {
  const { name, scope: scopes, dailyJobs, dailyCost, expires: expiresAt } = options;
  const body = {
    name,
    scopes,
    // An empty text, for example of an unset variable, must not make a key without a limit.
    ...(dailyJobs !== undefined && { dailyJobs: numberIn("--daily-jobs", dailyJobs) }),
    ...(dailyCost !== undefined && { dailyCostUsd: numberIn("--daily-cost", dailyCost) }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
  if (!options.yes) await confirmClosing(context);
  const answer = await context.api.send({ path: "/keys", body }, NewKeyAnswer);
  report(context, answer, ({ key, secret, signingSecret }) =>
    listOf([
      ["id", key.id],
      ["name", key.name],
      ["scopes", key.scopes.join(" ")],
      ["key", secret],
      ["signing secret", signingSecret],
    ], context.terminal));
  const { terminal } = context;
  terminal.note("The service does not store the key: this is the only time that you see it.");
  if (answer.value.closesService) terminal.note("From now on, callers need a key.");
}

function numberIn(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number)) return number;
  throw new AdminError("usage", `${option} is "${text}", expected a number`);
}

/** Adds the commands. */
export function addKeyCommands(program: Command, run: Run): void {
  const keys = program.command("keys").description("List, make and revoke API keys");
  run(keys.command("list", { isDefault: true }).description("List the keys"), listKeys);
  const create = keys.command("create").description("Make a key, and show it once")
    .requiredOption("--name <name>", "for people, such as the name of the client")
    .requiredOption("--scope <scope...>", "what the key may do: make, read or read_all")
    .option("--daily-jobs <number>", "how many jobs it may create a day")
    .option("--daily-cost <usd>", "how many US dollars its jobs may cost a day")
    .option("--expires <time>", "when it ends by itself, such as 2027-01-31T00:00:00Z")
    .option("--yes", "do not ask, although callers without a key are refused from now on");
  run(create, createKey);
  const revoke = keys.command("revoke <id>").description("End a key everywhere within a second");
  run(revoke, async (context, id: string) => {
    const path = `/keys/${encodeURIComponent(id)}/revoke` as const;
    const answer = await context.api.send({ path, body: {} }, KeyLine);
    report(context, answer, ({ name }) => `The key "${visible(name)}" is revoked.`);
  });
}
