import type { Manifest, Quantisation } from '../../src/bundle/manifest.js';
import { adoptedModelCard } from '../adopt/adopted-model-card.js';
import { modelCard } from '../export/model-card.js';

/** The sets on which the score was kept. */
export interface ScoresKept {
  /** The primary score of each set that both networks were scored on. */
  sets: readonly { data: string; score: { float: number; quantised: number } }[];
  /** Sets in the float network's card on which this one was not scored. */
  notScored: readonly string[];
  /** Largest loss for a score to count as kept, 0..1. */
  largestLoss: number;
}

/** The bundle's MODEL_CARD.md: the trained network's card, and how it was quantised. */
export function quantizedModelCard(manifest: Manifest, kept?: ScoresKept): string {
  const { quantisation } = manifest;
  const card = manifest.adopted ? adoptedModelCard(manifest) : modelCard(manifest);
  if (!quantisation) return card;
  const [before, after] = card.split('\n## Limits\n') as [string, string];
  const lines = [...quantisationLines(manifest, quantisation), ...(kept ? keptLines(kept) : [])];
  return [before, '', ...lines, '', '## Limits', after].join('\n');
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
      : 'Weights, activations and arithmetic are float16; input and outputs have the types that they had.',
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

/** Says for every set in either card whether its score was kept. */
function keptLines({ sets, notScored, largestLoss }: ScoresKept): string[] {
  const points = Number((largestLoss * 100).toPrecision(4));
  const isKept = ({ score }: ScoresKept['sets'][number]) =>
    score.float - score.quantised <= largestLoss;
  const names = (list: readonly ScoresKept['sets'][number][]) => list.map(({ data }) => data);
  const line = (what: string, list: readonly string[]) =>
    list.length === 0 ? [] : [`- ${what}: ${list.join('; ')}`];
  return [
    '',
    ...line(`Kept within ${points} points`, names(sets.filter(isKept))),
    ...line(`Not kept: more than ${points} points lost`, names(sets.filter((set) => !isKept(set)))),
    ...line('Not scored in fewer bits, though the float32 card names it', notScored),
  ];
}

/** What the weights require of a processor. */
function processorLine(weights: Quantisation['weights']): string {
  return weights?.bits === 7
    ? 'Weights have 7 bits: sums of two products fit 16 bits, and every processor adds them exactly.'
    : 'Weights have 8 bits: fast on processors with VNNI or Arm; other x86 processors take slower kernels, proven at start.';
}

const fixed = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(4));
