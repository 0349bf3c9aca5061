import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openKitti } from '../../../tools/datasets/kitti.js';
import { sharedDataDir } from '../../support/shared-data.js';
import { jpegOf, rejection, writeFolder } from './dataset-builders.js';

const label = (type: string, box: string, truncation = '0.00', occlusion = '0') =>
  `${type} ${truncation} ${occlusion} -0.20 ${box} 1.89 0.48 1.20 1.84 1.47 8.41 0.01`;

async function folderOf(lines: string[]) {
  return writeFolder({
    'label_2/000000.txt': lines.join('\n'),
    'image_2/000000.jpg': await jpegOf(60, 20),
  });
}

test('types become our classes, with occlusion and truncation kept', async () => {
  const dir = await folderOf([
    label('Van', '1.5 2 30 18', '0.25', '1'),
    label('Person_sitting', '1 2 30 18'),
    label('Tram', '1 2 30 18'),
    'DontCare -1 -1 -10 1 2 30 18 -1 -1 -1 -1000 -1000 -1000 -10',
  ]);
  const { samples } = await openKitti(dir);
  expect(samples[0]!.boxes[0]).toEqual({
    className: 'car',
    boxXyxyPx: [1.5, 2, 30, 18],
    weight: 1,
    kittiType: 'Van',
    occlusion: 1,
    truncation: 0.25,
  });
  expect(samples[0]!.boxes.map(({ className, weight }) => [className, weight])).toEqual([
    ['car', 1],
    ['pedestrian', 1],
    ['*', 0],
    ['*', 0],
  ]);
});

test('lines that cannot be read are counted with file and line', async () => {
  const dir = await folderOf([label('Car', '1 2 30 18'), 'Car 0 0', label('Boat', '1 2 30 18')]);
  const { samples, problems } = await openKitti(dir);
  expect(samples[0]!.boxes).toHaveLength(1);
  expect(problems.map(({ where }) => where.slice(-12))).toEqual(['000000.txt:2', '000000.txt:3']);
});

test('a folder of another kind is refused', async () => {
  const error = await rejection(openKitti(writeFolder({ 'a.txt': '' })));
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toContain('expected the folder label_2, found nothing');
});

const data = sharedDataDir();
test.skipIf(!data)('every real frame has its picture and every label is understood', async () => {
  const { samples, problems } = await openKitti(join(data!, 'kitti_object'));
  expect(problems).toEqual([]);
  expect(samples.length).toBeGreaterThan(70);
  const types = samples.flatMap(({ boxes }) => boxes.map(({ kittiType }) => kittiType));
  expect(types.filter((type) => type === 'Car')).toHaveLength(236);
});
