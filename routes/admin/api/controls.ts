/**
 * The operations of operators on the intake, the kinds of job, the breakers and the instances.
 * @module
 */
import { z } from "zod";
import {
  type ControlsReport,
  type InstanceReport,
  INTAKE,
  type OperatorControls,
} from "../../../jobs/operator/controls.ts";
import type { Presence } from "../../../lib/store/history_store.ts";
import { isoTime } from "../../../lib/clock.ts";
import { presentInstance, presentKind } from "../../api/health.ts";
import { InstanceHealth, KindHealth } from "../../api/schemas.ts";
import type { AdminOptions } from "../admin_env.ts";
import { type Operation, operation } from "../operation.ts";

/** Longer texts do not fit the notice of a form on a phone. */
const MAX_NOTE_CHARACTERS = 300;

const Note = z.string().trim().max(MAX_NOTE_CHARACTERS).transform((note) => note || null);

/** The schema of what is paused. */
export const Controls = z.object({
  intake: z.enum(["open", "paused"]).describe("Whether the service accepts new jobs"),
  note: z.string().nullable().describe("What travelers read while the intake is paused"),
  changedBy: z.string().nullable().describe("The operator of the last change; `null`: none"),
  changedAt: z.iso.datetime().nullable(),
  kinds: z.array(KindHealth.extend({
    isPaused: z.boolean().describe("Whether no jobs of this kind start"),
  })),
}).meta({ id: "Controls" });
export type Controls = z.output<typeof Controls>;

/** The schema of an instance. */
export const InstanceDetails = InstanceHealth.extend({
  jobs: z.array(z.string()).describe("The first jobs that it works on, by id"),
  hasMore: z.boolean().describe("Whether it works on more jobs"),
  version: z.string().nullable().describe(
    "This and what follows is of its last report. `null`: none within three minutes",
  ),
  hostName: z.string().nullable().describe("`null` also without `--allow-sys=hostname`"),
  startedAt: z.iso.datetime().nullable(),
  freeSlots: z.int().nullable().describe("How many more jobs it could work on now"),
}).meta({ id: "Instance" });
export type InstanceDetails = z.output<typeof InstanceDetails>;

export const Instances = z.object({ instances: z.array(InstanceDetails) }).meta({
  id: "Instances",
});

export const ClosedBreaker = z.object({
  kind: z.string(),
  wasOpen: z.boolean().describe("Whether it held back any job"),
}).meta({ id: "ClosedBreaker" });

/** Returns the schemas of what operators send. */
export function controlRequests(controls: OperatorControls) {
  const what = z.enum(controls.names).describe("`intake`: all new jobs; or a kind of job");
  const kind = z.enum(controls.names.filter((name) => name !== INTAKE));
  return {
    Pause: z.strictObject({
      what,
      note: Note.nullish().describe("For travelers, while the intake is paused"),
    }).refine(({ what, note }) => what === INTAKE || !note, {
      path: ["note"],
      error: "only the intake has a note",
    }),
    Resume: z.strictObject({ what }),
    KindParams: z.object({ kind }),
  };
}

type Options = Pick<AdminOptions, "operator">;

/** Returns the operations on controls and instances. */
export function controlOperations(options: Options): Operation[] {
  const { controls } = options.operator;
  return [
    operation({
      method: "get",
      path: "/controls",
      id: "getControls",
      summary: "Show what is paused, and the breakers",
      answer: Controls,
      returns: "The intake and the kinds of job",
      handle: () => readControls(options),
    }),
    ...pauseOperations(options),
    closeOperation(options),
    operation({
      method: "get",
      path: "/instances",
      id: "listInstances",
      summary: "List the instances",
      answer: Instances,
      returns: "The instances that run or have lately held jobs",
      handle: async () => ({ instances: (await controls.instances()).map(presentInstanceDetails) }),
    }),
  ];
}

async function readControls({ operator: { controls } }: Options): Promise<Controls> {
  return presentControls(await controls.read());
}

function pauseOperations(options: Options): Operation[] {
  const { controls } = options.operator;
  const { Pause, Resume } = controlRequests(controls);
  return [
    operation({
      method: "post",
      path: "/pause",
      id: "pause",
      summary: "Pause the intake, or a kind of job",
      description: "All instances follow within a second. Running jobs continue.",
      body: Pause,
      answer: Controls,
      returns: "What is paused now",
      async handle({ body, actor }) {
        await controls.pause(actor, body);
        return await readControls(options);
      },
    }),
    operation({
      method: "post",
      path: "/resume",
      id: "resume",
      summary: "Resume the intake, or a kind of job",
      description: "Waiting jobs start within a second.",
      body: Resume,
      answer: Controls,
      returns: "What is paused now",
      async handle({ body, actor }) {
        await controls.resume(actor, body.what);
        return await readControls(options);
      },
    }),
  ];
}

function closeOperation({ operator: { controls } }: Options): Operation {
  return operation({
    method: "post",
    path: "/breakers/{kind}/close",
    id: "closeBreaker",
    summary: "Close the breaker of a kind of job",
    description: "The jobs that wait for it start within a second. It opens again if the model " +
      "still refuses their calls.",
    params: controlRequests(controls).KindParams,
    answer: ClosedBreaker,
    returns: "Whether it was open",
    handle: async ({ params: { kind }, actor }) => ({
      kind,
      wasOpen: await controls.closeBreaker(actor, kind),
    }),
  });
}

/** Builds the answer about what is paused. */
export function presentControls({ changed, kinds, ...report }: ControlsReport): Controls {
  return {
    ...report,
    changedBy: changed?.by ?? null,
    changedAt: changed && isoTime(changed.at),
    kinds: kinds.map(({ isPaused, ...kind }) => ({ ...presentKind(kind), isPaused })),
  };
}

/** Builds the answer about an instance. */
export function presentInstanceDetails(
  { jobs, hasMore, presence, ...instance }: InstanceReport,
): InstanceDetails {
  return {
    ...presentInstance(instance),
    jobs,
    hasMore,
    version: presence?.version ?? null,
    hostName: presence?.hostName ?? null,
    startedAt: presence && isoTime(presence.startedAt),
    freeSlots: presence && freeSlotsOf(presence, jobs.length),
  };
}

/** A report is up to a minute old: since then, jobs have started and ended. */
function freeSlotsOf({ freeSlots, running }: Presence, held: number): number {
  const slots = Object.values(running).reduce((sum, count) => sum + count, freeSlots);
  return Math.max(0, slots - held);
}
