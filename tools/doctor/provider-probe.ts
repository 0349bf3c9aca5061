import { elapsedMs, nowNs } from '../../src/frame/clock.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { nearestRank } from '../statistics/percentiles.js';
import { proofAnswer, proofBundle, proofInput } from './proof-network.js';

/** The answer of a provider's probe. */
export type ProviderAnswer =
  | { isRunning: true; runMs: number; loadMs: number; maxDifference: number }
  | { isRunning: false; reason: string };

const rounds = 30;

// Runs as its own process: `provider-probe.js <provider>`. Tests the provider by a run, through the same code as the rig.
async function prove(provider: string): Promise<ProviderAnswer> {
  const startNs = nowNs();
  const session = await createNetworkSession(proofBundle(), { providers: [provider] });
  const loadMs = elapsedMs(startNs, nowNs());
  session.input.fill(proofInput);
  const timesMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const runNs = nowNs();
    await session.run();
    timesMs.push(elapsedMs(runNs, nowNs()));
  }
  const found = session.outputs['means']!;
  const maxDifference = Math.max(...proofAnswer.map((value, i) => Math.abs(value - found[i]!)));
  const runMs = nearestRank(Float64Array.from(timesMs).sort(), 0.5);
  await session.dispose();
  return { isRunning: true, runMs, loadMs, maxDifference };
}

const answer = await prove(process.argv[2]!).catch((error: unknown): ProviderAnswer => {
  const reason = error instanceof Error ? error.message : String(error);
  return { isRunning: false, reason };
});
process.send!(answer, () => process.disconnect());
