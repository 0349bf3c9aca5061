import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  openUdacity,
  radPerUdacityUnit,
  sideCameraCorrectionRad,
} from '../../../tools/datasets/udacity.js';
import { casePath } from '../../support/cases.js';
import { sharedDataDir } from '../../support/shared-data.js';
import { rejection, writeFolder } from './dataset-builders.js';

const windowsLine = (index: number, steering: number | string) =>
  ['center', 'left', 'right']
    .map((camera) => `C:\\Users\\a b\\IMG\\${camera}_${index}.jpg`)
    .concat([`${steering}`, '0', '0', '3.5'])
    .join(',');
const pictures = (count: number) =>
  Object.fromEntries(
    ['center', 'left', 'right'].flatMap((camera) =>
      Array.from({ length: count }, (_, index) => [`IMG/${camera}_${index}.jpg`, 'x']),
    ),
  );

test("steering to the simulator's right is negative in radians, at the wheels", async () => {
  const dir = writeFolder({ 'driving_log.csv': windowsLine(0, 0.5), ...pictures(1) });
  const { samples } = await openUdacity(dir);
  expect(samples).toHaveLength(1);
  expect(samples[0]).toMatchObject({ id: 'center_0.jpg', camera: 'centre' });
  expect(samples[0]!.steeringRad).toBeCloseTo((-12.5 * Math.PI) / 180, 12);
});

test("the simulator's file names tell the time; a picture of another name is no part of a drive", async () => {
  const names = [
    'center_2018_07_16_17_11_51_055.jpg',
    'center_2018_07_16_17_12_01_130.jpg',
    'a.jpg',
  ];
  const dir = writeFolder({
    'driving_log.csv': names.map((name) => `${name}, , ,0,0,0,0`).join('\n'),
    ...Object.fromEntries(names.map((name) => [`IMG/${name}`, 'x'])),
  });
  const [first, second, other] = (await openUdacity(dir)).samples;
  expect(second!.timeS! - first!.timeS!).toBeCloseTo(10.075, 4);
  expect(other).not.toHaveProperty('timeS');
});

test('straight ahead is 0, not minus 0', async () => {
  const dir = writeFolder({ 'driving_log.csv': windowsLine(0, 0), ...pictures(1) });
  const { samples } = await openUdacity(dir);
  expect(Object.is(samples[0]!.steeringRad, 0)).toBe(true);
});

test('the left camera steers further to the right, the right camera to the left', async () => {
  const dir = writeFolder({ 'driving_log.csv': windowsLine(0, 0), ...pictures(1) });
  const { samples } = await openUdacity(dir, { cameras: ['left', 'right'] });
  expect(samples.map(({ camera, steeringRad }) => [camera, steeringRad])).toEqual([
    ['left', -sideCameraCorrectionRad],
    ['right', sideCameraCorrectionRad],
  ]);
});

test('a corrected angle stays within what the wheels can do', async () => {
  const dir = writeFolder({ 'driving_log.csv': windowsLine(0, 1), ...pictures(1) });
  const { samples } = await openUdacity(dir, { cameras: ['left'] });
  expect(samples[0]!.steeringRad).toBe(-radPerUdacityUnit);
});

test('a header, POSIX paths and spaces after commas are understood', async () => {
  const log =
    'center,left,right,steering,throttle,brake,speed\nIMG/center_0.jpg, IMG/left_0.jpg, /x/IMG/right_0.jpg, -1, 0, 0, 1\n';
  const dir = writeFolder({ 'driving_log.csv': log, ...pictures(1) });
  const { samples, problems } = await openUdacity(dir, { cameras: ['centre', 'left', 'right'] });
  expect(samples.map(({ id }) => id)).toEqual(['center_0.jpg', 'left_0.jpg', 'right_0.jpg']);
  expect(problems).toEqual([]);
});

test('groups are contiguous blocks of the drive', async () => {
  const lines = Array.from({ length: 20 }, (_, index) => windowsLine(index, 0));
  const dir = writeFolder({ 'driving_log.csv': lines.join('\n'), ...pictures(20) });
  const { samples } = await openUdacity(dir);
  expect(samples.map(({ group }) => group)).toEqual(
    Array.from({ length: 20 }, (_, index) => `block-${index >> 1}`),
  );
});

test('broken lines and missing pictures are counted with their line', async () => {
  const log = [
    windowsLine(0, 0),
    windowsLine(9, 0),
    windowsLine(0, 'x'),
    windowsLine(0, 1.5),
    'a,b',
  ];
  const dir = writeFolder({ 'driving_log.csv': log.join('\n'), ...pictures(1) });
  const { samples, problems } = await openUdacity(dir);
  expect(samples).toHaveLength(1);
  expect(problems.map(({ where }) => where.replace(/.*:/, ''))).toEqual(['2', '3', '4', '5']);
  expect(problems[0]!.reason).toBe('expected the centre picture "center_9.jpg", found none');
});

test('a missing log is refused', async () => {
  const error = await rejection(openUdacity(writeFolder({ 'IMG/a.jpg': 'x' })));
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toContain('expected driving_log.csv, found nothing');
});

const data = sharedDataDir();
test.skipIf(!data)('the real drive gives 760 steps of three cameras', async () => {
  const dir = join(data!, 'udacity_sim');
  const { samples, problems } = await openUdacity(dir, { cameras: ['centre', 'left', 'right'] });
  expect([samples.length, problems.length]).toEqual([2280, 0]);
  expect(await samples[0]!.load()).toMatchObject({ widthPx: 320, heightPx: 160 });
});

test('a log with decimal commas is put right here as well', async () => {
  const { samples, problems } = await openUdacity(casePath('01-udacity-decimal-comma'));
  expect(problems).toEqual([]);
  const units = samples.map(({ steeringRad }) => -steeringRad / radPerUdacityUnit + 0);
  [-0.25, -0.1, 0, 0.05, 0.5, 0.95].forEach((value, i) => {
    expect(units[i]).toBeCloseTo(value, 12);
  });
});
