import { spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  LaneWriter,
  MainWriter,
  openBlackBox,
  readBlackBox,
} from '../../src/supervise/black-box.js';

function withBox<T>(use: (fd: number) => T): T {
  const fd = openBlackBox();
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

test('an empty box says that nothing has started', () => {
  withBox((fd) => {
    expect(readBlackBox(fd)).toEqual({
      main: { step: 0, threadId: 0, state: 'starting', framesPublished: 0, frameId: -1 },
      lanes: [],
      recordingPath: '',
    });
  });
});

test('what the threads wrote last is what is read', () => {
  const stage = fc.constantFrom('detection', 'signs', 'segmentation', 'steering');
  const frameId = fc.nat(2 ** 40);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(7), frameId, stage)), frameId, (steps, lastFrameId) => {
      withBox((fd) => {
        const main = new MainWriter(fd);
        const lanes = Array.from({ length: 8 }, (_, index) => new LaneWriter(fd, index));
        for (const lane of lanes) lane.loading();
        const expected = lanes.map(() => ({ state: 'loading', frameId: -1, stage: '' }));
        for (const [lane, id, name] of steps) {
          lanes[lane]!.atStage(id, name);
          expected[lane] = { state: 'at-stage', frameId: id, stage: name };
        }
        main.published(lastFrameId, steps.length);
        const box = readBlackBox(fd)!;
        expect(box.lanes).toMatchObject(expected);
        expect(box.main).toMatchObject({
          state: 'running',
          frameId: lastFrameId,
          framesPublished: steps.length,
        });
      });
    }),
    { numRuns: 50 },
  );
});

test('every sign of life is a new step, and the recording is known by its path', () => {
  withBox((fd) => {
    const main = new MainWriter(fd);
    main.recordsTo('/drives/Überführung.mcap');
    main.beat();
    const first = readBlackBox(fd)!;
    main.beat();
    expect(readBlackBox(fd)!.main.step).toBe(first.main.step + 1);
    expect(first.recordingPath).toBe('/drives/Überführung.mcap');
  });
});

test('it outlives the process that wrote it, whatever ended that', () => {
  const module = fileURLToPath(new URL('../../dist/src/supervise/black-box.js', import.meta.url));
  const script = `
    const { LaneWriter } = await import(${JSON.stringify(module)});
    new LaneWriter(3, 1).atStage(231, 'segmentation');
    process.kill(process.pid, 'SIGSEGV');
  `;
  withBox((fd) => {
    const args = ['--input-type=module', '--eval', script];
    const { signal } = spawnSync(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    });
    expect(signal).toBe('SIGSEGV');
    expect(readBlackBox(fd)!.lanes).toMatchObject([
      { state: 'at-stage', stage: 'segmentation', frameId: 231 },
    ]);
  });
});
