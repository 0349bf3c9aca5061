import type { Bundle } from '../../src/bundle/bundle.js';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { Adoption, Manifest } from '../../src/bundle/manifest.js';
import type { OutputSpec } from '../../src/bundle/output-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { bundleOf, withGolden } from './adopted-bundle.js';
import { anyFit, type Feeding, inputSpecOf, type Plausible, plausibleFeedings } from './feeding.js';
import type { NetworkFile } from './network-file.js';
import type { Probe } from './probe.js';
import { chooseTrial, type Trial, type TrialScore } from './trial.js';
import { TrialNetwork } from './trial-network.js';
import { tryWays } from './try-ways.js';

/** The user's choices for any network. */
export interface AdoptionChoices {
  size?: { widthPx: number; heightPx: number } | undefined;
  /** The part of the frame that is fed; the full frame by default. */
  regionNorm?: InputSpec['regionNorm'] | undefined;
  /** Known parts of the feeding. */
  feeding: Partial<Feeding>;
  name: string;
  version: string;
  from: string;
  licence: string;
  command: string;
}

/** A recognised network of one task, before the trials. */
export interface KnownNetwork<Decode extends OutputSpec> {
  network: NetworkFile;
  probe: Probe;
  family: string;
  usualFeeding: Feeding;
  /** Feedings to try; any fit by default. */
  plausible?: Plausible;
  /** Possible decodings; several if the file does not determine it: each is tried. */
  decodings: Decode[];
  reasons: string[];
}

/** Pictures and score for a network's trials. */
export interface TrialGround<Decode extends OutputSpec> {
  /** Number of pictures; with none nothing is tried. */
  count: number;
  isLabelled: boolean;
  /** Name of the score, for people: "mIoU". */
  measure: string;
  /** Name of the score in the manifest. */
  metric: string;
  score(network: TrialNetwork, spec: InputSpec, decode: Decode): Promise<TrialScore>;
}

export interface AdoptedNetwork<Decode extends OutputSpec = OutputSpec> {
  bundle: Bundle;
  family: string;
  reasons: string[];
  /** Best first; empty if nothing was tried. */
  trials: Trial<Decode>[];
  /** The trial whose feeding the bundle uses; undefined if nothing was tried. */
  chosen: Trial<Decode> | undefined;
  triedOn: Adoption['feedingBy'];
  /** Name of the trials' score, for people. */
  measure: string;
}

/**
 * Finds out how a network must be fed, by trying every plausible way on `ground`, and makes its bundle. Without
 * pictures it uses its family's usual feeding. Throws ERR_BUNDLE if no way finds anything, or the answers are not finite,
 * and ERR_USAGE for a range that an input of integers cannot have.
 */
export async function adoptNetwork<Decode extends OutputSpec>(
  known: KnownNetwork<Decode>,
  choices: AdoptionChoices,
  ground: TrialGround<Decode>,
  onTrial?: (done: number, total: number) => void,
): Promise<AdoptedNetwork<Decode>> {
  const { network, probe, decodings, family, plausible = anyFit } = known;
  const { feeding: certain, name, version, from, licence, command, regionNorm } = choices;
  const usual: Feeding = { ...known.usualFeeding, ...certain };
  if (!probe.image.dtype.startsWith('float')) usual.range = '0..255';
  if (certain.range !== undefined && certain.range !== usual.range)
    throw new PerceptionError(
      'ERR_USAGE',
      `${network.name}: --range: expected ${usual.range} or none, because input ${probe.image.name} takes ${probe.image.dtype}, found ${certain.range}`,
    );
  const feedings = plausibleFeedings(usual, probe.image, plausible).filter((feeding) =>
    Object.entries(certain).every(([key, value]) => feeding[key as keyof Feeding] === value),
  );
  const make = (feeding: Feeding, decode: Decode, by: Adoption['feedingBy'], reasons: string[]) =>
    bundleOf({
      network,
      probe,
      spec: inputSpecOf(feeding, probe.image, regionNorm),
      decode,
      name,
      version,
      adopted: { from, licence, family, reasons, feedingBy: by, command },
    });
  let trials: Trial<Decode>[] = [];
  if (ground.count > 0) {
    const trial = await TrialNetwork.open(make(usual, decodings[0]!, 'family', []));
    try {
      trials = await tryWays(probe.image, {
        feedings,
        decodings,
        triesPadding: certain.padValue === undefined,
        regionNorm,
        score: (spec, decode) => ground.score(trial, spec, decode),
        onTrial,
      });
    } finally {
      await trial.dispose();
    }
  }
  const best = chooseTrial(trials, usual, decodings[0]!);
  if (trials[0]?.score.value === 0) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${network.name}: expected one of ${trials.length} ways of feeding to find anything in ${ground.count} pictures, found none: are --classes and --like right, and do the pictures show those classes?`,
    );
  }
  const feedingBy = feedingFoundBy(best !== undefined, ground.isLabelled, certain);
  const { measure } = ground;
  const reasons = [
    ...known.reasons,
    feedingReason(feedingBy, measure, best?.score.value, ground.count),
  ];
  const chosen = make(best?.feeding ?? usual, best?.decode ?? decodings[0]!, feedingBy, reasons);
  const scores: Manifest['scores'] =
    best !== undefined && ground.isLabelled
      ? {
          [`${ground.count} pictures that the feeding was chosen on`]: {
            [ground.metric]: best.score.value,
            ...best.score.parts,
          },
        }
      : {};
  const bundle = await withGolden(chosen, scores);
  return { bundle, family, reasons, trials, chosen: best, triedOn: feedingBy, measure };
}

function feedingFoundBy(
  isTried: boolean,
  isLabelled: boolean,
  certain: Partial<Feeding>,
): Adoption['feedingBy'] {
  if (isTried) return isLabelled ? 'labels' : 'steadiness';
  return Object.keys(certain).length === 4 ? 'options' : 'family';
}

function feedingReason(
  by: Adoption['feedingBy'],
  measure: string,
  value: number | undefined,
  pictureCount: number,
): string {
  const shown = value?.toFixed(3);
  switch (by) {
    case 'labels':
      return `feeding chosen by ${measure} ${shown} on ${pictureCount} labelled pictures`;
    case 'steadiness':
      return `feeding guessed by the steadiness of the answers on ${pictureCount} pictures without labels: ${shown}`;
    case 'options':
      return 'feeding as the options say';
    case 'family':
      return 'feeding as the family is usually fed: nothing was tried (--data, --pictures)';
  }
}
