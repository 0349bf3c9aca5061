import { join } from 'node:path';
import { mulberry32 } from '../src/bundle/golden.js';
import { makeFolder } from '../src/files/make-folder.js';
import { Database } from '../tools/fleet/ask/duckdb.js';
import { openTables } from '../tools/fleet/ask/open-tables.js';
import { questions } from '../tools/fleet/ask/questions.js';
import { FolderStore } from '../tools/fleet/store/folder-store.js';
import { type DriveCodes, packCodes } from '../tools/similar/code-file.js';
import { wordDims } from '../tools/similar/events/skip-gram.js';
import { findSimilar } from '../tools/similar/find-similar.js';
import { codeDims } from '../tools/similar/frame-coder.js';
import { nearest } from '../tools/similar/nearest.js';
import { searchedCodes } from '../tools/similar/searched-drive.js';
import { loadCodes, openCodes } from '../tools/similar/stored-codes.js';
import { driveTables } from '../tools/tables/drive-tables.js';
import { ParquetFile } from '../tools/tables/parquet-file.js';
import type { BenchmarkCase } from './harness/benchmark.js';
import { normalNumbers } from './harness/random.js';
import { runBenchmark } from './harness/run-benchmark.js';
import { temporaryFiles } from './harness/temporary-files.js';

// Finds a frame among a million codes, and the 99th percentile of a million rows by drive. All data is generated.
const [driveCount, framesPerDrive] = [200, 5000];
const scenes = 2000;
const framesPerScene = 20;
/** Distance between frames of one scene; different scenes are about 1.4 apart. */
const withinScene = 0.3;
const maker = 'benchmark';

function driveOf(place: number, dims: number, centres: Float32Array): DriveCodes {
  const codes = normalNumbers(framesPerDrive * dims, 100 + place);
  const random = mulberry32(place);
  let scene = 0;
  for (let frame = 0; frame < framesPerDrive; frame++) {
    if (frame % framesPerScene === 0) scene = Math.floor(random() * scenes);
    for (let d = 0; d < dims; d++) {
      const at = frame * dims + d;
      const spread = (withinScene * codes[at]!) / Math.sqrt(2 * dims);
      codes[at] = centres[scene * dims + d]! + spread;
    }
  }
  const timesS = Float64Array.from({ length: framesPerDrive }, (_, frame) => frame);
  const drive = `drive-${place}`;
  return { maker, drive, location: drive, dims, timesS, codes, thumbnails: [] };
}

function drivesOf(dims: number): DriveCodes[] {
  const centres = normalNumbers(scenes * dims, 1).map((x) => x / Math.sqrt(dims));
  return Array.from({ length: driveCount }, (_, place) => driveOf(place, dims, centres));
}

const [top, apartS] = [20, 3];

/** `find` over codes in memory: by rough codes first, or by reading each exact one. */
const similar = (dims: number): BenchmarkCase => ({
  name: `similar-${dims}`,
  variants: [
    {
      name: 'windshield',
      isReference: true,
      async prepare() {
        const drives = drivesOf(dims);
        const query = drives[7]!.codes.slice(0, dims);
        const searched = drives.map(searchedCodes);
        const find = () => findSimilar(searched, query, top, apartS);
        const [first] = await find();
        const note = `${driveCount * framesPerDrive} codes of ${scenes} scenes; nearest at ${first!.distance.toFixed(3)}`;
        return { run: find, note };
      },
    },
    {
      name: 'every exact code',
      prepare() {
        const drives = drivesOf(dims);
        const query = drives[7]!.codes.slice(0, dims);
        // More per drive than wanted, because some are too close in time.
        const find = () => drives.map(({ codes }) => nearest(codes, dims, query, 8 * top));
        return { run: find };
      },
    },
  ],
});

/** The same from files in the page cache, without reading their thumbnails. */
const similarInFiles = (dims: number): BenchmarkCase => ({
  name: `similar-in-files-${dims}`,
  variants: [
    {
      name: 'windshield',
      isReference: true,
      async prepare() {
        const { store, query } = await writeCodes(dims);
        const find = async () => {
          const { drives } = await openCodes(store, maker);
          return findSimilar(drives, query, top, apartS);
        };
        return { run: find };
      },
    },
    {
      name: 'every exact code',
      async prepare() {
        const { store, query } = await writeCodes(dims);
        const find = async () => {
          const { drives } = await loadCodes(store, maker);
          return drives.map(({ codes }) => nearest(codes, dims, query, 8 * top));
        };
        return { run: find };
      },
    },
  ],
});

async function writeCodes(dims: number) {
  const store = new FolderStore(temporaryFiles({}));
  const drives = drivesOf(dims);
  for (const drive of drives) await store.put(`drive=${drive.drive}/0.codes`, packCodes(drive));
  return { store, query: drives[7]!.codes.slice(0, dims) };
}

async function writeLatencies(dir: string): Promise<void> {
  for (let place = 0; place < driveCount; place++) {
    const drive = `drive-${place}`;
    const folder = join(dir, 'latency', `drive=${drive}`);
    makeFolder(folder);
    const file = ParquetFile.create(join(folder, 'unit.parquet'), driveTables.latency);
    const random = mulberry32(place);
    for (let frame = 0; frame < framesPerDrive; frame++) {
      const key = {
        drive,
        epoch: 0,
        frame_id: BigInt(frame),
        stamp_ns: BigInt(frame) * 50_000_000n,
      };
      const parts = { wait_ms: 0, preprocess_ms: 0, inference_ms: 0, decode_ms: 0 };
      const total_ms = 20 - 5 * Math.log(1 - random());
      await file.append({
        ...key,
        time_s: frame / 20,
        stage: 'frame',
        lane: '',
        ...parts,
        total_ms,
      });
    }
    await file.close();
  }
}

const asked: BenchmarkCase = {
  name: 'p99-by-drive',
  variants: [
    {
      name: 'DuckDB',
      async prepare() {
        const dir = temporaryFiles({});
        await writeLatencies(dir);
        const { sql } = questions['p99-by-drive'];
        const ask = async () => {
          const database = await Database.open();
          await openTables(database, new FolderStore(dir), sql, { isFar: false, dir: '' });
          const { rows } = await database.ask(sql);
          database.close();
          return rows.length;
        };
        const note = `${driveCount * framesPerDrive} rows in ${driveCount} files; ${await ask()} rows of answer`;
        return { run: ask, note };
      },
    },
  ],
};

await runBenchmark({
  name: 'fleet-questions',
  operation: 'one question to a fleet: `find` without its network, `ask` without its start',
  warmUp: 2,
  samples: 7,
  cases: () => [
    ...[codeDims, wordDims].flatMap((dims) => [similar(dims), similarInFiles(dims)]),
    asked,
  ],
});
