/**
 * What stands in `<source><annotation>` of an annotation that a network wrote and nobody has looked at. Labelling tools
 * write a source of their own when they save.
 */
export const predictionMark = 'predicted by windshield, not corrected';

/** Ends the name of the folder of class maps that a network wrote: `trainpredicted` beside `train` and `trainannot`. */
export const predictedMapsSuffix = 'predicted';
