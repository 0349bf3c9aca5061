import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodePpm } from '../../../src/codec/ppm.js';
import { openGtsrb } from '../../../tools/datasets/gtsrb.js';
import { casePath } from '../../support/cases.js';
import { sharedDataDir } from '../../support/shared-data.js';
import { rejection, writeFolder } from './dataset-builders.js';

const header = 'Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId';

/** A 4x3 picture whose red channel counts the pixels. */
const counted = encodePpm({
  widthPx: 4,
  heightPx: 3,
  data: Uint8Array.from({ length: 36 }, (_, i) => (i % 3 === 0 ? i / 3 : 0)),
});

const training = (rows: string[]) => ({
  'Final_Training/Images/00007/GT-00007.csv': [header, ...rows].join('\r\n'),
  'Final_Training/Images/00007/00002_00011.ppm': counted,
});

test('the training layout is found from its outer folder, with the track as group', async () => {
  const dir = writeFolder(training(['00002_00011.ppm;4;3;1;1;2;2;7']));
  const { samples, name } = await openGtsrb(dir);
  expect(name).toBe('gtsrb Final_Training');
  expect(samples).toMatchObject([{ id: '00007/00002_00011.ppm', group: '7/00002', classId: 7 }]);
  expect(await samples[0]!.load()).toMatchObject({ widthPx: 4, heightPx: 3 });
});

test('the region of interest is cut with its last pixel inside', async () => {
  const dir = writeFolder(training(['00002_00011.ppm;4;3;1;1;2;2;7']));
  const { samples } = await openGtsrb(dir, { cropToRoi: true });
  const { widthPx, heightPx, data } = await samples[0]!.load();
  expect([widthPx, heightPx]).toEqual([2, 2]);
  expect([data[0], data[3], data[6], data[9]]).toEqual([5, 6, 9, 10]);
});

test('the test layout reads its one table', async () => {
  const dir = writeFolder({
    'Final_Test/Images/GT-final_test.csv': `${header}\n00000.ppm;4;3;0;0;3;2;16\n`,
    'Final_Test/Images/00000.ppm': counted,
  });
  const { samples, name } = await openGtsrb(dir);
  expect(name).toBe('gtsrb Final_Test');
  expect(samples).toMatchObject([{ id: 'Images/00000.ppm', classId: 16 }]);
});

test('rows that cannot be used are counted with file and line', async () => {
  const dir = writeFolder(
    training([
      '00002_00011.ppm;4;3;1;1;2;2;7',
      '00002_00012.ppm;4;3;1;1;2;2;7',
      '00002_00011.ppm;4;3;1;1;2;2;99',
      '00002_00011.ppm;4;3;1;1;2;2;',
    ]),
  );
  const { samples, problems } = await openGtsrb(dir);
  expect(samples).toHaveLength(1);
  expect(problems.map(({ where }) => where.replace(/.*:/, ''))).toEqual(['3', '4', '5']);
  expect(problems[0]!.reason).toBe('expected the picture 00002_00012.ppm, found nothing');
});

test('a picture that is cut short is named when it is loaded', async () => {
  const dir = writeFolder({
    ...training(['00002_00011.ppm;4;3;1;1;2;2;7']),
    'Final_Training/Images/00007/00002_00011.ppm': counted.subarray(0, 20),
  });
  const { samples } = await openGtsrb(dir);
  const error = await rejection(samples[0]!.load());
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toMatch(/expected 36 bytes of pixels, found 9: .*00002_00011\.ppm/);
});

test('a folder without a table is refused with what was looked for', async () => {
  const dir = writeFolder({ 'Images/readme.txt': 'nothing' });
  const error = await rejection(openGtsrb(dir));
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toContain('GT-000cc.csv');
});

const data = sharedDataDir();
test.skipIf(!data)('the real crops are read whole', async () => {
  const { samples, problems } = await openGtsrb(join(data!, 'gtsrb'));
  expect([samples.length, problems.length]).toEqual([172, 0]);
  const pictures = await Promise.all(samples.slice(0, 20).map((sample) => sample.load()));
  expect(pictures.every(({ widthPx, data: pixels }) => widthPx > 10 && pixels.length > 0)).toBe(
    true,
  );
});

test('as it is passed on today, the number of the folder is the class, never its place', async () => {
  for (const dir of ['', 'Train']) {
    const { samples, name, problems } = await openGtsrb(
      join(casePath('19-numbered-class-folders'), dir),
    );
    expect(name).toBe('gtsrb Train');
    expect(problems).toEqual([]);
    expect(samples).toHaveLength(15);
    for (const { id, classId } of samples) expect(id.split('/')[0]).toBe(`${classId}`);
    expect([...new Set(samples.map(({ classId }) => classId))]).toEqual([0, 1, 2, 10, 11]);
  }
});

test('a table with commas has regions, and says where it contradicts its folder', async () => {
  const commas = header.replaceAll(';', ',').replace('Filename,', '').concat(',Path');
  const dir = writeFolder({
    'Train.csv': `${commas}\n4,3,1,1,2,2,7,Train/7/00007_00002_00011.ppm\n4,3,1,1,2,2,3,Train/7/x.ppm\n`,
    'Train/7/00007_00002_00011.ppm': counted,
  });
  const { samples, problems } = await openGtsrb(dir, { cropToRoi: true });
  expect(samples).toMatchObject([{ classId: 7, group: '7/00002' }]);
  expect(await samples[0]!.load()).toMatchObject({ widthPx: 2, heightPx: 2 });
  expect(problems).toMatchObject([{ reason: expect.stringContaining('found 3') }]);
});

test('its test part has a table with paths', async () => {
  const dir = writeFolder({
    'Test.csv': 'Width,Height,ClassId,Path\n4,3,16,Test/00000.ppm\n',
    'Test/00000.ppm': counted,
  });
  for (const place of [dir, join(dir, 'Test')]) {
    const { samples, name } = await openGtsrb(place);
    expect(name).toBe('gtsrb Test');
    expect(samples).toMatchObject([{ id: 'Test/00000.ppm', classId: 16 }]);
  }
});
