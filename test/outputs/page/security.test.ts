import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { whyRefused } from '../../../src/outputs/page/security.js';

const port = 5580;
const refusalOf = (origin: string, origins: readonly string[]) => {
  const headers = { host: `127.0.0.1:${port}`, origin, 'sec-fetch-site': 'cross-site' };
  return whyRefused({ headers } as unknown as IncomingMessage, port, {
    address: '127.0.0.1',
    origins,
  });
};

test('a listed origin may connect however its address was written', () => {
  const origin = 'https://app.foxglove.dev';
  for (const listed of [origin, `${origin}/`, 'HTTPS://App.Foxglove.dev', `${origin}:443/`])
    expect(refusalOf(origin, [listed])).toBeUndefined();
  for (const other of ['https://foxglove.dev', 'http://app.foxglove.dev', 'null'])
    expect(refusalOf(other, [`${origin}/`])).toBe(
      `expected Origin http://127.0.0.1:${port}, found another`,
    );
});

test('an address outside the web lists itself, and not every page without an origin', () => {
  expect(refusalOf('app://viewer', ['app://viewer'])).toBeUndefined();
  expect(refusalOf('null', ['app://viewer', 'file:///viewer.html'])).toContain('found another');
});
