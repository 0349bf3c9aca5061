import { z } from 'zod';

/**
 * The log odds of a score are divided by this before it is published, so that a score is the share of such boxes that
 * are right (`windshield evaluate` fits it). The boxes found do not change: the threshold applies to the network's own
 * score. Without it, scores are published unchanged.
 */
const scoreTemperature = z.number().gt(0).max(100).optional();

/** Default boxes of one feature map (Liu et al. 2016, SSD, section 2.2). Sizes are shares of the input. */
export const featureMapSchema = z.strictObject({
  rows: z.int().positive().max(512),
  columns: z.int().positive().max(512),
  /** Width and height of each default box at every cell, as shares of the input's width and height. */
  boxSizesNorm: z
    .array(z.tuple([z.number().positive(), z.number().positive()]))
    .min(1)
    .max(16),
});

/**
 * Detection. Outputs: `offsets` float32 [1, A, 4] (centre x, centre y, log width, log height, divided by the
 * variances) and `logits` float32 [1, A, 1 + classes] with background first. A counts the default boxes in
 * order feature map, row, column, box.
 */
export const ssdOutputSchema = z
  .strictObject({
    kind: z.literal('ssd'),
    offsets: z.string(),
    logits: z.string(),
    featureMaps: z.array(featureMapSchema).min(1).max(16),
    /** [centre, size]; 0.1 and 0.2 in the paper's implementation. */
    variances: z.tuple([z.number().positive(), z.number().positive()]),
    classes: z.array(z.string()).min(1).max(1000),
    scoreThreshold: z.number().min(0).max(1),
    scoreTemperature,
    /** IoU above which the lower-scored box of the same class is suppressed. */
    nmsIou: z.number().min(0).max(1),
    /** Classes that suppress each other as if they were one: a truck is not also a bus. Without it, each only itself. */
    nmsGroups: z.array(z.array(z.string()).min(2)).max(100).optional(),
    maxDetections: z.int().positive().max(1000),
  })
  .superRefine(({ classes, nmsGroups = [] }, context) => {
    const unknown = nmsGroups.flat().find((name) => !classes.includes(name));
    const message = `expected classes of the network in nmsGroups, found "${unknown}"`;
    if (unknown !== undefined) context.addIssue({ code: 'custom', path: ['nmsGroups'], message });
  });

const share = z.number().min(0).max(1);

/**
 * Which of several overlapping boxes stay. `hard`: the best one, above an IoU. `soft`: all, each score multiplied by
 * exp(-IoU² / sigma) for every better box (Bodla et al. 2017). `none`: all, for networks that suppress boxes themselves.
 * `byClass`: boxes of different classes do not affect each other.
 */
export const nmsSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('hard'), iou: share, byClass: z.boolean() }),
  z.strictObject({
    method: z.literal('soft'),
    sigma: z.number().positive().max(10),
    byClass: z.boolean(),
  }),
  z.strictObject({ method: z.literal('none') }),
]);

/** Fields of every decoder except the SSD's. */
const common = {
  /** The classes that are published. */
  classes: z.array(z.string().min(1)).min(1).max(1000),
  /** The network's own classes in its order; `as` is the one of `classes` that it is published as. Without it: dropped. */
  networkClasses: z
    .array(z.strictObject({ name: z.string().min(1), as: z.string().min(1).optional() }))
    .min(1)
    .max(1000),
  /** Boxes below it are not published. A candidate counts as its highest-scoring class. */
  scoreThreshold: share,
  scoreTemperature,
  nms: nmsSchema,
  maxDetections: z.int().positive().max(1000),
};
/** Boxes in pixels of the network's input, or in shares of it. */
const unit = z.enum(['pixels', 'shares']);
/** Whether scores are already probabilities, or must go through the logistic function. */
const scoresAs = z.enum(['probability', 'logit']);
const stridePx = z.int().positive().max(256);

/**
 * Output float32 [1, N, 5 + classes]: box, objectness, classes; score = objectness * class. `boxes`: `cells` as YOLOX
 * exports them (centre = (cell + value) * stride, size = exp(value) * stride, level by level of `stridesPx`, row by
 * row), or centre and size in `pixels` or `shares` of the input (YOLOv5, YOLOv7).
 */
export const gridOutputSchema = z.strictObject({
  kind: z.literal('grid'),
  output: z.string(),
  boxes: z.enum(['cells', 'pixels', 'shares']),
  stridesPx: z.array(stridePx).min(1).max(8),
  scores: scoresAs,
  ...common,
});

/**
 * Raw heads of the last convolution, one output per level (YOLOv3, YOLOv5, YOLOv7 without their decoding end): float32
 * [1, anchors, rows, columns, 5 + classes] (`values-last`) or [1, anchors * (5 + classes), rows, columns]
 * (`channels-first`). Values are centre, size, objectness, classes; s = logistic of a logit; score = s(objectness) * s(class).
 * `square`: centre = (2 s - 0.5 + cell) * stride, size = (2 s)^2 * anchor. `exponential`: centre = (s + cell) * stride,
 * size = exp(value) * anchor.
 */
export const anchorsOutputSchema = z.strictObject({
  kind: z.literal('anchors'),
  levels: z
    .array(
      z.strictObject({
        output: z.string(),
        stridePx,
        /** Width and height of each anchor, pixels of the input. */
        anchorsPx: z
          .array(z.tuple([z.number().positive(), z.number().positive()]))
          .min(1)
          .max(16),
      }),
    )
    .min(1)
    .max(8),
  order: z.enum(['values-last', 'channels-first']),
  boxes: z.enum(['square', 'exponential']),
  scores: scoresAs,
  ...common,
});

