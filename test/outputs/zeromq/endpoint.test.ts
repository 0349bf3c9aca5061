import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { checkEndpoint } from '../../../src/outputs/zeromq/endpoint.js';
import { ZeromqPublisher } from '../../../src/outputs/zeromq/zeromq-publisher.js';

test('a port that no machine has is refused, where the socket would take another', () => {
  for (const port of [0, 65_536, 99_999])
    expect(() => checkEndpoint(`tcp://127.0.0.1:${port}`, undefined)).toThrow(
      `expected a port of 1 to 65535, or * for a free one, found ${port}`,
    );
  for (const endpoint of ['tcp://127.0.0.1:65535', 'tcp://[::1]:1', 'tcp://127.0.0.1:*'])
    expect(() => checkEndpoint(endpoint, undefined)).not.toThrow();
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ family, address }) => family === 'IPv6' && address === '::1'),
);
test.skipIf(!hasIpv6)(
  `the loopback address of IPv6 can be listened on${hasIpv6 ? '' : ' (left out: no IPv6 here)'}`,
  async () => {
    const publisher = await ZeromqPublisher.bind({ endpoint: 'tcp://[::1]:*', highWaterMark: 10 });
    expect(publisher.place).toMatch(/^tcp:\/\/\[::1\]:\d+$/);
    await publisher.close();
  },
);

test('an endpoint that nobody but this process hears is refused', () => {
  expect(() => checkEndpoint('inproc://results', undefined)).toThrow(
    'endpoint: expected tcp://<address>:<port> or ipc://<path>, found "inproc://results", which nobody outside this process hears',
  );
});
