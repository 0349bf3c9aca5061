import { countDefaultBoxes } from '../../bundle/detection-shapes.js';
import type { FeatureMapSpec } from '../../bundle/output-spec.js';

/**
 * Default boxes of an SSD (Liu et al. 2016, section 2.2): float32 [A, 4] as centre x, centre y, width, height in
 * shares of the network's input, in order feature map, row, column, box.
 */
export function makeDefaultBoxes(featureMaps: readonly FeatureMapSpec[]): Float32Array {
  const boxes = new Float32Array(countDefaultBoxes(featureMaps) * 4);
  let at = 0;
  for (const { rows, columns, boxSizesNorm } of featureMaps) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (const [width, height] of boxSizesNorm) {
          boxes[at++] = (column + 0.5) / columns;
          boxes[at++] = (row + 0.5) / rows;
          boxes[at++] = width;
          boxes[at++] = height;
        }
      }
    }
  }
  return boxes;
}
