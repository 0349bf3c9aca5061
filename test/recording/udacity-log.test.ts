import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readUdacityDrive } from '../../src/recording/udacity-log.js';
import { readUdacityRows, type UdacityRow } from '../../src/recording/udacity-rows.js';
import { casePath } from '../support/cases.js';
import { sharedDataDir } from '../support/shared-data.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-udacity-'));
});
afterAll(() => rm(dir, { recursive: true }));

const degrees = Math.PI / 180;
const rowsOf = (log: string) => readUdacityRows(log) as UdacityRow[];
const nameAt = (second: number, ms: number) =>
  `center_2021_05_04_03_02_${String(second).padStart(2, '0')}_${String(ms).padStart(3, '0')}.jpg`;

async function makeDrive(name: string, log: string, pictures: string[]): Promise<string> {
  const folder = join(dir, name);
  await mkdir(join(folder, 'IMG'), { recursive: true });
  await writeFile(join(folder, 'driving_log.csv'), log);
  for (const picture of pictures) await writeFile(join(folder, 'IMG', picture), 'x');
  return folder;
}

test('steering is as logged, and miles an hour become metres a second', () => {
  const rows = rowsOf('a.jpg,l,r,1,0,0,60\na.jpg,l,r,-0.4,0,0,0\na.jpg,l,r,0,0,0,30.5\n');
  expect(rows.map(({ steering }) => steering)).toEqual([1, -0.4, 0]);
  expect(rows.map(({ speedMps }) => speedMps)).toEqual([26.8224, 0, 30.5 * 0.44704]);
});

test('steering to the right is negative radians at the wheels, and straight ahead is 0', async () => {
  const names = ['a.jpg', 'b.jpg'];
  const folder = await makeDrive('signs', 'a.jpg,l,r,1,0,0,60\nb.jpg,l,r,0,0,0,0\n', names);
  const { pictures } = await readUdacityDrive(folder);
  expect(pictures[0]!.steeringRad).toBeCloseTo(-25 * degrees, 12);
  expect(Object.is(pictures[1]!.steeringRad, 0)).toBe(true);
});

const trueSteering = [-0.25, -0.1, 0, 0.05, 0.5, 0.95];

test('a log with decimal commas is put right', async () => {
  const { pictures } = await readUdacityDrive(casePath('01-udacity-decimal-comma'));
  expect(pictures.map(({ problem }) => problem)).toEqual(trueSteering.map(() => undefined));
  for (const [i, { steeringRad, speedMps }] of pictures.entries()) {
    expect(steeringRad).toBeCloseTo(-trueSteering[i]! * 25 * degrees, 12);
    expect(speedMps).toBeCloseTo(20.15 * 0.44704, 12);
  }
});

test('decimal commas without a space behind the parting ones are put right where that is sure', () => {
  const rows = readUdacityRows(
    'a.jpg,l,r,-0,2500,0,3000,0,0000,20,1500\nb.jpg,l,r,0,1,0,20,1500\nc.jpg,l,r,0,1,0,20\n',
  );
  expect(rows[0]).toMatchObject({ steering: -0.25 });
  expect(rows[1]).toMatchObject({ problem: expect.stringContaining('more than one way') });
  expect(rows[2]).toMatchObject({ steering: 0 });
});

test('a table that semicolons part may have decimal commas', () => {
  expect(rowsOf('a.jpg;l;r;0,5;0,3;0;20,15')[0]).toMatchObject({ steering: 0.5 });
});

test.each([
  ['steering', '1.2,0,0,1'],
  ['throttle', '0,3000,0,1'],
  ['brake', '0,0,20,1'],
  ['speed', '0,0,0,3000'],
])('a row whose %s cannot be is bad, and says so', (name, numbers) => {
  expect(readUdacityRows(`a.jpg,l,r,${numbers}`)).toEqual([
    { lineNumber: 1, problem: expect.stringContaining(`expected ${name} of`) },
  ]);
});

test('wherever the pictures lay when they were logged, only their names count', () => {
  const paths = [
    String.raw`C:\Users\me\IMG\a.jpg`,
    'D:/drives/IMG/a.jpg',
    '/home/me/IMG/a.jpg',
    'IMG/a.jpg',
    ' IMG/a.jpg',
    'a.jpg',
    String.raw`"\\server\share\IMG\a.jpg"`,
  ];
  const log = paths.map((path) => `${path},l,r,0,0,0,1`).join('\n');
  expect(rowsOf(log).map(({ pictures }) => pictures.centre)).toEqual(paths.map(() => 'a.jpg'));
});

