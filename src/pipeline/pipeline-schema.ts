import { z } from 'zod';
import { type Task, tasks } from '../bundle/manifest.js';
import { pictureHealthSchema } from '../capture/picture-health/picture-health-schema.js';
import { recordedPictures } from '../outputs/output-settings.js';
import { outputTable } from '../outputs/output-table.js';
import { isLoopback } from '../outputs/page/access.js';
import { defaultPagePort } from '../outputs/page/default-port.js';
import { grounds } from '../stages/stage-fusion.js';
import { stageTable } from '../stages/stage-table.js';
import { describeIssue } from '../text/describe-issue.js';
import { camerasSchema, checkCameras, syncSchema } from './cameras/cameras-schema.js';
import { degradationSchema } from './degradation-schema.js';
import { sourceSchema } from './source-schema.js';

const text = z.string().min(1);
const stage = z.enum(tasks);
const positiveMs = z.number().positive().max(60_000);

/** One optional entry for each stage; anything else is an unknown key. */
const byStage = <T extends z.ZodType>(value: T) =>
  z.strictObject(
    Object.fromEntries(tasks.map((task) => [task, value.optional()])) as {
      [Stage in Task]: z.ZodOptional<T>;
    },
  );

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

/** Every key is read by src/outputs/page. */
const listenSchema = z
  .strictObject({
    /** IP address; 0.0.0.0 for all of this machine. */
    address: z
      .union([z.ipv4(), z.ipv6()], { error: 'expected an IP address' })
      .default('127.0.0.1'),
    /** 0 takes a free one. */
    port: z.int().min(0).max(65_535).default(defaultPagePort),
    /** File with the token that every request must bring; needed beyond loopback. */
    tokenFile: text.optional(),
    /** Origins of other pages that may connect, such as `https://app.foxglove.dev`. */
    origins: z
      .array(z.url({ error: 'expected an origin such as https://example.org' }))
      .max(16)
      .default([]),
    /** The page, as `--view` shows it. */
    page: z.boolean().default(false),
    /** `/metrics` for Prometheus. */
    metrics: z.boolean().default(false),
    /** A Foxglove WebSocket server. */
    foxglove: z.boolean().default(false),
  })
  .superRefine(({ address, tokenFile }, context) => {
    if (!isLoopback(address) && tokenFile === undefined)
      context.addIssue({
        code: 'custom',
        path: ['tokenFile'],
        message: `${address} can be reached from outside this machine: expected a file with a token (\`windshield keys token\` makes one), found none`,
      });
  });

const recordSchema = z.strictObject({
  path: text,
  /** Also the pictures: of a recording as they are, of any other source as `pictures` says. */
  images: z.boolean().default(false),
  /** Encoded each alone (`jpeg`, when left out) or as video (`h264`, by ffmpeg), or of a camera its own MJPEG bytes, untouched (`camera`). */
  pictures: z.enum(recordedPictures).optional(),
  /** Quality of pictures that are encoded; 90 when left out. */
  quality: z.int().min(1).max(100).optional(),
  /** Of chunks; none when left out: pictures are compressed already. */
  compression: z.enum(['none', 'zstd']).optional(),
  /** Numbered files (`drive.1.mcap`), each ended at a size or a length. */
  split: z
    .strictObject({
      megabytes: z.number().min(1).max(1_000_000).optional(),
      seconds: z.number().min(1).max(86_400).optional(),
    })
    .optional(),
  /** Only the last so many seconds stay, and what an event has kept. */
  keepSeconds: z.number().min(5).max(86_400).optional(),
});

/** One optional entry for each output that has settings of its own. */
const outputsSchema = z.strictObject(
  Object.fromEntries(
    outputTable.flatMap(({ name, schema }) => (schema ? [[name, schema.optional()]] : [])),
  ) as Record<string, z.ZodOptional>,
);

export const declaredLanesSchema = z.array(z.array(stage).min(1)).min(1).max(8);

