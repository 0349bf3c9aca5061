import { z } from 'zod';
import { type Task, tasks } from '../../bundle/manifest.js';
import { pictureHealthSchema } from '../../capture/picture-health/picture-health-schema.js';
import { stageTable } from '../../stages/stage-table.js';
import { frameRateSchema, sourceSchema } from '../source-schema.js';

const text = z.string().min(1);
const maxCameras = 8;

/** Name of a camera or group, used in topics: `/front/perception`. */
const nameSchema = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, {
  error: ({ input }) => `expected a name of small letters, digits, - and _, found ${String(input)}`,
});

/** One camera's own settings. For what it leaves out, the file's settings apply. */
const cameraSchema = z.strictObject({
  source: sourceSchema.describe('The camera, stream, video, folder or recording.'),
  topic: text.optional().describe('Topic of the pictures, in a recording of several cameras.'),
  frameRateHz: frameRateSchema,
  calibration: text
    .optional()
    .describe('A camera_info YAML file, recording or none (default: as the file says).'),
  mount: text
    .optional()
    .describe(
      'A file that `windshield ground` wrote, recording or none (default: as the file says).',
    ),
  stages: z
    .array(z.enum(tasks))
    .min(1)
    .optional()
    .describe('Stages that run on its frames (default: all).'),
  bundles: z
    .strictObject(
      Object.fromEntries(tasks.map((task) => [task, text.optional()])) as {
        [Stage in Task]: z.ZodOptional<typeof text>;
      },
    )
    .optional()
    .describe("Bundles that replace the file's, by stage."),
  ring: z
    .strictObject({ slots: z.int().min(3).max(64).describe('Frames held in shared memory.') })
    .optional()
    .describe("The camera's own ring of frames in shared memory."),
  pictureHealth: pictureHealthSchema
    .optional()
    .describe('Thresholds for bad pictures of this camera.'),
});

export const camerasSchema = z
  .record(nameSchema, cameraSchema)
  .refine((cameras) => Object.keys(cameras).length > 0, 'expected a camera, found none')
  .refine(
    (cameras) => Object.keys(cameras).length <= maxCameras,
    `expected at most ${maxCameras} cameras`,
  );

/** Frames of the group's cameras that were taken within the tolerance belong together. */
export const syncSchema = z.record(
  nameSchema,
  z.strictObject({
    cameras: z.array(text).min(2).describe('Names of the cameras of the group.'),
    toleranceMs: z
      .number()
      .positive()
      .max(1000)
      .describe('How far apart in time their frames may be. Keep it below half a frame.'),
  }),
);

interface CheckedFile {
  source?: unknown;
  topic?: unknown;
  frameRateHz?: unknown;
  calibration: string;
  mount: string;
  bundles: Readonly<Partial<Record<Task, unknown>>>;
  cameras?: z.infer<typeof camerasSchema> | undefined;
  sync?: z.infer<typeof syncSchema> | undefined;
}

/** Returns the faults of the cameras against the rest of the file. */
export function checkCameras(file: CheckedFile): { path: PropertyKey[]; message: string }[] {
  const { cameras, sync = {} } = file;
  if (cameras === undefined)
    return file.sync === undefined
      ? []
      : [{ path: ['sync'], message: 'is for several cameras: expected `cameras`, found none' }];
  const faults: { path: PropertyKey[]; message: string }[] = [];
  for (const key of ['source', 'topic', 'frameRateHz'] as const)
    if (file[key] !== undefined)
      faults.push({ path: [key], message: 'belongs to one camera: say it in `cameras`' });
  for (const key of ['calibration', 'mount'] as const)
    if (file[key] !== 'none' && file[key] !== 'recording')
      faults.push({ path: [key], message: 'a file is of one camera: name it in `cameras`' });
  for (const [name, { stages, bundles = {} }] of Object.entries(cameras)) {
    const isRun = (task: Task) => (file.bundles[task] ?? bundles[task]) !== undefined;
    for (const [index, task] of (stages ?? []).entries())
      if (!isRun(task))
        faults.push({
          path: ['cameras', name, 'stages', index],
          message: `${task} has no entry in bundles`,
        });
    const runs = (stages ?? tasks).filter(isRun);
    for (const task of runs) {
      const { reads } = stageTable[task];
      if (reads !== undefined && !runs.includes(reads))
        faults.push({
          path: ['cameras', name, 'stages'],
          message: `${task} reads the answer of ${reads}, which does not run on this camera`,
        });
    }
    for (const task of tasks) {
      // Lanes are planned for the file's own stages.
      if (bundles[task] !== undefined && file.bundles[task] === undefined)
        faults.push({
          path: ['cameras', name, 'bundles', task],
          message: `expected a bundle for ${task} in the file's own \`bundles\` too, found none`,
        });
    }
  }
  for (const [group, { cameras: members }] of Object.entries(sync))
    members.forEach((member, index) => {
      const path = ['sync', group, 'cameras', index];
      if (cameras[member] === undefined)
        faults.push({
          path,
          message: `expected one of ${Object.keys(cameras).join(', ')}, found ${member}`,
        });
      if (members.indexOf(member) !== index)
        faults.push({ path, message: `${member} is in the group already` });
    });
  return faults;
}
