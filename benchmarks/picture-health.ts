// How well the picture health check distinguishes altered road pictures from unaltered ones.
//
//     node bin/build.js && node dist/benchmarks/picture-health.js ../shared/data
//
// Single pictures (road_scenes, camvid, udacity_sim) are darkened, over-exposed and blurred; the sequences of camvid, one
// frame per second, are also frozen and get a soft, static blot of two sizes (dirty). Prints a table.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DriftWatch } from '../src/capture/picture-health/drift-watch.js';
import { pictureHealthSchema } from '../src/capture/picture-health/picture-health-schema.js';
import { PictureWatch } from '../src/capture/picture-health/picture-watch.js';
import { decodePictureFile } from '../src/codec/picture-file.js';
import { packedRgbLayout } from '../src/frame/frame.js';
import { median } from '../src/frame/median.js';

const data = process.argv[2] ?? '../shared/data';
const sets = [
  'road_scenes/adv_lane_1280x720',
  'road_scenes/p1_960x540',
  'road_scenes/vehicle_1280x720',
  'camvid/train',
  'camvid/val',
  'udacity_sim/IMG',
];
const config = pictureHealthSchema.parse({ beginS: 0.05 });
type Picture = { widthPx: number; heightPx: number; pixels: Uint8Array };

const scaled = (gain: number, lift: number) => (picture: Picture) =>
  picture.pixels.map((value) => Math.max(0, Math.min(255, value * gain + lift)));
const alterations: Record<string, (picture: Picture) => Uint8Array> = {
  picture_black: scaled(0.06, 0),
  picture_overexposed: scaled(3, 90),
  picture_blurred: blurred,
};

/** Three box filters in each direction: a Gaussian of about 1 % of the width. Only green, because nothing else is read. */
function blurred({ widthPx, heightPx, pixels }: Picture): Uint8Array {
  const out = pixels.slice();
  const radius = Math.max(2, Math.round(widthPx / 180));
  const line = (start: number, step: number, count: number) => {
    const read = Float32Array.from({ length: count }, (_, i) => out[start + i * step]!);
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += read[Math.max(0, Math.min(count - 1, i))]!;
    for (let i = 0; i < count; i++) {
      out[start + i * step] = sum / (2 * radius + 1);
      sum += read[Math.min(count - 1, i + radius + 1)]! - read[Math.max(0, i - radius)]!;
    }
  };
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < heightPx; y++) line(y * widthPx * 3 + 1, 3, widthPx);
    for (let x = 0; x < widthPx; x++) line(x * 3 + 1, widthPx * 3, heightPx);
  }
  return out;
}

async function load(path: string): Promise<Picture> {
  const image = await decodePictureFile(path);
  return { widthPx: image.widthPx, heightPx: image.heightPx, pixels: new Uint8Array(image.data) };
}

function codesOf({ widthPx, heightPx }: Picture, pixels: Uint8Array): readonly string[] {
  const watch = new PictureWatch(packedRgbLayout(widthPx, heightPx), undefined, config);
  watch.take(pixels, 0n);
  return watch.take(pixels, 100_000_000n);
}

const found: Record<string, number> = {};
const alarms: Record<string, number> = {};
let stills = 0;
const add = (counts: Record<string, number>, code: string) => {
  counts[code] = (counts[code] ?? 0) + 1;
};
for (const set of sets) {
  const dir = join(data, set);
  for (const name of readdirSync(dir)
    .filter((file) => /\.(jpg|png)$/.test(file))
    .filter((_, i) => set.startsWith('road') || i % 12 === 0)) {
    const picture = await load(join(dir, name));
    stills++;
    for (const code of codesOf(picture, picture.pixels)) {
      add(alarms, code);
      if (process.env['VERBOSE']) console.log('alarm', set, name, code);
    }
    for (const [code, alter] of Object.entries(alterations))
      if (codesOf(picture, alter(picture)).includes(code)) add(found, code);
  }
}

// A camera that was turned after its calibration looks the same as a mount with a pitch that is wrong by as much. So
// the pictures of camvid stay as they are, and the drive's own mount (the median of all its vanishing points) is
// turned.
async function measureDrift(): Promise<void> {
  const turnsDeg = [-2, -1.5, -1, 1, 1.5, 2];
  const counts = new Map<number, { judged: number; said: number }>(
    [0, ...turnsDeg].map((turn) => [turn, { judged: 0, said: 0 }]),
  );
  const drives = new Map<string, string[]>();
  for (const split of ['train', 'val'])
    for (const name of readdirSync(join(data, 'camvid', split)).sort()) {
      const [drive] = name.split('_');
      const key = `${split}/${drive}`;
      if (/\.(jpg|png)$/.test(name))
        drives.set(key, [...(drives.get(key) ?? []), join(data, 'camvid', split, name)]);
    }
  drives.set(
    'udacity_sim',
    readdirSync(join(data, 'udacity_sim/IMG'))
      .filter((name) => name.startsWith('center'))
      .sort()
      .filter((_, i) => i % 5 === 0)
      .map((name) => join(data, 'udacity_sim/IMG', name)),
  );
  for (const [drive, paths] of drives) {
    const first = await load(paths[0]!);
    const layout = packedRgbLayout(first.widthPx, first.heightPx);
    const { widthPx, heightPx } = first;
    // These cameras were not calibrated; a focal length of one picture width fits their look.
    const camera = {
      kind: 'plumb_bob' as const,
      widthPx,
      heightPx,
      fxPx: widthPx,
      fyPx: widthPx,
      cxPx: widthPx / 2,
      cyPx: heightPx / 2,
      distortion: [0, 0, 0, 0, 0],
    };
    const level = new DriftWatch(layout, camera, { heightM: 1, pitchRad: 0 });
    const drifts: number[] = [];
    let judged = 0;
    for (const [i, path] of paths.entries()) {
      const { pixels } = await load(path);
      const drift = level.take(pixels, BigInt(i) * 1_000_000_000n);
      if (drift === undefined) continue;
      judged++;
      drifts.push(drift);
    }
    console.log(`drift ${drive}: ${paths.length} pictures, ${judged} of them judged`);
    if (drifts.length === 0) continue;
    const middle = median(drifts);
    for (const [turn, count] of counts)
      for (const drift of drifts) {
        count.judged++;
        const turned = drift - middle + (turn * Math.PI) / 180;
        if (Math.abs(turned) > (config.driftedDeg * Math.PI) / 180) count.said++;
      }
  }
  for (const [turn, { judged, said }] of counts)
    console.log(`calibration_drifted turned by ${turn}°: said of ${said} of ${judged}`);
}
await measureDrift();

// Sequences: runs of names with closely consecutive numbers.
const sequences: string[][] = [];
for (const split of ['train', 'val']) {
  const dir = join(data, 'camvid', split);
  let last: { prefix: string; number: number } | undefined;
  for (const name of readdirSync(dir).sort()) {
    const [, prefix, digits] = /^(.*?)_f?(\d+)\.\w+$/.exec(name) ?? [];
    if (prefix === undefined) continue;
    const number = Number(digits);
    const isNext = last?.prefix === prefix && number > last.number && number - last.number <= 31;
    if (!isNext) sequences.push([]);
    sequences.at(-1)!.push(join(dir, name));
    last = { prefix, number };
  }
}
/** Runs of 25 s, each starting 6 s after the previous one, so that they overlap. */
const windows = sequences.flatMap((paths) =>
  Array.from({ length: Math.max(0, Math.floor((paths.length - 25) / 6) + 1) }, (_, i) =>
    paths.slice(i * 6, i * 6 + 25),
  ),
);
/** Radius of the blots, picture heights. */
const blotSizes = [0.28, 0.14];
const blot = (picture: Picture, seed: number, size: number): Uint8Array => {
  const { widthPx, heightPx, pixels } = picture;
  const out = pixels.slice();
  const [cx, cy] = [widthPx * (0.15 + 0.1 * (seed % 8)), heightPx * (0.3 + 0.1 * (seed % 5))];
  const radius = heightPx * size;
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const share = Math.min(
        1,
        Math.max(0, (radius - Math.hypot(x - cx, y - cy)) / (radius * 0.2)),
      );
      const at = (y * widthPx + x) * 3 + 1;
      out[at] = out[at]! * (1 - 0.98 * share) + 60 * 0.98 * share;
    }
  return out;
};
const codesOfRun = (
  pictures: Picture[],
  change: (picture: Picture, index: number) => Uint8Array,
) => {
  const watch = new PictureWatch(
    packedRgbLayout(pictures[0]!.widthPx, pictures[0]!.heightPx),
    undefined,
    config,
  );
  const said = new Set<string>();
  for (let i = 0; i < pictures.length; i++)
    for (const code of watch.take(change(pictures[i]!, i), BigInt(i) * 1_000_000_000n))
      said.add(code);
  return said;
};
const runAlarms: Record<string, number> = {};
for (const [seed, paths] of windows.entries()) {
  const pictures = await Promise.all(paths.map(load));
  for (const code of codesOfRun(pictures, ({ pixels }) => pixels)) {
    if (process.env['VERBOSE'] && /dirty|frozen/.test(code)) console.log('alarm', paths[0], code);
    if (/dirty|frozen/.test(code)) add(runAlarms, code);
  }
  for (const size of blotSizes)
    if (codesOfRun(pictures, (picture) => blot(picture, seed, size)).has('lens_dirty'))
      add(found, `lens_dirty ${size}`);
  if (codesOfRun(pictures, () => pictures[0]!.pixels).has('picture_frozen'))
    add(found, 'picture_frozen');
}
const row = (code: string, of: number, counts: Record<string, number>) => ({
  found: `${found[code] ?? 0} of ${of}`,
  foundPercent: Number(((100 * (found[code] ?? 0)) / of).toFixed(1)),
  falseAlarms: `${counts[code] ?? 0} of ${of}`,
  falsePercent: Number(((100 * (counts[code] ?? 0)) / of).toFixed(1)),
});
console.table({
  ...Object.fromEntries(Object.keys(alterations).map((code) => [code, row(code, stills, alarms)])),
  picture_frozen: row('picture_frozen', windows.length, runAlarms),
  ...Object.fromEntries(
    blotSizes.map((size) => [
      `lens_dirty ${size}`,
      {
        ...row(`lens_dirty ${size}`, windows.length, runAlarms),
        falseAlarms: `${runAlarms['lens_dirty'] ?? 0} of ${windows.length}`,
      },
    ]),
  ),
});
