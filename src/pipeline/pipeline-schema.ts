import { z } from 'zod';
import { type Task, tasks } from '../bundle/manifest.js';
import { pictureHealthSchema } from '../capture/picture-health/picture-health-schema.js';
import { outputTable } from '../outputs/output-table.js';
import { grounds } from '../stages/stage-fusion.js';
import { camerasSchema, checkCameras, syncSchema } from './cameras/cameras-schema.js';
import { checkStages } from './check-stages.js';
import { degradationSchema } from './degradation-schema.js';
import { noveltySchema, steeringCheckSchema } from './doubt-schema.js';
import { lanesSchema } from './lanes-schema.js';
import { listenSchema } from './listen-schema.js';
import { zeromqSchema } from './publish-schema.js';
import { recordSchema } from './record-schema.js';
import { frameRateSchema, sourceSchema } from './source-schema.js';

const text = z.string().min(1);
const positiveMs = z.number().positive().max(60_000);

/** One optional entry for each stage; anything else is an unknown key. */
const byStage = <T extends z.ZodType>(value: T) =>
  z.strictObject(
    Object.fromEntries(tasks.map((task) => [task, value.optional()])) as {
      [Stage in Task]: z.ZodOptional<T>;
    },
  );

/** One optional entry for each output that has settings of its own. */
const outputsSchema = z.strictObject(
  Object.fromEntries(
    outputTable.flatMap(({ name, schema }) => (schema ? [[name, schema.optional()]] : [])),
  ) as Record<string, z.ZodOptional>,
);

/** One folder, or several in order of preference. */
const bundleSchema = z.union([text, z.array(text).min(1).max(4)], {
  error: 'expected a folder, or a list of one to four',
});

/**
 * The pipeline file as written. What `describe` says goes into the JSON schema, where editors show it at each key;
 * docs/pipeline.md says more.
 */
export const pipelineSchema = z
  .strictObject({
    source: sourceSchema
      .optional()
      .describe(
        'A recording, a video, a folder of pictures, or the address of a camera or stream, such as camera:/dev/video0. `replay` takes its own from the command line.',
      ),
    cameras: camerasSchema.optional().describe('Several cameras, by name; instead of `source`.'),
    sync: syncSchema
      .optional()
      .describe('Groups of cameras whose frames belong together, by name.'),
    topic: text
      .optional()
      .describe(
        'Topic of the pictures, in a recording of several cameras (default: the topic with the most pictures).',
      ),
    frameRateHz: frameRateSchema,
    calibration: text
      .default('recording')
      .describe(
        'A camera_info YAML file. recording: the calibration in the source, if it has one. none: pixels are not rectified.',
      ),
    mount: text
      .default('recording')
      .describe(
        'How the camera sits above the road: a file that `windshield ground` wrote. recording: the mount in the source, if it has one. none.',
      ),
    ground: z
      .enum(grounds)
      .default('plane')
      .describe(
        'Surface on which distances are measured. plane: through the mount. road: fitted to each frame.',
      ),
    bundles: byStage(bundleSchema).describe(
      'The model bundle of each stage: a folder, or a list from which a live run takes the fastest here.',
    ),
    lanes: lanesSchema.describe(
      'Which stages share a worker thread. Each lane lists its stages in order of priority. auto: planned from measured times.',
    ),
    laneCount: z
      .int()
      .min(1)
      .max(8)
      .optional()
      .describe('With `lanes: auto`, the most lanes (default: one per core).'),
    providers: z
      .array(z.enum(['tensorrt', 'cuda', 'webgpu', 'cpu']))
      .min(1)
      .default(['cpu'])
      .describe('Execution providers of ONNX Runtime, in order of preference.'),
    preprocess: z
      .enum(['auto', 'host', 'device'])
      .default('auto')
      .describe(
        'Where frames become tensors. host: in the lane, on the CPU. device: by the execution provider. auto: device for tensorrt and cuda, else host.',
      ),
    deadlineMs: byStage(positiveMs)
      .default({})
      .describe(
        'Live only: a stage without an answer this long after capture is late, and the frame is published without it.',
      ),
    degradation: degradationSchema
      .optional()
      .describe('Live only: what is given up, step by step, when the machine is too slow.'),
    pictureHealth: pictureHealthSchema
      .optional()
      .describe(
        'Thresholds for frozen, black, over-exposed, blurred and other bad pictures. Live sources are always checked; recorded ones only with this key.',
      ),
    novelty: noveltySchema
      .optional()
      .describe('What scenes unlike the training drives cause. Needs a novelty bundle.'),
    steeringCheck: steeringCheckSchema
      .optional()
      .describe(
        'Compare the steering with free space and lane. Needs steering, segmentation, a calibration and a mount.',
      ),
    ring: z
      .strictObject({
        slots: z.int().min(3).max(64).default(8).describe('Frames held in shared memory.'),
      })
      .default({ slots: 8 })
      .describe('The ring of frames in shared memory.'),
    publish: z
      .strictObject({ zeromq: zeromqSchema.optional().describe('Publish over ZeroMQ.') })
      .default({ zeromq: zeromqSchema.parse({}) })
      .describe('Where results are published (default: ZeroMQ on loopback). {} publishes nothing.'),
    listen: listenSchema
      .optional()
      .describe('Serve the page, metrics or Foxglove over HTTP (default: nothing).'),
    record: z
      .preprocess(
        (value) => (typeof value === 'string' ? { path: value } : value),
        recordSchema.optional(),
      )
      .describe('MCAP file for the results, or an object with settings.'),
    outputs: outputsSchema
      .optional()
      .describe('Settings of outputs that you added to the output table, by name.'),
    allowUncertified: z
      .boolean()
      .default(false)
      .describe(
        'Also run a network whose golden outputs are out of tolerance. Every result then says `uncertified`.',
      ),
  })
  .superRefine((file, context) => {
    for (const { path, message } of [...checkStages(file), ...checkCameras(file)])
      context.addIssue({ code: 'custom', path, message });
  });

/** The contents of a pipeline file: everything but `lanes` and `bundles` has a default. */
export type PipelineInput = Omit<z.input<typeof pipelineSchema>, 'lanes'> & {
  lanes: 'auto' | readonly (readonly Task[])[];
};

/** The file with defaults filled in. */
export type PipelineFile = z.infer<typeof pipelineSchema>;

/**
 * The file with defaults filled in and every path absolute. `bundles` holds the first-named bundle of each stage, which
 * runs in lock-step; `alternatives` holds all bundles of a stage that names several.
 */
export type PipelineConfig = DeepReadonly<
  Omit<PipelineFile, 'bundles'> & {
    bundles: { [Stage in Task]?: string | undefined };
    alternatives?: { [Stage in Task]?: string[] };
  }
>;

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;
