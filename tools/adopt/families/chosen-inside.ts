import { cellCount, dims, type Family, feeding, fourStrides, threeStrides } from './family.js';

export const tensorflow: Family = {
  name: 'tensorflow',
  recognise({ probe }) {
    const named = (part: string) => probe.outputs.find(({ name }) => name.includes(part));
    const boxes = named('detection_boxes');
    const scores = named('detection_scores');
    const labels = named('detection_classes');
    if (!boxes || !scores || !labels) return undefined;
    return {
      readings: [
        {
          kind: 'nms-inside',
          boxes: boxes.name,
          scores: scores.name,
          labels: labels.name,
          corners: 'yxyx',
          units: 'shares',
          firstLabel: 1,
          maxCandidates: Math.max(100, scores.shape.at(-1) ?? 0),
        },
      ],
      classCount: undefined,
      usualFeeding: feeding('rgb', '0..255', 'stretch'),
      needsNms: false,
      reasons: [
        `outputs ${boxes.name}, ${labels.name} and ${scores.name}: TensorFlow’s detection API, boxes ymin first, suppressed inside`,
      ],
    };
  },
};

export const mmdetection: Family = {
  name: 'mmdetection',
  recognise({ probe }) {
    const boxes = probe.outputs.find(({ shape }) => shape.at(-1) === 5);
    const labels = probe.outputs.find(({ name }) => /labels/.test(name));
    if (!boxes || !labels || probe.outputs.some(({ name }) => /scores/.test(name)))
      return undefined;
    return {
      readings: [
        {
          kind: 'nms-inside',
          boxes: boxes.name,
          labels: labels.name,
          corners: 'xyxy',
          units: 'pixels',
          firstLabel: 0,
          maxCandidates: Math.max(300, boxes.shape.at(-2) ?? 0),
        },
      ],
      classCount: undefined,
      usualFeeding: feeding('rgb', 'imagenet', 'letterbox-top-left'),
      needsNms: false,
      reasons: [
        `outputs ${boxes.name} ${dims(boxes)} and ${labels.name}: MMDetection, suppressed inside`,
      ],
    };
  },
};

export const chosenBoxes: Family = {
  name: 'chosen-boxes',
  recognise({ network, probe }) {
    const boxes = probe.outputs.find(({ name, shape }) => /boxes/.test(name) && shape.at(-1) === 4);
    const scores = probe.outputs.find(({ name }) => /scores/.test(name));
    const labels = probe.outputs.find(({ name }) => /labels/.test(name));
    if (!boxes || !scores || !labels) return undefined;
    const isTransformer = probe.constants.length > 0;
    return {
      readings: [
        {
          kind: 'nms-inside',
          boxes: boxes.name,
          scores: scores.name,
          labels: labels.name,
          corners: 'xyxy',
          units: 'pixels',
          firstLabel: 0,
          maxCandidates: Math.max(300, scores.shape.at(-1) ?? 0),
        },
      ],
      classCount: undefined,
      usualFeeding: feeding('rgb', '0..1', 'stretch'),
      needsNms: false,
      reasons: [
        isTransformer
          ? `outputs ${labels.name}, ${boxes.name}, ${scores.name} and the input ${probe.constants[0]!.name}: RT-DETR or D-FINE with its last step inside; the size is given as the input’s own`
          : `outputs ${boxes.name}, ${labels.name}, ${scores.name} of ${network.producer || 'an unknown exporter'}: boxes suppressed inside, as torchvision does`,
      ],
    };
  },
};

export const endToEnd: Family = {
  name: 'end-to-end',
  recognise({ probe }) {
    const [output] = probe.outputs;
    if (probe.outputs.length !== 1) return undefined;
    const width = output!.shape.at(-1);
    const rows = output!.shape.at(-2) ?? 0;
    if ((width !== 6 && width !== 7) || rows > 1000) return undefined;
    // If there are as many rows as the input has cells, they are a small network's cells, with one or two classes.
    const ofCells = [threeStrides, fourStrides].map((strides) => cellCount(probe, strides));
    if (ofCells.some((count) => rows === count || rows === 3 * count)) return undefined;
    const isShort = width === 6;
    return {
      readings: [
        {
          kind: 'end-to-end',
          output: output!.name,
          columns: isShort ? 'box-score-class' : 'batch-box-class-score',
          boxes: 'pixels',
          maxCandidates: Math.max(300, rows),
        },
      ],
      classCount: undefined,
      usualFeeding: feeding('rgb', '0..1', 'letterbox'),
      needsNms: false,
      reasons: [
        `output ${dims(output!)}: finished boxes of ${width} numbers, no suppression needed (${isShort ? 'YOLOv10, YOLO26' : 'YOLOv7 with its end'})`,
      ],
    };
  },
};
