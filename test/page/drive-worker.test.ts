import { openAsBlob } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import type { DriveAnswer, DriveEvent, DriveRequest } from '../../page/recording/drive-protocol.js';
import { sampleDrive } from './browser.js';

afterEach(() => vi.unstubAllGlobals());

test('files that cannot be opened do not end the reading of the drive that is open', async () => {
  const told: (DriveAnswer | DriveEvent)[] = [];
  const worker: {
    onmessage?: (event: { data: DriveRequest }) => Promise<void>;
    postMessage(message: DriveAnswer | DriveEvent): void;
  } = { postMessage: (message) => void told.push(message) };
  vi.stubGlobal('self', worker);
  await import('../../page/recording/drive-worker.js');
  const open = (id: number, name: string, blob: Blob) =>
    worker.onmessage!({ data: { kind: 'open', id, origins: [{ name, blob }] } });
  await open(1, 'drive.mcap', await openAsBlob(sampleDrive));
  await open(2, 'letter.mcap', new Blob(['Dear rig, how are you?']));
  expect(told.filter((message) => 'id' in message)).toMatchObject([
    { id: 1, info: { frameCount: 250 } },
    { id: 2, error: expect.stringContaining('letter.mcap') },
  ]);
  await expect
    .poll(() => told.some((message) => 'scan' in message && message.scan.share === 1))
    .toBe(true);
});
