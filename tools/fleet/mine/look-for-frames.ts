import type { PerceptionFrame } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { recordedMapLookUp } from '../../verdict/recorded-map-look-up.js';
import type { Store } from '../store/store.js';
import type { UnitRecord } from '../work/unit-record.js';
import { withResultsOf } from '../work/unit-results.js';
import { type InterestContext, interestOf } from './interest.js';
import type { Candidate, MinedTask, Moment } from './mining.js';
import type { Novelty } from './novelty.js';
import { UnitHarvest } from './unit-harvest.js';

/** Frames whose times differ by at most this are the same, because times are rounded; seconds. */
const sameTimeS = 2e-3;

export interface UnitFinds {
  candidates: Candidate[];
  labels: [label: string, moment: Moment][];
  frames: number;
}

/**
 * Examines every frame of a unit's results. Novelty comes from the novelty gate if it ran, otherwise from `novelty`,
 * the distances between codes.
 */
export async function lookForFrames(
  record: UnitRecord,
  results: Store,
  {
    task,
    novelty,
    ...limits
  }: { task: MinedTask; novelty: readonly Novelty[]; apartS: number; most: number },
): Promise<UnitFinds> {
  return withResultsOf(record.key, results, async (file) => {
    const context: InterestContext = {
      lookUp: recordedMapLookUp(await file.facts()),
      readings: new Map(),
    };
    const harvest = new UnitHarvest(limits);
    const novel = [...novelty].sort((a, b) => a.timeS - b.timeS);
    const candidates: Candidate[] = [];
    let frames = 0;
    let isGated = false;
    for await (const { stampNs, frame } of file.results()) {
      frames++;
      const moment = momentOf(record, stampNs, frame);
      const { value = 0, isNovel = false } = frame.novelty ?? {};
      harvest.add(moment, interestOf[task](frame, context), isNovel ? value : 0);
      isGated ||= frame.novelty !== undefined;
      while (novel[0] !== undefined && novel[0].timeS < moment.timeS - sameTimeS) novel.shift();
      if (novel[0] !== undefined && novel[0].timeS <= moment.timeS + sameTimeS)
        candidates.push({ ...moment, reason: 'novel', score: novel.shift()!.distance });
    }
    candidates.sort((a, b) => b.score - a.score);
    candidates.splice(isGated ? 0 : limits.most);
    return {
      candidates: [...candidates, ...harvest.candidates()],
      labels: [...harvest.labels()],
      frames,
    };
  });
}

const momentOf = (
  { key, drive }: UnitRecord,
  stampNs: bigint,
  { sourceTimeNs }: PerceptionFrame,
): Moment => ({ unit: key, drive, stampNs, timeS: Number(sourceTimeNs) / 1e9 });
