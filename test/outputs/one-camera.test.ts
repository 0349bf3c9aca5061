import { expect, test } from 'vitest';
import { OneCamera } from '../../src/outputs/one-camera.js';
import type { Output, OutputMessage } from '../../src/outputs/output.js';
import { OutputSet } from '../../src/outputs/output-set.js';
import { PublishCounts } from '../../src/outputs/publish-count.js';
import { shareOutputs } from '../../src/outputs/share-outputs.js';

const topics = ['perception', 'status', 'sync'];

/** Two cameras' outputs, as a rig makes them: one output that hears of all, and one that shows the front. */
async function twoCameras() {
  const heard = new Map<string, string[]>();
  const output = (name: string): Output => ({
    ...{ name, place: 'memory', topics, needsPixels: true, counts: new PublishCounts() },
    send({ topic, camera, pixels }: OutputMessage) {
      heard.set(name, [...(heard.get(name) ?? []), `${camera} ${topic}`]);
      pixels?.release();
    },
    async close() {},
  });
  const shown = [output('all'), new OneCamera(output('front'), 'front')];
  const [front, rear] = shareOutputs(shown, 2).map((outputs) => new OutputSet(outputs));
  await front!.begin({ cameraName: 'front' } as never);
  await rear!.begin({ cameraName: 'rear' } as never);
  return { front: front!, rear: rear!, heard };
}

const message = (topic: string) => ({ topic, stampNs: 5n, payload: Uint8Array.of(1) });

test('who looks at one camera hears its results and its status, and nothing of the other', async () => {
  const { front, rear, heard } = await twoCameras();
  let held = 0;
  const borrow = () => {
    held++;
    return { layout: {} as never, bytes: new Uint8Array(1), release: () => void held-- };
  };
  for (const camera of [front, rear]) {
    camera.send(message('perception'), borrow);
    camera.send(message('status'));
  }
  expect(heard.get('front')).toEqual(['front perception', 'front status']);
  expect(heard.get('all')).toEqual([...heard.get('front')!, 'rear perception', 'rear status']);
  expect(held).toBe(0);
});

test('a sync group that is named as a camera is not taken for it', async () => {
  const { front, heard } = await twoCameras();
  front.send({ ...message('sync'), camera: 'front' });
  expect(heard.get('front')).toBeUndefined();
  expect(heard.get('all')).toEqual(['front sync']);
});
