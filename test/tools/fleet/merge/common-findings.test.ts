import { expect, test } from 'vitest';
import { commonFindings } from '../../../../tools/fleet/merge/common-findings.js';
import type { DriveVerdict, FleetVerdict } from '../../../../tools/fleet/merge/fleet-verdict.js';
import { fleetSummary } from '../../../../tools/fleet/merge/format-fleet-verdict.js';
import { severityOf } from '../../../../tools/fleet/merge/severity.js';
import type { FindingKind } from '../../../../tools/verdict/finding.js';
import type { JudgedFinding } from '../../../../tools/verdict/rules.js';

const finding = (words: string, kind: FindingKind = 'manifest', isAllowed = false) =>
  ({ kind, words, isAllowed }) as JudgedFinding;

/** Pieces of a drive, with the same findings in each. */
const pieces = (drive: string, count: number, findings: JudgedFinding[]): DriveVerdict[] =>
  Array.from({ length: count }, (_, piece) => ({
    ...{ name: `${drive}#${piece}`, drive, severity: severityOf(findings) },
    ...{ location: undefined, results: undefined, findings },
  }));

test('a sentence in many pieces of one drive is that of one drive', () => {
  const [shared, own] = [finding('the threshold is another'), finding('a sign is lost')];
  const units = [
    ...pieces('long', 5, [shared, own]),
    ...pieces('a', 1, [shared, shared]),
    ...pieces('b', 2, [shared]),
  ];
  expect(commonFindings(units)).toEqual([{ ...shared, drives: 3 }]);
});

test('drives that differ are counted, not their pieces', () => {
  const drives = [
    ...pieces('long', 5, [finding('a sign is lost', 'sign-lost')]),
    ...pieces('allowed', 3, [finding('another bundle', 'bundle', true)]),
  ];
  // Of its two pieces one differs in what is allowed: the drive differs.
  drives.push({ ...drives[0]!, name: 'long#5', severity: 0 });
  const units = { compared: 12, failed: 0, missing: 0 };
  const verdict = { drives, units, comparedDrives: 4 } as unknown as FleetVerdict;
  expect(fleetSummary(verdict)).toBe('1 of 4 drives differ, 1 in what is allowed');
});

test('a light that is lost or misread weighs as much as a sign', () => {
  for (const what of ['lost', 'misread'] as const)
    expect(severityOf([finding('', `light-${what}`)])).toBe(
      severityOf([finding('', `sign-${what}`)]),
    );
});
