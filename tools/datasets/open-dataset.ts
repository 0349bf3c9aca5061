import { type LabelledTask, labelledTasks } from '../../src/bundle/manifest.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { didYouMean } from '../../src/text/nearest-word.js';
import { openCamvid } from './camvid.js';
import { openGtsrb } from './gtsrb.js';
import { openGtsrbPacked } from './gtsrb-packed.js';
import { openKitti } from './kitti.js';
import { openOpenimages } from './openimages.js';
import { openRecordingTruth } from './recording.js';
import type { Dataset } from './sample.js';
import { openSignFolders } from './sign-folders.js';
import { type Split, selectSplit } from './splits.js';
import { openUdacity } from './udacity.js';
import { openVoc } from './voc.js';

interface FormatEntry {
  tasks: readonly LabelledTask[];
  /** Whether the set's makers split it, and a split must be named. Otherwise `--split` follows our rule. */
  needsSplit: boolean;
  open(place: string, choice: { task: LabelledTask; split: string }): Promise<Dataset>;
}

/** Every format that can be scored against, by name: its labels are truth only. */
const formats: Readonly<Record<string, FormatEntry>> = {
  'gtsrb-packed': { tasks: ['signs'], needsSplit: true, open: openGtsrbPacked },
  gtsrb: { tasks: ['signs'], needsSplit: false, open: (dir) => openGtsrb(dir) },
  'sign-folders': { tasks: ['signs'], needsSplit: false, open: openSignFolders },
  camvid: { tasks: ['segmentation'], needsSplit: true, open: openCamvid },
  voc: { tasks: ['detection'], needsSplit: false, open: (dir) => openVoc(dir) },
  kitti: { tasks: ['detection'], needsSplit: false, open: openKitti },
  openimages: { tasks: ['detection'], needsSplit: true, open: openOpenimages },
  udacity: { tasks: ['steering'], needsSplit: false, open: (dir) => openUdacity(dir) },
  recording: { tasks: labelledTasks, needsSplit: false, open: openRecordingTruth },
};

/** Names of all formats, and of those that hold labels for a task. */
export function formatNames(task?: LabelledTask): string[] {
  return Object.keys(formats).filter((name) => !task || formats[name]!.tasks.includes(task));
}

const ownSplits: readonly string[] = ['train', 'val', 'all'] satisfies Split[];

/**
 * Opens labelled data to score against. `split` names a part that the set's makers made (gtsrb-packed, camvid,
 * openimages), or `train`, `val` or `all` (the default) of a set that selectSplit splits.
 * Throws ERR_USAGE for an unknown format, one without labels for the task, or a split that is missing or
 * unknown, and what the format's reader throws.
 */
export async function openDataset<T extends LabelledTask>(
  format: string,
  place: string,
  choice: { task: T; split?: string | undefined },
): Promise<Dataset<T>> {
  const { task, split } = choice;
  const entry = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (!entry?.tasks.includes(task)) {
    const known = formatNames(task).join(', ');
    throw usage(
      `expected a format with labels for ${task} (${known}), found "${format}"${didYouMean(format, formatNames(task))}`,
    );
  }
  if (entry.needsSplit) {
    if (split) return (await entry.open(place, { task, split })) as Dataset<T>;
    throw usage(`expected --split with format ${format}, which comes in parts; found none`);
  }
  if (split !== undefined && !ownSplits.includes(split)) {
    throw usage(
      `expected a split of ${ownSplits.join(', ')} with format ${format}, found "${split}"`,
    );
  }
  const dataset = (await entry.open(place, { task, split: 'all' })) as Dataset<T>;
  return selectSplit(dataset, (split ?? 'all') as Split);
}

const usage = (message: string) => new PerceptionError('ERR_USAGE', message);
