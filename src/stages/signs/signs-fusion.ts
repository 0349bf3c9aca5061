import type { Manifest, Task } from '../../bundle/manifest.js';
import type { SignsOutputSpec } from '../../bundle/output-spec.js';
import type { Detection } from '../../perception/results.js';
import { selectSignCrops } from '../../perception/signs/sign-crops.js';
import {
  emptySignMemory,
  recallSign,
  rememberSigns,
} from '../../perception/tracking/sign-memory.js';
import { boxMessage } from '../box-message.js';
import { classesOf } from '../classes-of.js';
import type { FusedAnswers, StageFusion } from '../stage-fusion.js';
import type { FusedSign } from './fused-sign.js';

/** A sign is read again when its box has grown by this much in area since it was read last. */
const grownFactor = 1.5;

/** Remembers the readings of a sign along its track. */
export function createSignsFusion(manifests: ReadonlyMap<Task, Manifest>): StageFusion {
  const spec = manifests.get('signs')!.decode as SignsOutputSpec;
  const detectorClasses = classesOf(manifests.get('detection'));
  let memory = emptySignMemory;
  /** Area of a sign's box, px², when it was read last, by track. */
  const readAreaPx = new Map<number, number>();

  const signBoxes = ({ detection }: FusedAnswers) =>
    selectSignCrops(detection?.detections ?? [], detectorClasses, spec);

  return {
    accept(result, answers) {
      if (result.stage !== 'signs') return;
      const { detections = [], liveTrackIds = new Set<number>() } = answers.detection ?? {};
      for (const id of readAreaPx.keys()) if (!liveTrackIds.has(id)) readAreaPx.delete(id);
      const fused = rememberSigns(memory, result.batch, detections, liveTrackIds, spec);
      memory = fused.memory;
      const signs: FusedSign[] = fused.readings.map((made) => ({ ...made, isRemembered: false }));
      for (const { detectionIndex } of signs) {
        const detection = detections[detectionIndex];
        if (detection !== undefined && detection.trackId > 0)
          readAreaPx.set(detection.trackId, areaPx(detection));
      }
      const read = new Set(signs.map(({ detectionIndex }) => detectionIndex));
      for (const detectionIndex of signBoxes(answers)) {
        if (read.has(detectionIndex)) continue;
        const recalled = recallSign(memory, detections[detectionIndex]!.trackId, spec);
        if (recalled !== undefined) signs.push({ ...recalled, detectionIndex, isRemembered: true });
      }
      answers.signs = signs;
    },
    /** Selects the signs that were not yet read along their track, or have grown since. */
    narrow(input, answers) {
      if (input.stage !== 'detection') return input;
      const detections = answers.detection?.detections ?? [];
      const signsToRead = signBoxes(answers).filter((index) => {
        const lastPx = readAreaPx.get(detections[index]!.trackId);
        return lastPx === undefined || areaPx(detections[index]!) >= lastPx * grownFactor;
      });
      return { ...input, signsToRead };
    },
    fields: ({ signs = [], detection }) => ({
      signs: signs.map((reading) => {
        const { trackId, boxXyxyPx } = detection!.detections[reading.detectionIndex]!;
        const className = spec.classes[reading.classId] ?? '';
        return { ...reading, className, trackId, boxPx: boxMessage(boxXyxyPx) };
      }),
    }),
  };
}

const areaPx = ({ boxXyxyPx: [left, top, right, bottom] }: Detection) =>
  (right - left) * (bottom - top);
