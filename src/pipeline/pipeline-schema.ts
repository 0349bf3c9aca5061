import { z } from 'zod';
import { type Task, tasks } from '../bundle/manifest.js';

const text = z.string().min(1);
const stage = z.enum(tasks);
const positiveMs = z.number().positive().max(60_000);

/** One optional entry for each stage; anything else is an unknown key. */
const byStage = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    detection: value.optional(),
    signs: value.optional(),
    segmentation: value.optional(),
    steering: value.optional(),
  });

const curveSchema = z.strictObject({
  /** File of two lines, `public <key>` and `secret <key>`, Z85; secrets stay out of the pipeline file. */
  keyFile: text,
});

const zeromqSchema = z.strictObject({
  endpoint: text.default('tcp://127.0.0.1:5556'),
  /** Messages kept for each slow subscriber. */
  highWaterMark: z.int().min(1).max(100_000).default(100),
  curve: curveSchema.optional(),
});

const recordSchema = z.strictObject({
  path: text,
  /** Also copy the camera's pictures, as they were recorded. */
  images: z.boolean().default(false),
});

/** The pipeline file as written. docs/pipeline.md explains every key. */
export const pipelineSchema = z
  .strictObject({
    /** A recording, a video, a folder of pictures, or a device or stream address; `replay` brings its own. */
    source: text.optional(),
    /** A camera_info YAML file; `recording`: what the source carries, or none; `none`: pixels are taken as they are. */
    calibration: text.default('recording'),
    /** The model bundle of each stage: a folder. */
    bundles: byStage(text),
    /** Which stages share a worker thread, each lane in its order of priority. */
    lanes: z.array(z.array(stage).min(1)).min(1).max(8),
    /** Execution providers, in the order they are asked for. */
    providers: z
      .array(z.enum(['tensorrt', 'cuda', 'webgpu', 'cpu']))
      .min(1)
      .default(['cpu']),
    /** Live only: a stage that is not done this long after capture is `late`, and the frame leaves without it. */
    deadlineMs: byStage(positiveMs).default({}),
    /** Frames held in shared memory. */
    ring: z.strictObject({ slots: z.int().min(3).max(64).default(8) }).default({ slots: 8 }),
    publish: z
      .strictObject({ zeromq: zeromqSchema.optional() })
      .default({ zeromq: zeromqSchema.parse({}) }),
    /** MCAP file for the results. */
    record: z.preprocess(
      (value) => (typeof value === 'string' ? { path: value } : value),
      recordSchema.optional(),
    ),
    /** Run a network whose golden outputs are out of tolerance; every result then says `uncertified`. */
    allowUncertified: z.boolean().default(false),
  })
  .superRefine(({ bundles, lanes, deadlineMs, providers }, context) => {
    const placed = new Set<Task>();
    lanes.forEach((lane, laneIndex) => {
      lane.forEach((name, index) => {
        const path = ['lanes', laneIndex, index];
        if (placed.has(name))
          context.addIssue({ code: 'custom', path, message: `${name} rides in a lane already` });
        if (bundles[name] === undefined)
          context.addIssue({ code: 'custom', path, message: `${name} has no entry in bundles` });
        placed.add(name);
      });
    });
    for (const name of tasks) {
      if (bundles[name] !== undefined && !placed.has(name))
        context.addIssue({
          code: 'custom',
          path: ['bundles', name],
          message: `${name} rides in no lane`,
        });
      if (deadlineMs[name] !== undefined && !placed.has(name))
        context.addIssue({
          code: 'custom',
          path: ['deadlineMs', name],
          message: `${name} rides in no lane`,
        });
    }
    // Two of its sessions that run at once have crashed the process (onnxruntime issue 32561).
    if (providers.includes('webgpu') && lanes.length > 1)
      context.addIssue({
        code: 'custom',
        path: ['providers'],
        message: `webgpu runs one network at a time: expected one lane, found ${lanes.length}`,
      });
    if (placed.has('signs') && !placed.has('detection'))
      context.addIssue({
        code: 'custom',
        path: ['bundles', 'signs'],
        message: 'signs reads the boxes of detection, which is missing',
      });
  });

/** The file with defaults filled in and every path absolute. */
export type PipelineConfig = DeepReadonly<z.infer<typeof pipelineSchema>>;

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;
