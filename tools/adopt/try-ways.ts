import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { OutputSpec } from '../../src/bundle/output-spec.js';
import { type Feeding, inputSpecOf, otherPadding } from './feeding.js';
import type { ImageInput } from './probe.js';
import { ranked, type Trial, type TrialScore } from './trial.js';

export interface TrialPlan<Decode extends OutputSpec> {
  feedings: readonly Feeding[];
  decodings: readonly Decode[];
  /** Whether other paddings are also tried for the best way. */
  triesPadding: boolean;
  /** The part of the frame that is fed. */
  regionNorm?: InputSpec['regionNorm'] | undefined;
  score(spec: InputSpec, decode: Decode): Promise<TrialScore>;
  onTrial?: ((done: number, total: number) => void) | undefined;
}

/** Scores every way of feeding and decoding, best first; equal ones keep their order. Rejects as `score` does. */
export async function tryWays<Decode extends OutputSpec>(
  image: ImageInput,
  { feedings, decodings, triesPadding, regionNorm, score, onTrial }: TrialPlan<Decode>,
): Promise<Trial<Decode>[]> {
  const trials: Trial<Decode>[] = [];
  const total = feedings.length * decodings.length;
  const attempt = async (feeding: Feeding, decode: Decode): Promise<void> => {
    const spec = inputSpecOf(feeding, image, regionNorm);
    trials.push({ feeding, decode, score: await score(spec, decode) });
    onTrial?.(trials.length, Math.max(total, trials.length));
  };
  for (const decode of decodings) for (const feeding of feedings) await attempt(feeding, decode);
  const best = ranked(trials)[0]!;
  if (triesPadding)
    for (const feeding of otherPadding(best.feeding)) await attempt(feeding, best.decode);
  return ranked(trials);
}
