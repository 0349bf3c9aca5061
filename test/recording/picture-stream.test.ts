import { expect, test } from 'vitest';
import { pictureStreams } from '../../src/recording/picture-stream.js';

const channel = (id: number, topic: string, messageCount: number) => ({
  ...{ id, topic, messageCount, schemaName: 'foxglove.CompressedImage' },
  messageEncoding: 'protobuf',
});

test('class maps are no camera’s pictures, in a recording of several cameras either', () => {
  const found = pictureStreams([
    channel(1, '/front/camera/mask', 9),
    channel(2, '/front/camera/image', 5),
    channel(3, '/rear/camera/image', 4),
    channel(4, '/rear/camera/mask', 9),
    channel(5, 'camera/mask', 9),
  ]);
  expect(found.map(({ topic }) => topic)).toEqual(['/front/camera/image', '/rear/camera/image']);
});