/** A union of the two would say of a fault in one lane only that the whole is wrong. */
const lanesSchema = z.unknown().transform((value, context): 'auto' | Task[][] => {
  if (value === 'auto') return value;
  const checked = declaredLanesSchema.safeParse(value, { reportInput: true });
  if (checked.success) return checked.data;
  for (const issue of checked.error.issues) {
    const message = describeIssue(issue, declaredLanesSchema);
    context.issues.push({ code: 'custom', path: issue.path, message, input: value });
  }
  return z.NEVER;
});

/** One folder, or several in order of preference. */
const bundleSchema = z.union([text, z.array(text).min(1).max(4)], {
  error: 'expected a folder, or a list of one to four',
});

/** Where the steering leads, against the middle of the free space and the lane's centre. */
const steeringCheckSchema = z.strictObject({
  /** Of the car: how far it gets in `aheadS`. */
  speedMps: z.number().positive().max(100),
  aheadS: z.number().positive().max(5).default(1),
  laneWidthM: z.number().min(1.5).max(10).default(3.5),
  drivesOn: z.enum(['right', 'left']).default('right'),
  /** From so much disagreement with lane or recorded driver on, results say `steering_disagrees`. */
  thresholdM: z.number().positive().max(100).default(0.5),
});

/** What stands here takes the place of what the bundle was trained with. */
const noveltySchema = z.strictObject({
  /** Mahalanobis' distance from which a frame is novel. */
  threshold: z.number().positive().optional(),
  /** For how long frames are novel before `novel_scene` is said, and ordinary before it is no longer said. */
  beginS: z.number().min(0).max(600).optional(),
  endS: z.number().min(0).max(600).optional(),
  /** While `novel_scene` is said, steering is skipped. */
  stopsSteering: z.boolean().default(false),
});

