import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { median } from '../src/frame/median.js';
import { loadPipelineFile } from '../src/pipeline/pipeline-file.js';
import { describeMachine, loadAverage } from '../tools/bench/machine.js';
import { runChild } from '../tools/bench/run-child.js';
import type { TrialRequest, TrialResult } from '../tools/bench/trial.js';
import { exportPeer } from './python-peer/export-peer.js';

// Compares the pipeline with a sequential Python program with the same weights (OpenCV, NumPy, PyTorch eager):
//   node bin/build.js && node dist/benchmarks/pipeline-peer.js [--seconds 20] [--json]
// Needs Debian's python3-opencv and python3-torch. Peer and pipeline take turns, each in a fresh process.
const { values } = parseArgs({
  options: {
    pipeline: { type: 'string', default: 'pipelines/default.yaml' },
    recording: { type: 'string', default: 'recordings/sample-drive.mcap' },
    python: { type: 'string', default: '/usr/bin/python3' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', multiple: true, default: ['1', '2'] },
    'allow-uncertified': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

interface PeerResult {
  threads: number;
  frames: number;
  rateHz: number;
  partsMs: Record<string, number>;
  largestDifference: Record<string, number>;
  versions: Record<string, string>;
}

const seconds = Number(values.seconds);
const script = fileURLToPath(new URL('../../benchmarks/python-peer/peer.py', import.meta.url));
const file = await loadPipelineFile(values.pipeline);
const config = {
  ...file,
  publish: { zeromq: { endpoint: 'tcp://127.0.0.1:*', highWaterMark: 100 } },
  allowUncertified: values['allow-uncertified'] || file.allowUncertified,
};

async function runPeer(dir: string, threads: string): Promise<PeerResult> {
  const args = [script, dir, '--threads', threads, '--seconds', String(seconds)];
  // OpenBLAS and OpenMP read these when they are loaded.
  const env = { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads };
  const { stdout } = await promisify(execFile)(values.python, args, { env });
  return JSON.parse(stdout);
}

/** Two frames in flight, including JPEG decoding and publishing. */
async function runOurs(frameCount: number): Promise<number> {
  const request: TrialRequest = {
    config,
    source: values.recording,
    frames: 'recorded',
    frameCount: frameCount + 20,
    warmUpFrames: 20,
    framesInFlight: 2,
  };
  const trial = await runChild<TrialRequest, TrialResult>('trial-process.js', request);
  return trial.measured.completeRateHz;
}

const dir = await mkdtemp(join(tmpdir(), 'windshield-peer-'));
try {
  await exportPeer(config, values.recording, dir);
  const loadBefore = loadAverage();
  const peers = new Map<string, PeerResult[]>(values.threads.map((threads) => [threads, []]));
  const ours: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [threads, results] of peers) results.push(await runPeer(dir, threads));
    // About as long as the peer takes; the first round only measures the pipeline's speed.
    ours.push(await runOurs(Math.max(60, Math.round((ours[0] ?? 10) * seconds))));
  }
  const oursHz = median(ours);
  const rows = [...peers].map(([threads, results]) => {
    const rateHz = median(results.map((result) => result.rateHz));
    const { partsMs, largestDifference, versions } = results.at(-1)!;
    const eachHz = results.map((result) => result.rateHz);
    return { threads: Number(threads), rateHz, eachHz, partsMs, largestDifference, versions };
  });
  const best = Math.max(...rows.map(({ rateHz }) => rateHz));
  const report = {
    windshield: { rateHz: oursHz, eachHz: ours },
    python: rows,
    timesFasterThanPython: oursHz / best,
    machine: { ...(await describeMachine()), loadBefore, loadAfter: loadAverage() },
  };
  if (values.json) console.log(JSON.stringify(report));
  else {
    console.log(`windshield            ${oursHz.toFixed(2)} frames a second`);
    for (const { threads, rateHz, partsMs } of rows) {
      const parts = Object.entries(partsMs).map(([part, ms]) => `${part} ${ms.toFixed(1)}`);
      console.log(
        `Python, ${threads} thread${threads === 1 ? ' ' : 's'}     ${rateHz.toFixed(2)} frames a second   (ms: ${parts.join(', ')})`,
      );
    }
    console.log(`${report.timesFasterThanPython.toFixed(2)} times the better of them`);
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
