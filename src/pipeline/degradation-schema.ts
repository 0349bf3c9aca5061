import { z } from 'zod';
import { type Task, tasks } from '../bundle/manifest.js';

const budgetMs = z.number().positive().max(60_000).optional();

const modeSchema = z
  .strictObject({
    /** Stands in every result of the mode. */
    name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected small letters, digits and hyphens'),
    /** Segmentation runs on one frame of so many. */
    segmentationEvery: z.int().min(2).max(1000).optional(),
    /** Lights are read on one frame of so many. Their state may change, so that between them nothing is said of it. */
    lightsEvery: z.int().min(2).max(1000).optional(),
    /** Signs are read where their box is new or has grown; the others are known from before. */
    signs: z.literal('newOrGrown').optional(),
  })
  .refine(
    ({ segmentationEvery, lightsEvery, signs }) =>
      (segmentationEvery ?? lightsEvery ?? signs) !== undefined,
    {
      message:
        'expected segmentationEvery, lightsEvery or signs, found a mode that holds nothing back',
    },
  );

/** What is given up, step by step, when the machine is too slow. */
export const degradationSchema = z
  .strictObject({
    /** Since capture: of the whole result, or of a stage's answer. */
    budgetMs: z.strictObject({
      glassToResult: budgetMs,
      ...(Object.fromEntries(tasks.map((task) => [task, budgetMs])) as {
        [Stage in Task]: typeof budgetMs;
      }),
    }),
    /** Shares of a budget that a p99 reaches for the next mode to begin, and falls to for the last one to end. */
    beginAt: z.number().positive().max(10).default(0.9),
    endAt: z.number().positive().max(10).default(0.7),
    /** The p99 is over this long, seconds. */
    windowS: z.number().min(0.1).max(60).default(4),
    /** No mode lasts shorter than this, seconds. */
    dwellS: z.number().min(0.1).max(600).default(5),
    /** In the order in which they begin; each says all that is held back in it. */
    modes: z.array(modeSchema).min(1).max(8),
  })
  .superRefine(({ budgetMs, beginAt, endAt, windowS, dwellS, modes }, context) => {
    const fault = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if (Object.values(budgetMs).every((ms) => ms === undefined))
      fault(['budgetMs'], `expected a budget of glassToResult, ${tasks.join(', ')}; found none`);
    if (endAt >= beginAt)
      fault(['endAt'], `expected less than beginAt (${beginAt}), found ${endAt}`);
    if (dwellS < windowS)
      fault(
        ['dwellS'],
        `expected windowS (${windowS}) or longer, so that a mode is judged by its own times, found ${dwellS}`,
      );
    modes.forEach(({ name }, index) => {
      if (modes.findIndex((mode) => mode.name === name) < index)
        fault(['modes', index, 'name'], `${name} is the name of an earlier mode`);
    });
  });

export type DegradationConfig = z.infer<typeof degradationSchema>;
export type ModeConfig = DegradationConfig['modes'][number];
