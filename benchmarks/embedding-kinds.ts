// Compares kinds of codes on drives whose look is known: how many of a frame's nearest neighbours have the same look?
//
//     node dist/benchmarks/embedding-kinds.js [--neighbours 10] <codes> …    # folders that `fleet codes` wrote, one per kind
//
// The drives are rendered and state their weather and road (`windshield simulate drive --weather --road`). Neighbours are
// searched among the frames of other drives; drives that some kind lacks are skipped. Prints one JSON object.
import { parseArgs } from 'node:util';
import { driveLookMetadataName } from '../simulator/datasets/drive-look.js';
import { RecordingReader } from '../src/recording/recording-reader.js';
import { FolderStore } from '../tools/fleet/store/folder-store.js';
import { type DriveCodes, unpackCodes } from '../tools/similar/code-file.js';
import { nearest } from '../tools/similar/nearest.js';

const { values: options, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { neighbours: { type: 'string', default: '10' } },
});
/** Number of neighbours that are examined. */
const neighbours = Number(options.neighbours);
const labels = ['weather', 'road'] as const;
type Look = Partial<Record<(typeof labels)[number], string>>;

const kinds: Record<string, unknown> = {};
const all = await Promise.all(folders.map(codesIn));
const common = new Set(
  (all[0] ?? [])
    .map(({ drive }) => drive)
    .filter((name) => all.every((drives) => drives.some(({ drive }) => drive === name))),
);
for (const [place, folder] of folders.entries()) {
  const drives = all[place]!.filter(({ drive }) => common.has(drive));
  const looks = await Promise.all(drives.map(lookOf));
  kinds[folder] = { maker: drives[0]?.maker, drives: drives.length, ...precision(drives, looks) };
}
console.log(JSON.stringify({ neighbours, kinds }, undefined, 2));

async function codesIn(folder: string): Promise<DriveCodes[]> {
  const drives: DriveCodes[] = [];
  const store = new FolderStore(folder);
  for await (const { key } of store.list('')) {
    const codes = unpackCodes((await store.read(key)) ?? new Uint8Array(0));
    if (codes !== undefined && codes.timesS.length > 0) drives.push(codes);
  }
  return drives;
}

async function lookOf({ location }: DriveCodes): Promise<Look> {
  const reader = await RecordingReader.open(location);
  await reader.close();
  return reader.metadata.get(driveLookMetadataName) ?? {};
}

/** Mean share of the nearest frames of other drives with the frame's label, and the share expected by chance. */
function precision(drives: readonly DriveCodes[], looks: readonly Look[]) {
  const sums = { weather: 0, road: 0, both: 0 };
  const chances = { weather: 0, road: 0, both: 0 };
  let frames = 0;
  for (const [own, { dims, codes, timesS }] of drives.entries())
    for (let place = 0; place < timesS.length; place++) {
      frames++;
      const query = codes.subarray(place * dims, (place + 1) * dims);
      const all = drives.flatMap((other, index) =>
        index === own
          ? []
          : nearest(other.codes, dims, query, neighbours).map(({ distance }) => ({
              index,
              distance,
            })),
      );
      const near = all.sort((a, b) => a.distance - b.distance).slice(0, neighbours);
      const others = drives.flatMap((other, index) =>
        index === own ? [] : Array.from(other.timesS, () => index),
      );
      for (const [what, isSame] of Object.entries(sameness(looks, own))) {
        const key = what as keyof typeof sums;
        sums[key] += near.filter(({ index }) => isSame(index)).length / near.length;
        chances[key] += others.filter(isSame).length / others.length;
      }
    }
  const mean = (values: typeof sums) =>
    Object.fromEntries(Object.entries(values).map(([what, sum]) => [what, sum / frames]));
  return { frames, precision: mean(sums), chance: mean(chances) };
}

function sameness(looks: readonly Look[], own: number) {
  const weather = (other: number) => looks[other]!.weather === looks[own]!.weather;
  const road = (other: number) => looks[other]!.road === looks[own]!.road;
  return { weather, road, both: (other: number) => weather(other) && road(other) };
}
