/**
 * Chooses the model that the configuration asks for.
 * @module
 */
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { missingModel, type ModelProvider } from "./model.ts";
import { openaiModel } from "./openai_model.ts";
import { sampleModel } from "./sample_model.ts";

/** @param clock paces the sample generator */
export function createModelProvider(config: Config, clock: Clock): ModelProvider {
  const { apiKey, ...openai } = config.openai;
  if (config.generator === "sample") {
    return (plan) => sampleModel({ plan, delayMs: config.sampleDelayMs, clock });
  }
  const model = config.generator === "openai" && apiKey !== undefined
    ? openaiModel({ ...openai, apiKey, clock })
    : missingModel();
  return () => model;
}
