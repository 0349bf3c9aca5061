import type { CropOutputSpec } from '../../bundle/crop-spec.js';
import type { Manifest, Task } from '../../bundle/manifest.js';
import { emptyLightMemory, smoothLights } from '../../perception/tracking/light-memory.js';
import { boxMessage } from '../box-message.js';
import type { StageFusion } from '../stage-fusion.js';

/** Smooths the states of lights along their tracks. */
export function createLightsFusion(manifests: ReadonlyMap<Task, Manifest>): StageFusion {
  const spec = manifests.get('lights')!.decode as CropOutputSpec;
  let memory = emptyLightMemory;
  return {
    accept(result, answers) {
      if (result.stage !== 'lights') return;
      const { detections = [], liveTrackIds = new Set<number>() } = answers.detection ?? {};
      const smoothed = smoothLights(memory, result.batch, detections, liveTrackIds, spec);
      memory = smoothed.memory;
      answers.lights = smoothed.readings;
    },
    fields: ({ lights = [], detection }) => ({
      lights: lights.map(({ labels, ...reading }) => {
        const { trackId, boxXyxyPx } = detection!.detections[reading.detectionIndex]!;
        return {
          ...reading,
          className: spec.classes[reading.classId] ?? '',
          trackId,
          boxPx: boxMessage(boxXyxyPx),
          labels: labels.map(({ classId, probability }) => ({
            name: spec.classes[classId]!,
            probability,
          })),
        };
      }),
    }),
  };
}
