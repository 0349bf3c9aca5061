/** Why a frame is worth a label. */
export const miningReasons = ['uncertain', 'disagreement', 'rare', 'novel'] as const;
export type MiningReason = (typeof miningReasons)[number];

/** What the labels are for. */
export const minedTasks = ['detection', 'segmentation', 'signs'] as const;
export type MinedTask = (typeof minedTasks)[number];

/** A moment of a drive. */
export interface Moment {
  /** Key of the unit whose results hold it. */
  unit: string;
  drive: string;
  stampNs: bigint;
  /** Seconds since the drive's first frame. */
  timeS: number;
}

/** A frame that something speaks for. */
export interface Candidate extends Moment {
  reason: MiningReason;
  /** Compared among candidates of one reason alone. */
  score: number;
  /** What is rare in it. */
  label?: string;
}

export interface ChosenFrame extends Moment {
  /** Score by reason; a frame may have several. */
  reasons: Partial<Record<MiningReason, number>>;
  /** What is rare in it. */
  labels: string[];
}

/** A frame of the set, as `mined.json` has it. */
export interface MinedEntry {
  /** Its picture, below the set's folder. */
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
  /** Frames that were looked at, and their units. */
  looked: number;
  units: number;
  drives: number;
  frames: MinedEntry[];
  /** Chosen frames that have no picture, by reason. */
  problems: string[];
}
