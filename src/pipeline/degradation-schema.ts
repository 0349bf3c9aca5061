import { z } from 'zod';
import { type Task, tasks } from '../bundle/manifest.js';

const budgetMs = z.number().positive().max(60_000).optional();

const modeSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'expected small letters, digits and hyphens')
      .describe('Name of the mode; every result of the mode carries it.'),
    segmentationEvery: z
      .int()
      .min(2)
      .max(1000)
      .optional()
      .describe('Run segmentation on one of this many frames.'),
    // A light may change at any time, so the frames between say nothing of its state.
    lightsEvery: z
      .int()
      .min(2)
      .max(1000)
      .optional()
      .describe('Read traffic lights on one of this many frames.'),
    signs: z
      .literal('newOrGrown')
      .optional()
      .describe('Read a sign only if its box is new or has grown; others keep their last reading.'),
  })
  .refine(
    ({ segmentationEvery, lightsEvery, signs }) =>
      (segmentationEvery ?? lightsEvery ?? signs) !== undefined,
    {
      message:
        'expected segmentationEvery, lightsEvery or signs, found a mode that holds nothing back',
    },
  );

/** Modes that give up work, step by step, when the machine is too slow. */
export const degradationSchema = z
  .strictObject({
    budgetMs: z
      .strictObject({
        glassToResult: budgetMs.describe('Budget of the whole result.'),
        ...(Object.fromEntries(tasks.map((task) => [task, budgetMs])) as {
          [Stage in Task]: typeof budgetMs;
        }),
      })
      .describe("Time since capture that the result or a stage's answer may take."),
    beginAt: z
      .number()
      .positive()
      .max(10)
      .default(0.9)
      .describe('The next mode begins when the p99 reaches this share of a budget.'),
    endAt: z
      .number()
      .positive()
      .max(10)
      .default(0.7)
      .describe('The current mode ends when the p99 has fallen to this share.'),
    windowS: z
      .number()
      .min(0.1)
      .max(60)
      .default(4)
      .describe('Time over which the p99 is taken, seconds.'),
    dwellS: z
      .number()
      .min(0.1)
      .max(600)
      .default(5)
      .describe('Shortest time in a mode, seconds; at least windowS.'),
    modes: z
      .array(modeSchema)
      .min(1)
      .max(8)
      .describe('Modes in the order in which they begin. Each lists all that it gives up.'),
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
