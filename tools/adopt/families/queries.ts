import { dims, type Family, feeding } from './family.js';

export const detr: Family = {
  name: 'detr',
  recognise({ probe, classCount }) {
    const boxes = probe.outputs.find(
      ({ name, shape }) => /boxes/.test(name) && shape.length === 3 && shape[2] === 4,
    );
    const logits = probe.outputs.find(
      ({ name, shape }) => /logits/.test(name) && shape[1] === boxes?.shape[1],
    );
    if (!boxes || !logits) return undefined;
    const width = logits.shape[2]!;
    const isSoftmax = classCount === undefined ? width !== 80 : width === classCount + 1;
    return {
      readings: [
        {
          kind: 'queries',
          logits: logits.name,
          boxes: boxes.name,
          activation: isSoftmax ? 'softmax' : 'logistic',
        },
      ],
      classCount: isSoftmax ? width - 1 : width,
      usualFeeding: feeding('rgb', isSoftmax ? 'imagenet' : '0..1', 'stretch'),
      needsNms: false,
      reasons: [
        `outputs ${logits.name} ${dims(logits)} and ${boxes.name} ${dims(boxes)}: queries of a transformer, ${isSoftmax ? 'softmax with one more class for nothing' : 'each class for itself'}`,
      ],
    };
  },
};
