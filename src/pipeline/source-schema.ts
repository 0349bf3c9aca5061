import { z } from 'zod';
import { addressRow } from '../capture/source-table.js';

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
