/**
 * Every kind of difference that a verdict may name, in the order for people: first what was changed, then its
 * effects. Rules allow findings by these names.
 */
export const findingKinds = {
  'camera-missing': 'a camera without results',
  'camera-added': 'a camera that had no results',
  'other-drive': 'the two runs saw different frames',
  bundle: 'another network',
  manifest: 'another setting in a bundle manifest',
  calibration: 'another camera calibration',
  provider: 'another execution provider',
  health: 'a health code that came or went',
  delay: 'results that belong to an earlier or a later frame',
  'frames-missing': 'frames without a result',
  'frames-added': 'results of frames that had none',
  drops: 'other drops',
  mode: 'another mode of operation',
  'stage-missing': 'frames that a stage did not answer',
  'truth-worse': 'a score against ground truth that became worse',
  'truth-bound': 'a score against ground truth beyond its bound',
  'score-threshold': 'only boxes of low scores came or went',
  'box-suppression': 'only overlapping boxes came or went',
  'class-lost': 'a class that is never found any more',
  'class-added': 'a class that was never found before',
  'label-swapped': 'the same boxes under another name',
  'box-offset': 'boxes that all lie to one side',
  'box-count': 'more or fewer boxes of a class',
  'sign-lost': 'a sign that is not read any more',
  'sign-added': 'a sign that was not read before',
  'sign-misread': 'a sign that is read as another',
  'light-lost': 'a state of a light that is not read any more',
  'light-added': 'a state of a light that was not read before',
  'light-misread': 'a state of a light that is read as another',
  'light-later': 'a light whose state is read later',
  'light-earlier': 'a light whose state is read earlier',
  'object-lost': 'an object that is not found any more',
  'object-added': 'an object that was not found before',
  'object-renamed': 'an object that is called something else',
  'object-later': 'an object that is found later',
  'object-earlier': 'an object that is found earlier',
  'object-shorter': 'an object that is found in fewer frames',
  'object-longer': 'an object that is found in more frames',
  'track-split': 'an object whose track breaks more often',
  'track-joined': 'an object whose track breaks less often',
  steering: 'another steering angle',
  'class-share': 'a class that covers more or less of the picture',
  'class-map': 'class maps that differ in many pixels',
  'free-space': 'more or less free space',
  'stage-slower': 'a stage that takes longer',
  'stage-faster': 'a stage that takes less time',
  latency: 'results that leave later',
  numbers: 'numbers that differ beyond what the provider may',
  'not-identical': 'other bytes, where they should be the same',
} as const;

export type FindingKind = keyof typeof findingKinds;

/** One difference between a run and its reference. */
export interface Finding {
  kind: FindingKind;
  /** One sentence for people, without a full stop. */
  words: string;
  /** Seconds on the drive's clock, if the difference has a moment. */
  timeS?: number;
  /** The frame that shows it best. */
  frameId?: number;
  /** That frame's life of a supervised run, from 0: each life counts its frames from the start. */
  epoch?: number;
  /** Camera that the frame belongs to, for a rig with several. */
  camera?: string;
  /** Detection class, sign class or state of a light, if it concerns one. */
  className?: string;
  /** Box to highlight in that frame, pixels: left, top, right, bottom. */
  boxXyxyPx?: readonly [number, number, number, number];
}
