import { expect, test } from 'vitest';
import { withoutCredentials } from '../../src/capture/credentials.js';

test.each([
  ['rtsp://user:word@camera:554/front', 'rtsp://***@camera:554/front'],
  ['rtsp://user:p@ss/w@10.0.0.5/front', 'rtsp://***@10.0.0.5/front'],
  ['http://user@camera/', 'http://***@camera/'],
  ['http://camera/?token=abc&size=2', 'http://camera/?token=***&size=2'],
  [
    "rtspsrc location=rtsp://u:w@h/ ! x 'http://a:b@c/'",
    "rtspsrc location=rtsp://***@h/ ! x 'http://***@c/'",
  ],
  [
    'rtspsrc location=rtsp://h/ user-id=me user-pw = "a b" latency=0 ! rtph264depay',
    'rtspsrc location=rtsp://h/ user-id=*** user-pw = *** latency=0 ! rtph264depay',
  ],
  [
    'srtsrc uri=srt://h:7001 passphrase=(string)word ! x',
    'srtsrc uri=srt://h:7001 passphrase=*** ! x',
  ],
  ['rtsp://u:w@[fe80::1]:554/', 'rtsp://***@[fe80::1]:554/'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown);
});

test.each(['rtsp://camera/front', 'drives/a@b.mcap', 'camera:/dev/video0?rate=30', 'mail a@b.c'])(
  '%s has none and stays as it is',
  (text) => {
    expect(withoutCredentials(text)).toBe(text);
  },
);
