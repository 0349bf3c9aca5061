import { z } from 'zod';
import { type Task, tasks } from '../../bundle/manifest.js';
import { pictureHealthSchema } from '../../capture/picture-health/picture-health-schema.js';
import { stageTable } from '../../stages/stage-table.js';
import { sourceSchema } from '../source-schema.js';

const text = z.string().min(1);
const maxCameras = 8;

/** Stands in topics, `/front/perception`. */
const nameSchema = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, {
  error: ({ input }) => `expected a name of small letters, digits, - and _, found ${String(input)}`,
});

/** One camera: what it has of its own. What it leaves out is as the rest of the file says. */
const cameraSchema = z.strictObject({
  source: sourceSchema,
  topic: text.optional(),
  frameRateHz: z.number().min(0.01).max(1000).optional(),
  calibration: text.optional(),
  mount: text.optional(),
  /** Stages that run on its frames; all when left out. */
  stages: z.array(z.enum(tasks)).min(1).optional(),
  /** Bundles in place of the file's, by stage. */
  bundles: z
    .strictObject(
      Object.fromEntries(tasks.map((task) => [task, text.optional()])) as {
        [Stage in Task]: z.ZodOptional<typeof text>;
      },
    )
    .optional(),
  ring: z.strictObject({ slots: z.int().min(3).max(64) }).optional(),
  pictureHealth: pictureHealthSchema.optional(),
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
    cameras: z.array(text).min(2),
    toleranceMs: z.number().positive().max(1000),
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

/** What of the cameras does not fit the rest of the file. */
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
  for (const [name, { stages = tasks, bundles = {} }] of Object.entries(cameras)) {
    const runs = stages.filter((task) => (file.bundles[task] ?? bundles[task]) !== undefined);
    for (const task of runs) {
      const { reads } = stageTable[task];
      if (reads !== undefined && !runs.includes(reads))
        faults.push({
          path: ['cameras', name, 'stages'],
          message: `${task} reads the answer of ${reads}, which does not run on this camera`,
        });
    }
    for (const task of tasks) {
      // Lanes are shared out by the file's own stages.
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
