import type { LimitCheck } from '../../limits/limit.js';
import type { FindingKind } from '../../verdict/finding.js';
import type { JudgedFinding } from '../../verdict/rules.js';
import type { FleetScore } from './fleet-scores.js';

/** One unit in which something differs, or that has no results. */
export interface DriveVerdict {
  name: string;
  /** Sum over what the rules do not allow; 0 where they allow all. */
  severity: number;
  /** Where the drive lies, by the worker's word; undefined where that is not known. */
  location: string | undefined;
  /** Name of the results below the place of the run. */
  results: string | undefined;
  findings: JudgedFinding[];
}

/** The same sentence in several drives, told once: a setting that was changed is one change. */
export interface CommonFinding {
  kind: FindingKind;
  words: string;
  drives: number;
  isAllowed: boolean;
}

/** One verdict over all drives of a run, as `--json` prints it. */
export interface FleetVerdict {
  /** Nothing that the rules do not allow, no unit without results, every limit met. */
  passed: boolean;
  /** Where the results lie, and the run. */
  candidate: { place: string; run: string };
  /** Null where nothing was compared. */
  reference: { place: string; run: string } | null;
  /** asked = done + failed + missing; done = compared + withoutReference, where there is a reference. */
  units: {
    asked: number;
    done: number;
    failed: number;
    missing: number;
    compared: number;
    /** Of those compared, those that are the same byte for byte. */
    identical: number;
    withoutReference: number;
    /** Of the reference, those that this run was not asked for. */
    onlyReference: number;
  };
  frames: number;
  scores: FleetScore[];
  limits: LimitCheck[];
  common: CommonFinding[];
  /** Worst first. */
  drives: DriveVerdict[];
  failures: { name: string; kind: string; reason: string; failedBefore: boolean }[];
  /** Units without results and without a reason, by name. */
  missing: string[];
  /** What lies among the results and belongs to none of this run, by name. */
  setApart: string[];
}
