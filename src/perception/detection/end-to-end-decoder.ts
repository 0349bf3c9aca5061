import type { EndToEndOutputSpec } from '../../bundle/detection-spec.js';
import { Candidates } from './candidates.js';
import type { CreateDecoder } from './detection-decoder.js';

/** Rows of finished boxes: see endToEndOutputSchema (YOLOv10, YOLO26, YOLOv7 with its decoding end). */
export const createEndToEndDecoder: CreateDecoder<EndToEndOutputSpec> = (spec, setting) => {
  const { output, columns, boxes, scoreThreshold } = spec;
  const isShort = columns === 'box-score-class';
  const width = isShort ? 6 : 7;
  const boxAt = isShort ? 0 : 1;
  const scoreAt = isShort ? 4 : 6;
  const classAt = 5;
  const unitX = boxes === 'shares' ? 1 : 1 / setting.widthPx;
  const unitY = boxes === 'shares' ? 1 : 1 / setting.heightPx;
  const candidates = new Candidates(spec);
  let values = new Float32Array();

  const boxOf = (index: number, box: Float32Array): void => {
    const at = index * width + boxAt;
    box[0] = values[at]! * unitX;
    box[1] = values[at + 1]! * unitY;
    box[2] = values[at + 2]! * unitX;
    box[3] = values[at + 3]! * unitY;
  };

  return {
    decode(outputs, out) {
      values = outputs[output]! as Float32Array<ArrayBuffer>;
      candidates.clear();
      for (let row = 0, at = 0; at < values.length; row++, at += width) {
        const score = values[at + scoreAt]!;
        // A row of zeros is no box: the network found fewer than there is room for.
        if (score >= scoreThreshold && score > 0) candidates.add(row, values[at + classAt]!, score);
      }
      candidates.choose(boxOf, out);
    },
  };
};
