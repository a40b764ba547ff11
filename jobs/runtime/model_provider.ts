/**
 * Chooses the model that the configuration asks for.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Config } from "../../lib/config.ts";
import { missingModel, type ModelProvider } from "../../lib/model/model.ts";
import { openaiModel } from "../../lib/openai/model.ts";
import { sampleModel } from "../../lib/model/sample_model.ts";

/**
 * Creates the provider of the configured model.
 *
 * @param clock delays the sample generator, and times the calls of OpenAI
 */
export function createModelProvider(config: Config, clock: Clock): ModelProvider {
  const { apiKey, ...openai } = config.openai;
  if (config.generator === "sample") {
    const delayMs = config.sampleDelayMs;
    return (plan, reasoning) => sampleModel({ plan, reasoning, delayMs, clock });
  }
  const model = config.generator === "openai" && apiKey !== undefined
    ? openaiModel({ apiKey, ...openai, clock })
    : missingModel();
  return () => model;
}
