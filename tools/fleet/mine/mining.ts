/** Reasons for labelling a frame. */
export const miningReasons = ['uncertain', 'disagreement', 'rare', 'novel'] as const;
export type MiningReason = (typeof miningReasons)[number];

/** Tasks that the labels are for. */
export const minedTasks = ['detection', 'segmentation', 'signs'] as const;
export type MinedTask = (typeof minedTasks)[number];

/** A moment of a drive. */
export interface Moment {
  /** Key of the unit whose results contain it. */
  unit: string;
  drive: string;
  stampNs: bigint;
  /** Seconds since the drive's first frame. */
  timeS: number;
}

/** A frame with a reason for labelling it. */
export interface Candidate extends Moment {
  reason: MiningReason;
  /** Comparable only among candidates of one reason. */
  score: number;
  /** The rare label in it. */
  label?: string;
}

export interface ChosenFrame extends Moment {
  /** Score by reason; a frame may have several. */
  reasons: Partial<Record<MiningReason, number>>;
  /** The rare labels in it. */
  labels: string[];
}

/** A frame of the set, as in `mined.json`. */
export interface MinedEntry {
  /** Its picture, relative to the set's folder. */
  file: string;
  drive: string;
  location: string;
  timeS: number;
  frameId: number;
  reasons: Partial<Record<MiningReason, number>>;
  labels: string[];
}

export interface MineSummary {
  task: MinedTask;
  run: string;
  /** Number of frames that were examined, and of their units. */
  looked: number;
  units: number;
  drives: number;
  frames: MinedEntry[];
  /** Chosen frames without a picture, grouped by reason. */
  problems: string[];
}
