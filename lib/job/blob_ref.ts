/**
 * What a record says of a value that is stored beside it, in parts.
 * @module
 */
import { z } from "zod";

/** Says that a blob is there and how many parts it has. */
export const BlobRef = z.object({
  parts: z.int().positive(),
  /** Compressed size. */
  bytes: z.int().positive(),
});
export type BlobRef = z.infer<typeof BlobRef>;
