import { z } from 'zod';
import { type Task, tasks } from '../bundle/manifest.js';
import { describeIssue } from '../text/describe-issue.js';

export const declaredLanesSchema = z
  .array(z.array(z.enum(tasks)).min(1))
  .min(1)
  .max(8);

/** A union of the two would say of a fault in one lane only that the whole is wrong. */
export const lanesSchema = z.unknown().transform((value, context): 'auto' | Task[][] => {
  if (value === 'auto') return value;
  const checked = declaredLanesSchema.safeParse(value, { reportInput: true });
  if (checked.success) return checked.data;
  for (const issue of checked.error.issues) {
    const message = describeIssue(issue, declaredLanesSchema);
    context.issues.push({ code: 'custom', path: issue.path, message, input: value });
  }
  return z.NEVER;
});
