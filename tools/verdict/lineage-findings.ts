import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { Finding } from './finding.js';
import { manifestFindings } from './manifest-findings.js';
import type { RecordedRun } from './open-results.js';
import type { PairedResults } from './pair-results.js';
import { spokenPercent } from './words.js';

const shortHash = (sha256: string) => (sha256 === '' ? 'none' : sha256.slice(0, 8));

/** Differences in how the results were made, as they state it: networks, settings, calibration, provider. */
export function lineageFindings(
  { pairs }: PairedResults,
  reference: RecordedRun,
  candidate: RecordedRun,
): Finding[] {
  const pair = pairs[0];
  if (pair === undefined) return [];
  return [
    ...bundleFindings(pair.reference, pair.candidate),
    ...manifestFindings(reference.manifests, candidate.manifests),
    ...calibrationFindings(pair.reference, pair.candidate, reference, candidate),
    ...providerFindings(pair.reference, pair.candidate),
  ];
}

function bundleFindings(a: PerceptionFrame, b: PerceptionFrame): Finding[] {
  const tasks = new Set([...a.bundles, ...b.bundles].map(({ task }) => task));
  return [...tasks].flatMap((task): Finding[] => {
    const before = a.bundles.find((bundle) => bundle.task === task);
    const now = b.bundles.find((bundle) => bundle.task === task);
    if (before?.networkSha256 === now?.networkSha256) return [];
    const named = (bundle: typeof before) =>
      bundle === undefined
        ? 'none'
        : `version ${bundle.version} (${shortHash(bundle.networkSha256)})`;
    return [
      {
        kind: 'bundle',
        words: `${task} runs another network: ${named(now)}, ${named(before)} before`,
      },
    ];
  });
}

function calibrationFindings(
  a: PerceptionFrame,
  b: PerceptionFrame,
  reference: RecordedRun,
  candidate: RecordedRun,
): Finding[] {
  if (a.calibrationSha256 === b.calibrationSha256) return [];
  const [before, now] = [reference.calibration?.K, candidate.calibration?.K];
  const parts =
    before === undefined || now === undefined
      ? []
      : (
          [
            [0, 'focal length in x'],
            [4, 'focal length in y'],
            [2, 'centre in x'],
            [5, 'centre in y'],
          ] as const
        ).flatMap(([place, name]) => {
          const [old, found] = [before[place] ?? 0, now[place] ?? 0];
          if (old === found || old === 0) return [];
          return [`${name} ${found > old ? '+' : '−'}${spokenPercent(Math.abs(found / old - 1))}`];
        });
  const detail =
    parts.length > 0
      ? parts.join(', ')
      : `${shortHash(b.calibrationSha256)}, ${shortHash(a.calibrationSha256)} before`;
  return [{ kind: 'calibration', words: `the camera calibration is another: ${detail}` }];
}

function providerFindings(a: PerceptionFrame, b: PerceptionFrame): Finding[] {
  return b.stages.flatMap(({ stage, provider }): Finding[] => {
    const before = a.stages.find((status) => status.stage === stage)?.provider;
    if (before === undefined || before === provider) return [];
    return [{ kind: 'provider', words: `${stage} runs on ${provider}, on ${before} before` }];
  });
}
