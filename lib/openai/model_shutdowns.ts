/**
 * Warns of configured models that OpenAI will shut down.
 * https://platform.openai.com/docs/api-reference/models
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { apiUrl, fetchJson } from "../http/json_fetch.ts";
import { describeError } from "../log.ts";

const OPENAI_URL = "https://api.openai.com/v1";

/** The date in ISO 8601; other text of a server must not reach logs and clients. */
const ShutdownDate = z.string().regex(/^\d{4}-\d{2}-\d{2}/).transform((text) => text.slice(0, 10));

const ModelList = z.object({
  data: z.array(z.object({
    id: z.string(),
    shutdown_date: ShutdownDate.nullish().catch(null),
  })),
});

export interface ModelShutdownsOptions {
  apiKey: string | undefined;
  /** Unset: OpenAI. */
  baseUrl?: string | undefined;
  /** Whether the server is OpenAI itself. Others do not report the dates. */
  isOpenAI: boolean;
  /** The configured models, by the names of their variables. */
  models: Readonly<Record<string, string>>;
  clock: Clock;
}

const log = getLogger(["tripwright", "model"]);

/** The shutdowns of the configured models, as far as they are known. */
export class ModelShutdowns {
  readonly #options: ModelShutdownsOptions;
  #warnings: readonly string[] = [];

  constructor(options: ModelShutdownsOptions) {
    this.#options = options;
  }

  /** One sentence for each model that will shut down. Empty until {@link check} has ended. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** Asks OpenAI once, for at most ten seconds, and logs the warnings. Never rejects. */
  async check(): Promise<void> {
    const { apiKey, isOpenAI, models } = this.#options;
    if (!isOpenAI || apiKey === undefined) return;
    try {
      const dates = await this.#readDates(apiKey);
      this.#warnings = Object.entries(models).flatMap(([variable, model]) => {
        const date = dates.get(model);
        return date ? [`OpenAI shuts down the model ${model} (${variable}) on ${date}`] : [];
      });
      for (const reason of this.#warnings) log.warning("model shuts down", { reason });
    } catch (error) {
      log.info("dates of model shutdowns not known", { error: describeError(error) });
    }
  }

  /** Returns the dates by model. The SDK is not needed, and it would take time at the start. */
  async #readDates(apiKey: string): Promise<Map<string, string | null | undefined>> {
    const { baseUrl = OPENAI_URL, clock } = this.#options;
    const { data } = await fetchJson(apiUrl(baseUrl, "/models", {}), {
      schema: ModelList,
      headers: { authorization: `Bearer ${apiKey}` },
      signal: new AbortController().signal,
      clock,
    });
    return new Map(data.map((model) => [model.id, model.shutdown_date]));
  }
}
