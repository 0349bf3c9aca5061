import type { Feeding } from '../tools/adopt/feeding.js';
import type { AdoptSteeringFlags } from './adopt-steering-flags.js';

/** Tasks whose networks can be recognised. */
export const adoptedTasks = ['detection', 'segmentation', 'signs', 'lights', 'steering'] as const;

/** Options of `windshield adopt`. */
export interface AdoptFlags extends AdoptSteeringFlags {
  task: (typeof adoptedTasks)[number];
  like?: string;
  /** By level: width, height, width, height, … */
  anchors?: number[][];
  output?: string;
  drivable?: string;
  palette?: string;
  cropFrom?: string;
  cropMargin: number;
  multiLabel?: true;
  abstainBelow: number;
  region?: [number, number, number, number];
  classes?: string;
  map?: string;
  unmapped: 'drop' | 'keep';
  data?: string;
  format?: string;
  split?: string;
  pictures?: string;
  limit?: number;
  size?: { widthPx: number; heightPx: number };
  colour?: Feeding['colour'];
  range?: Feeding['range'];
  fit?: Feeding['fit'];
  pad?: number;
  threshold: number;
  nms: 'hard' | 'soft';
  nmsIou: number;
  nmsAcrossClasses?: true;
  licence: string;
  name?: string;
  sha256?: string;
  sheet?: string;
  out: string;
  json?: true;
}
