import { z } from 'zod';
import { addressRow } from '../capture/source-table.js';

/** Frames per second of pictures that have no times. */
export const frameRateSchema = z
  .number()
  .min(0.01)
  .max(1000)
  .optional()
  .describe(
    "Frames per second of a folder of pictures; replaces a video's own times; is requested of a camera.",
  );

/** A path, or an address of a kind that the source table knows. */
export const sourceSchema = z
  .string()
  .min(1)
  .superRefine((source, context) => {
    try {
      addressRow(source);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });
