import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const srcDir = fileURLToPath(new URL('../../src', import.meta.url));
/** Rooms that run while frames flow. */
const rooms = [
  'frame',
  'capture',
  'inference',
  'perception',
  'stages',
  'pipeline',
  'outputs',
  'supervise',
];
const wallClock = /\bDate\.now\b|\bnew Date\b|\bperformance\.timeOrigin\b/;

test('the system clock is read in one place, once at start, so that its jumps change nothing', () => {
  const readers = rooms.flatMap((room) =>
    readdirSync(join(srcDir, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .filter((file) => wallClock.test(readFileSync(join(srcDir, room, file), 'utf8')))
      .map((file) => `${room}/${file}`),
  );
  expect(readers).toEqual(['frame/clock.ts']);
  const clock = readFileSync(join(srcDir, 'frame/clock.ts'), 'utf8');
  expect(clock.match(new RegExp(wallClock, 'g'))).toHaveLength(1);
  expect(clock).toMatch(/function startWallClock\(\)[^}]*Date\.now\(\)/s);
});