/** The pipeline file as written. docs/pipeline.md explains every key. */
export const pipelineSchema = z
  .strictObject({
    /** A recording, a video, a folder of pictures, or a device or stream address; `replay` brings its own. */
    source: sourceSchema.optional(),
    /** Several cameras in place of `source`, by name. */
    cameras: camerasSchema.optional(),
    /** Groups of cameras whose frames belong together, by name. */
    sync: syncSchema.optional(),
    /** Topic of the pictures in a recording of several cameras; that with the most pictures when left out. */
    topic: text.optional(),
    /** Frames a second of pictures, and of a video in place of its own times. */
    frameRateHz: z.number().min(0.01).max(1000).optional(),
    /** A camera_info YAML file; `recording`: what the source carries, or none; `none`: pixels are taken as they are. */
    calibration: text.default('recording'),
    /** How the camera sits on the vehicle: a file of `windshield ground`; `recording`: what the source carries, or none; `none`. */
    mount: text.default('recording'),
    /** What distances are measured on: the plane through the mount, or the road as each frame shows it. */
    ground: z.enum(grounds).default('plane'),
    /** The model bundle of each stage: a folder, or several of which a live run takes the one that is faster here. */
    bundles: byStage(bundleSchema),
    /** Which stages share a worker thread, each lane in its order of priority; `auto`: planned from measured times. */
    lanes: lanesSchema,
    /** With `lanes: auto`, how many at most; as many as there are cores when left out. */
    laneCount: z.int().min(1).max(8).optional(),
    /** Execution providers, in the order they are asked for. */
    providers: z
      .array(z.enum(['tensorrt', 'cuda', 'webgpu', 'cpu']))
      .min(1)
      .default(['cpu']),
    /** Where frames become tensors: in the lane (`host`), by the provider (`device`), or the device where it has a memory of its own. */
    preprocess: z.enum(['auto', 'host', 'device']).default('auto'),
    /** Live only: a stage that is not done this long after capture is `late`, and the frame leaves without it. */
    deadlineMs: byStage(positiveMs).default({}),
    /** What is given up, step by step, when the machine is too slow; live only. */
    degradation: degradationSchema.optional(),
    /** How pictures are judged. Live sources always are; recorded ones where this is given. */
    pictureHealth: pictureHealthSchema.optional(),
    /** What follows from scenes as the rig knows none. For files with a novelty bundle. */
    novelty: noveltySchema.optional(),
    /** Compares where the steering leads with the class map. Needs both stages, a calibration and a mount. */
    steeringCheck: steeringCheckSchema.optional(),
    /** Frames held in shared memory. */
    ring: z.strictObject({ slots: z.int().min(3).max(64).default(8) }).default({ slots: 8 }),
    publish: z
      .strictObject({ zeromq: zeromqSchema.optional() })
      .default({ zeromq: zeromqSchema.parse({}) }),
    /** What is served over HTTP; nothing when left out. */
    listen: listenSchema.optional(),
    /** MCAP file for the results. */
    record: z.preprocess(
      (value) => (typeof value === 'string' ? { path: value } : value),
      recordSchema.optional(),
    ),
    /** Outputs with settings of their own, by name: rows of the output table that `declareOutput` made. */
    outputs: outputsSchema.optional(),
    /** Run a network whose golden outputs are out of tolerance; every result then says `uncertified`. */
    allowUncertified: z.boolean().default(false),
  })
  .superRefine((file, context) => {
    const { bundles, lanes, laneCount, deadlineMs, degradation, providers } = file;
    const fault = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const placed = new Set<Task>();
    if (lanes === 'auto') {
      for (const name of tasks) if (bundles[name] !== undefined) placed.add(name);
      if (placed.size === 0) fault(['bundles'], 'expected a bundle to run, found none');
    } else {
      if (laneCount !== undefined)
        fault(['laneCount'], 'is for lanes: auto; here the lanes are counted by the file');
      lanes.forEach((lane, laneIndex) => {
        lane.forEach((name, index) => {
          const path = ['lanes', laneIndex, index];
          if (placed.has(name)) fault(path, `${name} rides in a lane already`);
          if (bundles[name] === undefined) fault(path, `${name} has no entry in bundles`);
          placed.add(name);
        });
      });
    }
    for (const name of tasks) {
      const isPlaced = placed.has(name);
      const nowhere = `${name} rides in no lane`;
      if (bundles[name] !== undefined && !isPlaced) fault(['bundles', name], nowhere);
      if (deadlineMs[name] !== undefined && !isPlaced) fault(['deadlineMs', name], nowhere);
      if (degradation?.budgetMs[name] !== undefined && !isPlaced)
        fault(['degradation', 'budgetMs', name], nowhere);
    }
    degradation?.modes.forEach(({ segmentationEvery, lightsEvery, signs }, index) => {
      const path = ['degradation', 'modes', index];
      if (lightsEvery !== undefined && !placed.has('lights'))
        fault([...path, 'lightsEvery'], 'lights rides in no lane');
      if (segmentationEvery !== undefined && !placed.has('segmentation'))
        fault([...path, 'segmentationEvery'], 'segmentation rides in no lane');
      if (signs !== undefined && !placed.has('signs'))
        fault([...path, 'signs'], 'signs rides in no lane');
    });
    // Two of its sessions that run at once have crashed the process (onnxruntime issue 32561).
    const laneTotal = lanes === 'auto' ? (laneCount ?? 1) : lanes.length;
    if (providers.includes('webgpu') && laneTotal > 1)
      fault(
        ['providers'],
        `webgpu runs one network at a time: expected one lane, found ${laneTotal}`,
      );
    if (file.novelty !== undefined && !placed.has('novelty'))
      fault(['novelty'], 'novelty rides in no lane');
    for (const name of ['steering', 'segmentation'] as const)
      if (file.steeringCheck !== undefined && !placed.has(name))
        fault(['steeringCheck'], `${name} rides in no lane`);
    for (const { path, message } of checkCameras(file)) fault(path, message);
    for (const name of placed) {
      const { reads } = stageTable[name];
      if (reads !== undefined && !placed.has(reads))
        fault(['bundles', name], `${name} reads the answer of ${reads}, which is missing`);
    }
  });

/** What a pipeline file may say: everything but `lanes` and `bundles` has a default. */
export type PipelineInput = Omit<z.input<typeof pipelineSchema>, 'lanes'> & {
  lanes: 'auto' | readonly (readonly Task[])[];
};

/** The file with defaults filled in. */
export type PipelineFile = z.infer<typeof pipelineSchema>;

/**
 * The file with defaults filled in and every path absolute. `bundles` holds the first-named of each stage, which runs
 * in lock-step; `alternatives` all of a stage that names several.
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
