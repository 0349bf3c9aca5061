import type { NmsInsideOutputSpec } from '../../bundle/detection-spec.js';
import { Candidates } from './candidates.js';
import type { CreateDecoder } from './detection-decoder.js';

/** Boxes after the network's own suppression: see nmsInsideOutputSchema (TensorFlow's API, MMDetection, torchvision). */
export const createChosenBoxesDecoder: CreateDecoder<NmsInsideOutputSpec> = (spec, setting) => {
  const { boxes, scores, labels, corners, units, firstLabel, scoreThreshold } = spec;
  const width = scores === undefined ? 5 : 4;
  const unitX = units === 'shares' ? 1 : 1 / setting.widthPx;
  const unitY = units === 'shares' ? 1 : 1 / setting.heightPx;
  const isYFirst = corners === 'yxyx';
  const candidates = new Candidates(spec);
  let values = new Float32Array();

  const boxOf = (index: number, box: Float32Array): void => {
    const at = index * width;
    box[0] = values[at + (isYFirst ? 1 : 0)]! * unitX;
    box[1] = values[at + (isYFirst ? 0 : 1)]! * unitY;
    box[2] = values[at + (isYFirst ? 3 : 2)]! * unitX;
    box[3] = values[at + (isYFirst ? 2 : 3)]! * unitY;
  };

  return {
    decode(outputs, out) {
      values = outputs[boxes]! as Float32Array<ArrayBuffer>;
      const names = outputs[labels]!;
      const scored = scores === undefined ? values : outputs[scores]!;
      const step = scores === undefined ? 5 : 1;
      const offset = scores === undefined ? 4 : 0;
      candidates.clear();
      for (let row = 0; row < names.length; row++) {
        const score = scored[row * step + offset]!;
        // Unused rows are zeros: no boxes.
        if (score >= scoreThreshold && score > 0) {
          candidates.add(row, names[row]! - firstLabel, score);
        }
      }
      candidates.choose(boxOf, out);
    },
  };
};
