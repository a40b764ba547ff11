/**
 * The commands that pause and resume, close breakers, and list instances.
 * @module
 */
import type { Command } from "commander";
import {
  ClosedBreaker,
  Controls,
  type InstanceDetails,
  Instances,
} from "../../routes/admin/api/controls.ts";
import { type Context, report, type Run } from "./context.ts";
import { visible } from "./control_characters.ts";
import { AdminError } from "./exit_codes.ts";
import { type Column, tableOf } from "./table.ts";
import { ageWords, NONE } from "./words.ts";

type KindControls = Controls["kinds"][number];

/** The columns of the kinds of job with their breakers. */
export function kindColumns({ clock }: Pick<Context, "clock">): Column<KindControls>[] {
  return [
    { title: "kind", text: ({ kind }) => kind },
    {
      title: "starts",
      text: ({ isPaused }) => (isPaused ? "paused" : "on"),
      color: ({ isPaused }) => (isPaused ? "yellow" : undefined),
    },
    {
      title: "breaker",
      text: ({ breaker, holdsBack }) =>
        breaker.replace("_", "-") +
        (holdsBack && holdsBack !== "all" ? ` for one ${holdsBack}` : ""),
      color: ({ breaker }) => (breaker === "closed" ? undefined : "red"),
    },
    { title: "opened by", text: ({ openedBy }) => openedBy ?? NONE, isShortenable: true },
    { title: "next call", text: ({ openUntil }) => ageWords(openUntil, clock) },
    {
      title: "last call",
      text: ({ lastCall }) =>
        lastCall
          ? `${ageWords(lastCall.at, clock)}${lastCall.failure ? `, ${lastCall.failure}` : ""}`
          : NONE,
      isShortenable: true,
      isOptional: true,
    },
  ];
}

function controlWords(controls: Controls, context: Context): string {
  const { intake, note, changedBy, changedAt, kinds } = controls;
  const by = changedBy === null
    ? ""
    : ` Last change by ${visible(changedBy)}, ${ageWords(changedAt, context.clock)}.`;
  const said = note === null ? "" : `\nNote for travelers: ${visible(note)}`;
  const table = tableOf({ rows: kinds, columns: kindColumns(context) }, context.terminal);
  return `The intake is ${intake}.${by}${said}\n\n${table}`;
}

/** The columns of the instances. */
export function instanceColumns({ clock }: Pick<Context, "clock">): Column<InstanceDetails>[] {
  return [
    { title: "instance", text: ({ id }) => id },
    {
      title: "state",
      text: ({ isAlive }) => (isAlive ? "alive" : "silent"),
      color: ({ isAlive }) => (isAlive ? "green" : "red"),
    },
    { title: "version", text: ({ version }) => version ?? NONE },
    { title: "started", text: ({ startedAt }) => ageWords(startedAt, clock), isOptional: true },
    { title: "heartbeat", text: ({ heartbeatAt }) => ageWords(heartbeatAt, clock) },
    {
      title: "jobs",
      text: ({ jobs, hasMore }) => `${jobs.length}${hasMore ? " or more" : ""}`,
      align: "right",
    },
    {
      title: "free slots",
      text: ({ freeSlots }) => `${freeSlots ?? NONE}`,
      align: "right",
      isOptional: true,
    },
    {
      title: "first job",
      text: ({ jobs }) => jobs[0] ?? NONE,
      isShortenable: true,
      isOptional: true,
    },
  ];
}

/** Adds the commands. */
export function addControlCommands(program: Command, run: Run): void {
  const show = async (context: Context, call: Parameters<Context["api"]["send"]>[0]) => {
    const answer = await context.api.send(call, Controls);
    report(context, answer, (controls) => controlWords(controls, context));
  };
  const pause = program.command("pause <intake|kind>")
    .description("Accept no new jobs, or start no jobs of a kind")
    .option("--note <text>", "what travelers read while the intake is paused");
  run(
    pause,
    (context, what: string, { note }: { note?: string }) =>
      show(context, { path: "/pause", body: { what, ...(note && { note }) } }),
  );
  const resume = program.command("resume <intake|kind>").description("End a pause");
  run(resume, (context, what: string) => show(context, { path: "/resume", body: { what } }));
  const breakers = program.command("breakers").description("Show pauses and breakers");
  run(breakers, (context) => show(context, { path: "/controls" }));
  const close = program.command("close-breaker <kind>").description("Let calls of a kind go on");
  run(close, async (context, kind: string) => {
    const { value: { kinds } } = await context.api.send({ path: "/controls" }, Controls);
    if (!kinds.some((known) => known.kind === kind)) {
      const names = kinds.map((known) => known.kind).join(", ");
      throw new AdminError("notFound", `There is no kind "${kind}", but ${names}`);
    }
    const path = `/breakers/${encodeURIComponent(kind)}/close` as const;
    report(
      context,
      await context.api.send({ path, body: {} }, ClosedBreaker),
      ({ wasOpen }) =>
        wasOpen ? `The breaker of ${kind} is closed.` : `The breaker of ${kind} was not open.`,
    );
  });
  run(program.command("instances").description("List the instances"), async (context) => {
    report(
      context,
      await context.api.send({ path: "/instances" }, Instances),
      ({ instances }) =>
        tableOf({ rows: instances, columns: instanceColumns(context) }, context.terminal),
    );
  });
}
