import type { Bundle } from '../../src/bundle/bundle.js';
import { spreadEvenly } from '../datasets/evenly.js';
import type { Dataset, SampleBase, SignSample } from '../datasets/sample.js';
import { networkInput } from '../explain/network-input.js';
import { signIn } from '../quantize/network-inputs.js';
import type { AttackedNetwork, Target } from './attacked-network.js';

export interface NamedTarget extends Target {
  id: string;
  /** Signs only: whether the clean answer matches the label. */
  isRight?: boolean;
}

/** The network's inputs for `count` samples, spread evenly over a data set. */
export async function attackTargets(
  bundle: Bundle,
  network: AttackedNetwork,
  dataset: Dataset,
  count: number,
): Promise<NamedTarget[]> {
  const samples: readonly SampleBase[] = dataset.samples;
  const targets: NamedTarget[] = [];
  const { decode } = bundle.manifest;
  const names = dataset.classes;
  for (const sample of spreadEvenly(samples, count)) {
    const picture = await sample.load();
    const read = signIn(bundle, sample, picture);
    const input = await networkInput(bundle, dataset.camera, picture, read);
    const target = network.target(input);
    if (decode.kind !== 'signs') {
      targets.push({ ...target, id: sample.id });
      continue;
    }
    const { classId } = sample as SignSample;
    const truth = names?.[classId] ?? decode.classes[classId];
    targets.push({ ...target, id: sample.id, isRight: network.says(target, input) === truth });
  }
  return targets;
}
