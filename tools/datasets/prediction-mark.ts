/**
 * Value of `<source><annotation>` in an annotation that a network wrote and nobody has checked. Labelling tools
 * write their own source when they save.
 */
export const predictionMark = 'predicted by windshield, not corrected';

/** Suffix of the folder of class maps that a network wrote: `trainpredicted` next to `train` and `trainannot`. */
export const predictedMapsSuffix = 'predicted';
