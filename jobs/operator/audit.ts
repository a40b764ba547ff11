/**
 * Records what operators do. The entry is written before the change, so no change is without one.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { describeError } from "../../lib/log.ts";
import type {
  Actor,
  AuditDetails,
  AuditEntry,
  AuditFilter,
  AuditPage,
  AuditStore,
} from "../../lib/store/audit_store.ts";

export type { Actor, AuditDetails, AuditEntry, AuditFilter, AuditPage };

/** All actions, in the order in which the page lists them. */
export const auditActions = [
  "job.cancel",
  "job.replay",
  "job.reveal",
  "callback.redeliver",
  "bulk.start",
  "bulk.undo",
  "intake.pause",
  "intake.resume",
  "kind.pause",
  "kind.resume",
  "breaker.close",
  "key.create",
  "key.revoke",
  "service.open",
  "sign_in",
  "sign_in.refused",
  "sign_out",
] as const;
export type AuditAction = typeof auditActions[number];

/** What an operator does. */
export interface Change {
  action: AuditAction;
  /** What it is done to, such as the id of a job. Unset: the action has no target. */
  target?: string | null | undefined;
  /** Facts without secrets and without text of travellers. */
  details?: AuditDetails | undefined;
}

/** Adds facts to the entry that are only known after the change, such as the id of a new job. */
export type Note = (details: AuditDetails) => void;

/** Messages may be long, and a page shows many. */
const MAX_REASON_CHARACTERS = 300;

const log = getLogger(["tripwright", "audit"]);

/** The audit of all operators. */
export class Audit {
  readonly #store: AuditStore;

  constructor(store: AuditStore) {
    this.#store = store;
  }

  /**
   * Makes a change and records it: writes the entry, runs the change, then writes its outcome. If
   * the outcome cannot be written, the entry stays `started`.
   *
   * @param run makes the change
   * @returns the value of `run`
   * @throws if the entry cannot be written; `run` was not called then
   * @throws the error of `run`
   */
  async record<T>(
    actor: Actor,
    { action, target = null, details = {} }: Change,
    run: (note: Note) => Promise<T>,
  ): Promise<T> {
    const started = { actor, action, target, details, outcome: "started", reason: null } as const;
    const entry = await this.#store.add(started);
    log.info(action, { actor: actor.name, via: actor.via, target, ...details });
    let noted = details;
    const note = (more: AuditDetails) => noted = { ...noted, ...more };
    try {
      const result = await run(note);
      await this.#end({ ...entry, details: noted, outcome: "done" });
      return result;
    } catch (error) {
      const reason = describeError(error).slice(0, MAX_REASON_CHARACTERS);
      await this.#end({ ...entry, details: noted, outcome: "failed", reason });
      throw error;
    }
  }

  /** Records what has already happened, such as a refused sign-in. */
  async add(actor: Actor, { action, target = null, details = {} }: Change): Promise<void> {
    await this.#store.add({ actor, action, target, details, outcome: "done", reason: null });
    log.info(action, { actor: actor.name, via: actor.via, target, ...details });
  }

  /** Lists entries, newest first, see {@link AuditStore.page}. */
  async page(
    filter: AuditFilter,
    options: { limit: number; cursor?: string | null | undefined },
  ): Promise<AuditPage> {
    return await this.#store.page(filter, options);
  }

  /** The change is made, so a fault of the database must not make it look as if it was not. */
  async #end(entry: AuditEntry): Promise<void> {
    try {
      await this.#store.update(entry);
    } catch (error) {
      log.error("audit outcome not written", { id: entry.id, error: describeError(error) });
    }
  }
}
