import type { Manifest } from '../../src/bundle/manifest.js';
import { type PermittedUse, permittedUse } from '../../src/bundle/permitted-use.js';
import type { PlainTask, Task } from '../../src/bundle/task-table.js';

const percent = (value: number): string => value.toFixed(4);

/** Purpose of each task's network, and where it should not be trusted. */
const prose: Readonly<Record<Exclude<Task, PlainTask>, { purpose: string; limits: string }>> = {
  detection: {
    purpose:
      'Finds cars, trucks, buses, motorcycles, pedestrians, cyclists, traffic lights and traffic signs in a road picture.',
    limits:
      'Trained from scratch on few real pictures: small, dark and unusual objects are missed. Not for use on public roads.',
  },
  signs: {
    purpose: 'Tells which of the 43 German signs of GTSRB a crop shows, or abstains.',
    limits:
      'Knows no other signs: what is none of the 43 should fall below the threshold, but may not.',
  },
  lights: {
    purpose: 'Says the state of a traffic light from a crop of it.',
    limits: 'Lights far away are a few pixels wide. Not for use on public roads.',
  },
  segmentation: {
    purpose: 'Assigns one of CamVid’s eleven classes to every pixel of a road picture.',
    limits:
      'Learnt from one city in daylight and from rendered roads; thin and far things are coarse.',
  },
  steering: {
    purpose: 'Answers with a steering angle for the road ahead, end to end.',
    limits:
      'Learnt from a simulator: a study object for a test rig, with limits on value and rate behind it.',
  },
  novelty: {
    purpose: 'Says how far a frame is from the ordinary frames of the rig that it learnt from.',
    limits:
      'Knows the drives that it was trained on: a new road, lens or season is novel to it until it learns them.',
  },
};

const proseOf = (task: Task) =>
  (prose as Readonly<Partial<Record<Task, { purpose: string; limits: string }>>>)[task] ?? {
    purpose: `Answers a few numbers per road picture (${task}).`,
    limits: 'Not for use on public roads.',
  };

const useLines: Readonly<Record<PermittedUse, string>> = {
  any: 'any; every data set that it learnt from permits that',
  research: 'research; a data set that it learnt from permits no more (see below)',
  unknown: 'unknown; nobody said what its data permit',
};

/** The bundle's MODEL_CARD.md, written from its manifest so that the two cannot disagree. */
export function modelCard(manifest: Manifest): string {
  const { task, network, input, outputs, training, scores } = manifest;
  const dims = (shape: (number | string)[]): string => shape.join(' x ');
  const lines = [
    `# ${manifest.name} ${manifest.version} (${task})`,
    '',
    proseOf(task).purpose,
    '',
    `- Network: ${network.parameters.toLocaleString('en')} parameters, sha256 \`${network.sha256}\``,
    `- Input \`${input.tensor.name}\`: float32 ${dims(input.tensor.shape)}, ${input.spec.colour}, ${input.spec.fit}, region ${input.spec.regionNorm.join(', ')} of the frame`,
    ...outputs.map(({ name, shape }) => `- Output \`${name}\`: float32 ${dims(shape)}`),
    `- Use: ${useLines[manifest.use ?? permittedUse(training.data)]}`,
    '',
    '## Trained on',
    '',
    '| data | samples | licence |',
    '| --- | --- | --- |',
    ...training.data.map(({ name, count, licence }) => `| ${name} | ${count} | ${licence} |`),
    '',
    `Seed ${training.seed}. Reproduce with:`,
    '',
    '```sh',
    training.command,
    '```',
    '',
    '## Measured',
    '',
    ...(Object.keys(scores).length === 0
      ? ['Not by this export: its recipe keeps no data back.', '']
      : []),
    ...Object.entries(scores).flatMap(([data, metrics]) => [
      `${data}:`,
      '',
      '| metric | value |',
      '| --- | --- |',
      ...Object.entries(metrics).map(([name, value]) => `| ${name} | ${percent(value)} |`),
      '',
    ]),
    '## Limits',
    '',
    proseOf(task).limits,
    '',
  ];
  return lines.join('\n');
}
