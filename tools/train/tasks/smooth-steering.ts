import type { Dataset, SteeringSample } from '../../datasets/sample.js';

/**
 * Replaces each angle by a Gaussian mean over its neighbours of the same camera, with a standard deviation of
 * `deviationFrames`, in the order of the samples: a driver at a keyboard steers in pulses, and their mean is what the road
 * requires. Neighbours are at most a second away: pictures that are not part of a drive, such as rendered scenes, keep
 * their angle.
 */
export function smoothSteering(
  dataset: Dataset<'steering'>,
  deviationFrames: number,
): Dataset<'steering'> {
  if (deviationFrames === 0) return dataset;
  const reach = Math.ceil(3 * deviationFrames);
  const smoothed = new Map<SteeringSample, number>();
  for (const camera of ['centre', 'left', 'right'] as const) {
    const drive = dataset.samples.filter((sample) => sample.camera === camera);
    drive.forEach((sample, index) => {
      let sum = 0;
      let total = 0;
      for (let offset = -reach; offset <= reach; offset++) {
        const neighbour = drive[index + offset];
        if (!neighbour || !(offset === 0 || isNear(sample, neighbour))) continue;
        const weight = Math.exp(-0.5 * (offset / deviationFrames) ** 2);
        sum += weight * neighbour.steeringRad;
        total += weight;
      }
      smoothed.set(sample, sum / total);
    });
  }
  const samples = dataset.samples.map((sample) => ({
    ...sample,
    load: () => sample.load(),
    steeringRad: smoothed.get(sample)!,
  }));
  return { ...dataset, samples };
}

function isNear(a: SteeringSample, b: SteeringSample): boolean {
  return a.timeS !== undefined && b.timeS !== undefined && Math.abs(a.timeS - b.timeS) <= 1;
}
