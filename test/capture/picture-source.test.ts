import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSource } from '../../src/capture/open-source.js';
import { openImageFolder, openUdacityFolder } from '../../src/capture/picture-source.js';
import { encodeJpeg, encodePng } from '../../src/codec/image-codec.js';
import { encodePpm } from '../../src/codec/ppm.js';
import { frameBytes } from '../../src/frame/frame.js';
import { isSourceEnd } from '../../src/frame/frame-source.js';
import { numberedColour, numberedImage } from '../recording/drive-builder.js';
import { sharedDataDir } from '../support/shared-data.js';
import { checkSource } from './conformance.js';

let dir: string;
let mixed: string;
let udacity: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-pictures-'));
  mixed = join(dir, 'mixed');
  await mkdir(mixed);
  const jpeg = async (number: number) => encodeJpeg(numberedImage(number), 95);
  // In natural order: 1, 2, ... 10; number 4 has another size, number 6 is cut off.
  await writeFile(join(mixed, 'frame1.jpg'), await jpeg(0));
  await writeFile(join(mixed, 'frame2.png'), await encodePng(numberedImage(1)));
  await writeFile(join(mixed, 'frame3.ppm'), encodePpm(numberedImage(2)));
  await writeFile(join(mixed, 'frame4.jpg'), await encodeJpeg(numberedImage(3, 40, 24), 95));
  await writeFile(join(mixed, 'frame5.JPG'), await jpeg(4));
  await writeFile(join(mixed, 'frame6.jpg'), (await jpeg(5)).subarray(0, 200));
  await writeFile(join(mixed, 'frame10.jpg'), await jpeg(6));
  await writeFile(join(mixed, 'notes.txt'), 'no picture');
  await mkdir(join(mixed, 'folder.jpg'));

  udacity = join(dir, 'udacity');
  await mkdir(join(udacity, 'IMG'), { recursive: true });
  const rows = ['center,left,right,steering,throttle,brake,speed'];
  for (let i = 0; i < 4; i++) {
    const name = `center_2020_02_29_23_59_59_${String(100 + i * 70)}.jpg`;
    if (i !== 2) await writeFile(join(udacity, 'IMG', name), await jpeg(i));
    rows.push(`C:\\Users\\x\\IMG\\${name},l.jpg,r.jpg,0.1,0,0,10`);
  }
  await writeFile(join(udacity, 'driving_log.csv'), rows.join('\r\n'));
});
afterAll(() => rm(dir, { recursive: true }));

checkSource('a folder of pictures', {
  open: () => openImageFolder(mixed, { rateHz: 10 }),
  ids: [0, 1, 2, 4, 6],
  skipped: { size: 1, undecodable: 1 },
  colourOf: (id) => numberedColour(id),
});

checkSource('a Udacity folder', {
  open: () => openUdacityFolder(udacity),
  ids: [0, 1, 3],
  skipped: { missing: 1 },
  colourOf: (id) => numberedColour(id),
});

checkSource('a single picture', {
  open: () => openSource(join(mixed, 'frame3.ppm')),
  ids: [0],
  colourOf: () => numberedColour(2),
});

test('a folder plays at its rate, a Udacity folder at the times in its names', async () => {
  const pixels = new Uint8Array(32 * 24 * 3);
  const folder = await openSource(mixed, { rateHz: 10 });
  expect(folder.info).toMatchObject({ name: 'mixed', nominalRateHz: 10 });
  await folder.read(pixels);
  expect(await folder.read(pixels)).toEqual({ id: 1, sourceTimeNs: 100_000_000n, stampNs: 0n });
  await folder.close();
  const drive = await openSource(udacity);
  expect(drive.info.nominalRateHz).toBeCloseTo(1000 / 70, 1);
  await drive.read(pixels);
  expect(await drive.read(pixels)).toEqual({
    id: 1,
    sourceTimeNs: 70_000_000n,
    stampNs: BigInt(Date.UTC(2020, 1, 29, 23, 59, 59, 170)) * 1_000_000n,
    // 0.1 of 25 degrees, to the right.
    driverSteeringRad: expect.closeTo((-2.5 * Math.PI) / 180, 12),
  });
  await drive.close();
});

test('a folder without pictures, and one whose pictures cannot be read, say so', async () => {
  const empty = join(dir, 'empty');
  await mkdir(empty);
  await expect(openSource(empty)).rejects.toMatchObject({ code: 'ERR_SOURCE_EMPTY' });
  const broken = join(dir, 'broken');
  await mkdir(broken);
  await writeFile(join(broken, 'a.jpg'), 'not a picture');
  await expect(openSource(broken)).rejects.toMatchObject({
    code: 'ERR_SOURCE_FORMAT',
    message: expect.stringContaining('found none among 1'),
  });
  await expect(openImageFolder(mixed, { rateHz: 0 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
});

const data = sharedDataDir();
const why = data === undefined ? ' (left out: no folder of real images here)' : '';
test.skipIf(data === undefined)(`real road pictures and a real drive play${why}`, async () => {
  const pictures = await openSource(join(data!, 'road_scenes/adv_lane_1280x720'));
  expect(pictures.info).toMatchObject({ frameCount: 8, layout: { widthPx: 1280, heightPx: 720 } });
  const frame = new Uint8Array(1280 * 720 * 3);
  expect(await pictures.read(frame)).toMatchObject({ id: 0 });
  // A photo, and not one colour.
  expect(new Set(frame).size).toBeGreaterThan(200);
  await pictures.close();
  const drive = await openSource(join(data!, 'udacity_sim'));
  expect(drive.info).toMatchObject({ frameCount: 760, layout: { widthPx: 320, heightPx: 160 } });
  expect(drive.info.nominalRateHz).toBeCloseTo(14, 0);
  await drive.close();
});

test('a plain JPEG is handed on beside its pixels where that was asked for', async () => {
  const some = join(dir, 'some');
  await mkdir(some);
  const plain = await readFile(join(mixed, 'frame1.jpg'));
  await writeFile(join(some, 'a.jpg'), plain);
  await writeFile(join(some, 'c.ppm'), encodePpm(numberedImage(0)));
  const codedOf = async (keepsCoded?: 'if-free') => {
    const source = await openSource(some, { ...(keepsCoded && { keepsCoded }) });
    const pixels = new Uint8Array(frameBytes(source.info.layout));
    const coded: (Uint8Array | undefined)[] = [];
    for (;;) {
      const frame = await source.read(pixels);
      if (isSourceEnd(frame)) break;
      coded.push(frame.coded);
    }
    await source.close();
    return { coded, room: source.info.codedBytes };
  };
  expect(await codedOf()).toEqual({ coded: [undefined, undefined], room: undefined });
  const { coded, room } = await codedOf('if-free');
  expect(coded.map((bytes) => bytes && Buffer.compare(bytes, plain))).toEqual([0, undefined]);
  expect(room).toBeGreaterThan(plain.length);
});
