import type { AnchorFreeOutputSpec } from '../../bundle/detection-spec.js';
import { leastLogit, scoreOf } from './activations.js';
import { Candidates } from './candidates.js';
import type { CreateDecoder } from './detection-decoder.js';

/** Boxes and classes without objectness: see anchorFreeOutputSchema (YOLOv8 to 11 as Ultralytics exports them). */
export const createAnchorFreeDecoder: CreateDecoder<AnchorFreeOutputSpec> = (spec, setting) => {
  const { output, order, boxes, corners, scores, scoreThreshold } = spec;
  const classCount = spec.networkClasses.length;
  const isLogit = scores === 'logit';
  const least = isLogit ? leastLogit(scoreThreshold) : scoreThreshold;
  const isFirst = order === 'channels-first';
  const count = Number(setting.shapes[output]![isFirst ? 2 : 1]);
  // Value `channel` of candidate i is at channel * channelStep + i * step.
  const channelStep = isFirst ? count : 1;
  const step = isFirst ? 1 : 4 + classCount;
  const unitX = boxes === 'shares' ? 1 : 1 / setting.widthPx;
  const unitY = boxes === 'shares' ? 1 : 1 / setting.heightPx;
  const candidates = new Candidates(spec);
  const bestValues = new Float32Array(count);
  const bestClasses = new Uint16Array(count);
  let values = new Float32Array();

  const boxOf = (index: number, box: Float32Array): void => {
    const at = index * step;
    const a = values[at]!;
    const b = values[at + channelStep]!;
    const c = values[at + 2 * channelStep]!;
    const d = values[at + 3 * channelStep]!;
    const isCentre = corners === 'cxcywh';
    box[0] = (isCentre ? a - c / 2 : a) * unitX;
    box[1] = (isCentre ? b - d / 2 : b) * unitY;
    box[2] = (isCentre ? a + c / 2 : c) * unitX;
    box[3] = (isCentre ? b + d / 2 : d) * unitY;
  };

  return {
    decode(outputs, out) {
      values = outputs[output]! as Float32Array<ArrayBuffer>;
      bestValues.fill(-Infinity);
      // In memory order. Few values are large enough, so that the processor predicts the branch well.
      if (isFirst) {
        for (let classId = 0; classId < classCount; classId++) {
          const start = (4 + classId) * count;
          for (let i = 0; i < count; i++) {
            const value = values[start + i]!;
            if (value >= least && value > bestValues[i]!) {
              bestValues[i] = value;
              bestClasses[i] = classId;
            }
          }
        }
      } else {
        for (let i = 0; i < count; i++) {
          const start = i * step + 4;
          for (let classId = 0; classId < classCount; classId++) {
            const value = values[start + classId]!;
            if (value >= least && value > bestValues[i]!) {
              bestValues[i] = value;
              bestClasses[i] = classId;
            }
          }
        }
      }
      candidates.clear();
      for (let i = 0; i < count; i++) {
        if (bestValues[i] === -Infinity) continue;
        const score = scoreOf(bestValues[i]!, isLogit);
        if (score >= scoreThreshold) candidates.add(i, bestClasses[i]!, score);
      }
      candidates.choose(boxOf, out);
    },
  };
};
