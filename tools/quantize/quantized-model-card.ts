import type { Manifest, Quantisation } from '../../src/bundle/manifest.js';
import { adoptedModelCard } from '../adopt/adopted-model-card.js';
import { modelCard } from '../export/model-card.js';

/** The bundle's MODEL_CARD.md: the trained network's card, and what was done to it since. */
export function quantizedModelCard(manifest: Manifest): string {
  const { quantisation } = manifest;
  const card = manifest.adopted ? adoptedModelCard(manifest) : modelCard(manifest);
  if (!quantisation) return card;
  const [before, after] = card.split('\n## Limits\n') as [string, string];
  return [before, '', ...quantisationLines(manifest, quantisation), '', '## Limits', after].join(
    '\n',
  );
}

function quantisationLines({ scores }: Manifest, made: Quantisation): string[] {
  const { precision, floatSha256, floatScores, calibration, weights, floatLayers, command } = made;
  const rows = Object.entries(scores).flatMap(([data, metrics]) =>
    Object.entries(metrics).map(
      ([metric, value]) =>
        `| ${data} | ${metric} | ${fixed(floatScores[data]?.[metric])} | ${fixed(value)} |`,
    ),
  );
  return [
    '## Quantisation',
    '',
    precision === 'int8'
      ? `Weights are int8, one scale for each output channel; activations have 8 bits, one scale for each tensor. ${processorLine(weights)}`
      : 'Weights, activations and arithmetic are float16; input and outputs are float32.',
    `Made from the float32 network with sha256 \`${floatSha256}\` by`,
    '',
    '```sh',
    command,
    '```',
    '',
    ...(calibration
      ? [
          `- Ranges: ${calibration.method}, from ${calibration.samples} samples of ${calibration.data}; activations ${calibration.activations}`,
        ]
      : []),
    `- Layers left in float32: ${floatLayers.length === 0 ? 'none' : floatLayers.join(', ')}`,
    '',
    `| data | metric | float32 | ${precision} |`,
    '| --- | --- | --- | --- |',
    ...rows,
  ];
}

/** What the weights ask of a processor. */
function processorLine(weights: Quantisation['weights']): string {
  return weights?.bits === 7
    ? 'Weights have 7 bits: sums of two products fit 16 bits, and every processor adds them exactly.'
    : 'Weights have 8 bits: fast on processors with VNNI or Arm; other x86 processors take slower kernels, proven at start.';
}

const fixed = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(4));
