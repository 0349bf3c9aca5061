import type { LimitCheck } from '../../limits/limit.js';
import type { FindingKind } from '../../verdict/finding.js';
import type { JudgedFinding } from '../../verdict/rules.js';
import type { FleetScore } from './fleet-scores.js';

/** A unit with differences or without results. */
export interface DriveVerdict {
  name: string;
  /** The drive's name, which the pieces of one share. */
  drive: string;
  /** Sum over the findings that the rules do not allow; 0 if they allow all. */
  severity: number;
  /** Where the drive is, as the worker recorded it; undefined if not known. */
  location: string | undefined;
  /** Name of the results below the run's place. */
  results: string | undefined;
  findings: JudgedFinding[];
}

/** A sentence that applies to several drives (not to several pieces of one), reported once: a changed setting is one change. */
export interface CommonFinding {
  kind: FindingKind;
  words: string;
  drives: number;
  isAllowed: boolean;
}

/** One verdict over all drives of a run, as `--json` prints it. */
export interface FleetVerdict {
  /** True if the rules allow all findings, every unit has results and every limit is met. */
  passed: boolean;
  /** Where the results are, and the run. */
  candidate: { place: string; run: string };
  /** Null if nothing was compared. */
  reference: { place: string; run: string } | null;
  /** asked = done + failed + missing; done = compared + withoutReference, if there is a reference. */
  units: {
    asked: number;
    done: number;
    failed: number;
    missing: number;
    compared: number;
    /** How many of the compared units are identical byte for byte. */
    identical: number;
    withoutReference: number;
    /** Units of the reference that this run was not asked to do. */
    onlyReference: number;
  };
  /** Drives that were compared; the pieces of one count once. */
  comparedDrives: number;
  frames: number;
  scores: FleetScore[];
  limits: LimitCheck[];
  common: CommonFinding[];
  /** Worst first. */
  drives: DriveVerdict[];
  failures: { name: string; kind: string; reason: string; failedBefore: boolean }[];
  /** Names of units that have neither results nor a reason. */
  missing: string[];
  /** Names of results in the same place that do not belong to this run. */
  setApart: string[];
}
