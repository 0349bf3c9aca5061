import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import {
  PerceptionFrameSchema,
  StageState,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { CapturedFrame } from '../../src/pipeline/frame-record.js';
import { RecordedPlan } from '../../src/pipeline/recorded-plan.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';

test('a stage that failed fails again with the same message, which is part of the result', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-plan-'));
  try {
    const path = join(dir, 'failed.mcap');
    const writer = await RecordingWriter.create(path);
    const failure = { errorCode: 'ERR_LANE', errorMessage: 'lane steering died: code 1' };
    const status = { stage: 'steering', state: StageState.FAILED, ...failure };
    await writer.write('perception', 0n, create(PerceptionFrameSchema, { stages: [status] }));
    await writer.close();
    const plan = await RecordedPlan.read(path, []);
    const { withheld } = plan.planFrame({ id: 0, dropsBefore: {} } as unknown as CapturedFrame);
    expect(withheld.get('steering')).toEqual({
      state: 'failed',
      errorCode: 'ERR_LANE',
      message: 'lane steering died: code 1',
    });
  } finally {
    await rm(dir, { recursive: true });
  }
});
