import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readInputText } from '../../../src/files/read-input.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { describeIssue } from '../../../src/text/describe-issue.js';
import { parseYaml } from '../../../src/text/yaml-document.js';
import { isBucket } from '../store/open-store.js';

const text = z.string().min(1);

const driveSchema = z.strictObject({
  /**
   * A recording, or a pattern of several (`*`, `?`, `**`): a path, relative to the file, or `s3://bucket/…`. Of several
   * cameras, `drive.mcap#front` is one, as is `*.mcap#front`.
   */
  path: text,
  /** Name of the drive; drives of a pattern are named by the part that the pattern leaves open. */
  name: text
    .regex(/^[\w .,+@=()/-]+$/, 'expected letters, digits and . , + @ = ( ) / -')
    .optional(),
  /** Topic of the pictures, for a recording of several cameras. */
  topic: text.optional(),
});

/** The drives, and how they are cut into units of work. docs/fleet.md explains every key. */
export const drivesSchema = z.strictObject({
  drives: z.array(driveSchema).min(1),
  /** Recordings are cut into pieces of this length; if omitted, a unit is a complete drive. */
  pieceSeconds: z.number().min(1).max(86_400).optional(),
  /** How long a piece runs before its first result is kept, so that tracks, sign memory and limits are warm. */
  runUpSeconds: z.number().min(0).max(600).default(10),
});

export type DrivesFile = z.infer<typeof drivesSchema>;
export type DriveEntry = DrivesFile['drives'][number];

/** Drives that name no topic have the pipeline file's. */
export const withTopic = (file: DrivesFile, topic: string | undefined): DrivesFile => ({
  ...file,
  drives: file.drives.map((drive) => (topic === undefined ? drive : { topic, ...drive })),
});

/** Reads a file of drives; paths become absolute. Throws ERR_CONFIG with file, line and every fault. */
export function readDrivesFile(path: string): DrivesFile {
  const source = readInputText(path, { code: 'ERR_CONFIG', what: 'a file of drives' });
  const { value, lineAt } = parseYaml(source, { where: path, code: 'ERR_CONFIG' });
  const checked = drivesSchema.safeParse(value ?? {}, { reportInput: true });
  if (!checked.success) {
    const faults = checked.error.issues.map((issue) => {
      const keys =
        issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
      const place = issue.path.join('.').replaceAll(/\.(\d+)/g, '[$1]') || 'the file';
      return `${lineAt(keys)}: ${place}: ${describeIssue(issue, drivesSchema)}`;
    });
    throw new PerceptionError('ERR_CONFIG', `${path}:${faults.join(`; ${path}:`)}`);
  }
  const folder = dirname(resolve(path));
  const drives = checked.data.drives.map((drive) => ({
    ...drive,
    path: isBucket(drive.path) ? drive.path : resolve(folder, drive.path),
  }));
  return { ...checked.data, drives };
}
