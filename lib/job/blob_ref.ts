/**
 * The reference in a record to a value that is stored in parts under other keys.
 * @module
 */
import { z } from "zod";

/** Describes a stored blob. */
export const BlobRef = z.object({
  parts: z.int().positive(),
  /** Compressed size. */
  bytes: z.int().positive(),
});
export type BlobRef = z.infer<typeof BlobRef>;
