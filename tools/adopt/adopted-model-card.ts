import type { Manifest } from '../../src/bundle/manifest.js';
import type { OutputSpec } from '../../src/bundle/output-spec.js';
import { describeInput } from './describe-bundle.js';

/** The MODEL_CARD.md of an adopted network, written from its manifest. */
export function adoptedModelCard(manifest: Manifest): string {
  const { name, version, task, network, outputs, decode, adopted, scores } = manifest;
  return [
    `# ${name} ${version} (${task})`,
    '',
    `A network that was trained elsewhere, adopted with \`windshield adopt\`.`,
    '',
    `- From: ${adopted!.from}`,
    `- Licence, as stated by who adopted it: ${adopted!.licence}`,
    `- Family: ${adopted!.family}; decoded as \`${decode.kind}\``,
    `- Network: ${network.parameters.toLocaleString('en')} parameters, sha256 \`${network.sha256}\``,
    `- Input: ${describeInput(manifest)}`,
    ...outputs.map(
      (output) => `- Output \`${output.name}\`: ${output.dtype} ${output.shape.join(' x ')}`,
    ),
    ...classLines(decode),
    '',
    '## Why it is fed and read so',
    '',
    ...adopted!.reasons.map((reason) => `- ${reason}`),
    '',
    '## Measured',
    '',
    ...(Object.keys(scores).length === 0 ? ['Nothing yet: `windshield evaluate` does.', ''] : []),
    ...Object.entries(scores).flatMap(([data, metrics]) => [
      `${data}:`,
      '',
      '| metric | value |',
      '| --- | --- |',
      ...Object.entries(metrics).map(([metric, value]) => `| ${metric} | ${value.toFixed(4)} |`),
      '',
    ]),
    '## Adopted by',
    '',
    '```sh',
    adopted!.command,
    '```',
    '',
    '## Limits',
    '',
    'What it was trained on and where it fails is known to its makers alone. Not for use on public roads.',
    '',
  ].join('\n');
}

function classLines(decode: OutputSpec): string[] {
  if (!('networkClasses' in decode))
    return 'classes' in decode ? [`- Classes: ${decode.classes.join(', ')}`] : [];
  const kept = decode.networkClasses.filter(({ as }) => as !== undefined);
  const dropped = decode.networkClasses.length - kept.length;
  return [
    `- Classes: ${kept.map(({ name, as }) => (name === as ? name : `${name} as ${as}`)).join(', ')}${dropped > 0 ? `; ${dropped} others are dropped` : ''}`,
  ];
}