test('a header, a byte order mark, empty lines and other line ends change nothing', () => {
  const row = 'a.jpg,l,r,0.5,0,0,1';
  const plain = rowsOf(row).map((each) => ({ ...each, lineNumber: 0 }));
  expect(plain).toHaveLength(1);
  for (const log of [
    `center,left,right,steering,throttle,brake,speed\n${row}`,
    `center, left, right, steering, throttle, brake, speed\r\n${row}\r\n\r\n`,
    `\uFEFF${row}\n`,
  ]) {
    expect(rowsOf(log).map((each) => ({ ...each, lineNumber: 0 }))).toEqual(plain);
  }
});

test('any log gives one row a line, each with steering of -1 to 1 or a problem', () => {
  const cell = fc.oneof(fc.string({ maxLength: 8 }), fc.double().map(String));
  const line = fc.array(cell, { maxLength: 9 }).map((cells) => cells.join(','));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const row of readUdacityRows(lines.join('\n'))) {
        if ('problem' in row) continue;
        expect(row.pictures.centre).not.toMatch(/[\\/]/);
        expect(Math.abs(row.steering)).toBeLessThanOrEqual(1);
        expect(row.speedMps === undefined || Number.isFinite(row.speedMps)).toBe(true);
      }
    }),
  );
});

test('frames come in order of the times in their names, and what is wrong keeps its place', async () => {
  const log = [
    `x/${nameAt(2, 500)},l,r,0.2,0,0,2`,
    `x/${nameAt(1, 0)},l,r,0.1,0,0,1`,
    `x/${nameAt(1, 400)},l,r,not a number,0,0,1`,
    `x/${nameAt(1, 200)},l,r,0,0,0,1`,
    `x/${nameAt(1, 0)},l,r,0.3,0,0,1`,
    `x/${nameAt(2, 700)},l,r,0.4,0,0`,
  ].join('\n');
  const folder = await makeDrive('order', log, [nameAt(1, 0), nameAt(2, 500), nameAt(2, 700)]);
  const drive = await readUdacityDrive(folder);
  const told = drive.pictures.map(({ sourceTimeNs, problem }) => [
    Number(sourceTimeNs) / 1e6,
    problem,
  ]);
  expect(told).toEqual([
    [0, undefined],
    // The unreadable row stays where it stood, behind the row of that time.
    [0, 'bad_row'],
    [0, 'same_time'],
    [200, 'missing'],
    [1500, undefined],
    [1700, undefined],
  ]);
  expect(drive.pictures[0]!.stampNs).toBe(BigInt(Date.UTC(2021, 4, 4, 3, 2, 1)) * 1_000_000n);
  expect(drive.pictures[4]).toMatchObject({ speedMps: 2 * 0.44704 });
  expect(drive.pictures[5]).not.toHaveProperty('speedMps');
});

test('without times in the names, or with a rate, frames come at that rate', async () => {
  const folder = await makeDrive('rate', 'a.jpg,l,r,0,0,0,1\nb.jpg,l,r,0,0,0,1', [
    'a.jpg',
    'b.jpg',
  ]);
  const plain = await readUdacityDrive(folder);
  expect(plain.rateHz).toBe(20);
  expect(plain.pictures[1]).toMatchObject({ sourceTimeNs: 50_000_000n, stampNs: 0n });
  const slow = await readUdacityDrive(folder, 4);
  expect(slow.pictures[1]!.sourceTimeNs).toBe(250_000_000n);
});

test('a drive without rows, or without any of its pictures, is empty and says why', async () => {
  const noRows = await makeDrive('no-rows', 'center,left,right,steering,throttle,brake,speed', []);
  await expect(readUdacityDrive(noRows)).rejects.toMatchObject({
    code: 'ERR_SOURCE_EMPTY',
    message: expect.stringContaining('found no rows'),
  });
  const noPictures = await makeDrive('no-pictures', 'a.jpg,l,r,0,0,0,1', []);
  await expect(readUdacityDrive(noPictures)).rejects.toMatchObject({
    code: 'ERR_SOURCE_EMPTY',
    message: expect.stringContaining('first: missing'),
  });
  await expect(readUdacityDrive(join(dir, 'nowhere'))).rejects.toMatchObject({
    code: 'ERR_SOURCE_MISSING',
  });
});

const data = sharedDataDir();
test.skipIf(data === undefined)(
  `a real log of Windows paths gives all its frames${data === undefined ? ' (left out: no folder of real images here)' : ''}`,
  async () => {
    const drive = await readUdacityDrive(join(data!, 'udacity_sim'));
    expect(drive.pictures).toHaveLength(760);
    expect(drive.pictures.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(drive.rateHz).toBeCloseTo(14, 0);
    const straight = drive.pictures.filter(({ steeringRad }) => steeringRad === 0).length;
    // Counted in the log by other means.
    expect(straight).toBe(533);
  },
);