/**
 * Output float32 [1, 4 + classes, N] (`channels-first`) or [1, N, 4 + classes]: box, then classes, without objectness
 * (YOLOv8 to 11). `corners`: centre and size, or left, top, right, bottom.
 */
export const anchorFreeOutputSchema = z.strictObject({
  kind: z.literal('anchor-free'),
  output: z.string(),
  order: z.enum(['channels-first', 'channels-last']),
  boxes: unit,
  corners: z.enum(['cxcywh', 'xyxy']),
  scores: scoresAs,
  ...common,
});

/**
 * Distances from a point to the four sides, each as a distribution over `bins` steps of the stride (Li et al. 2020,
 * generalised focal loss; NanoDet). For each level `scores` float32 [1, rows * columns, classes] and `distances`
 * [1, rows * columns, 4 * bins]; or, if both name one output, [1, all levels' cells, classes + 4 * bins].
 */
export const distributionOutputSchema = z.strictObject({
  kind: z.literal('distribution'),
  levels: z
    .array(z.strictObject({ scores: z.string(), distances: z.string(), stridePx }))
    .min(1)
    .max(8),
  bins: z.int().min(2).max(64),
  /** The point of a cell: its middle, or its top-left corner (NanoDet-Plus). */
  point: z.enum(['middle', 'corner']),
  scores: scoresAs,
  ...common,
});

/**
 * Output float32 [1, 5 + classes, rows, columns], one box per cell (FastestDet): score = objectness^0.6 * class^0.4,
 * centre = (cell + tanh(value)) / cells, size = logistic(value), shares of the input.
 */
export const cellOutputSchema = z.strictObject({
  kind: z.literal('cell'),
  output: z.string(),
  ...common,
});

/**
 * Boxes that need no suppression (YOLOv10, YOLO26: `box-score-class`, float32 [1, N, 6]; YOLOv7 exported with its
 * decoding end: `batch-box-class-score`, [N, 7]). Boxes are left, top, right, bottom.
 */
export const endToEndOutputSchema = z.strictObject({
  kind: z.literal('end-to-end'),
  output: z.string(),
  columns: z.enum(['box-score-class', 'batch-box-class-score']),
  boxes: unit,
  /** Most rows that are read if the network's number of rows varies. */
  maxCandidates: z.int().positive().max(10_000),
  ...common,
});

/**
 * Queries of a transformer (DETR, RT-DETR, D-FINE): `logits` float32 [1, Q, classes] (with softmax one more, for
 * "no object") and `boxes` [1, Q, 4], centre and size in shares of the input.
 */
export const queriesOutputSchema = z.strictObject({
  kind: z.literal('queries'),
  logits: z.string(),
  boxes: z.string(),
  activation: z.enum(['softmax', 'logistic']),
  ...common,
});

/**
 * Boxes after the network's own suppression. `boxes` [1, K, 4] or [K, 4], or with a fifth column that holds the score
 * (MMDetection); `scores` and `labels` [1, K] or [K]. TensorFlow: `yxyx` in shares, first label 1; torchvision: `xyxy`
 * in pixels; RT-DETR and D-FINE exported with their postprocessing, likewise.
 */
export const nmsInsideOutputSchema = z.strictObject({
  kind: z.literal('nms-inside'),
  boxes: z.string(),
  /** Omitted if the fifth column of the boxes holds them. */
  scores: z.string().optional(),
  labels: z.string(),
  corners: z.enum(['xyxy', 'yxyx']),
  units: unit,
  /** The label of the first of `networkClasses`. */
  firstLabel: z.int().min(0).max(1),
  maxCandidates: z.int().positive().max(10_000),
  ...common,
});

export const detectionOutputSchemas = [
  ssdOutputSchema,
  gridOutputSchema,
  anchorsOutputSchema,
  anchorFreeOutputSchema,
  distributionOutputSchema,
  cellOutputSchema,
  endToEndOutputSchema,
  queriesOutputSchema,
  nmsInsideOutputSchema,
] as const;

export type FeatureMapSpec = z.infer<typeof featureMapSchema>;
export type NmsSpec = z.infer<typeof nmsSchema>;
export type SsdOutputSpec = z.infer<typeof ssdOutputSchema>;
export type GridOutputSpec = z.infer<typeof gridOutputSchema>;
export type AnchorsOutputSpec = z.infer<typeof anchorsOutputSchema>;
export type AnchorFreeOutputSpec = z.infer<typeof anchorFreeOutputSchema>;
export type DistributionOutputSpec = z.infer<typeof distributionOutputSchema>;
export type CellOutputSpec = z.infer<typeof cellOutputSchema>;
export type EndToEndOutputSpec = z.infer<typeof endToEndOutputSchema>;
export type QueriesOutputSpec = z.infer<typeof queriesOutputSchema>;
export type NmsInsideOutputSpec = z.infer<typeof nmsInsideOutputSchema>;
export type DetectionOutputSpec = z.infer<(typeof detectionOutputSchemas)[number]>;
export type DetectionKind = DetectionOutputSpec['kind'];
/** Every detector's decoding except the SSD's: one best class per candidate, a class mapping, a choice of suppression. */
export type CandidateOutputSpec = Exclude<DetectionOutputSpec, SsdOutputSpec>;
