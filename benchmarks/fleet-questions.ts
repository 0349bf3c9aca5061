import { join } from 'node:path';
import { mulberry32 } from '../src/bundle/golden.js';
import { makeFolder } from '../src/files/make-folder.js';
import { Database } from '../tools/fleet/ask/duckdb.js';
import { openTables } from '../tools/fleet/ask/open-tables.js';
import { questions } from '../tools/fleet/ask/questions.js';
import { FolderStore } from '../tools/fleet/store/folder-store.js';
import type { DriveCodes } from '../tools/similar/code-file.js';
import { findSimilar } from '../tools/similar/find-similar.js';
import { codeDims } from '../tools/similar/frame-coder.js';
import { driveTables } from '../tools/tables/drive-tables.js';
import { ParquetFile } from '../tools/tables/parquet-file.js';
import type { BenchmarkCase } from './harness/benchmark.js';
import { normalNumbers } from './harness/random.js';
import { runBenchmark } from './harness/run-benchmark.js';
import { temporaryFiles } from './harness/temporary-files.js';

// A frame among a million codes, and the 99th percentile of a million rows by drive. All of it is made up.
const [driveCount, framesPerDrive] = [200, 5000];
const scenes = 2000;
const framesPerScene = 20;
/** How far frames of one scene are from each other, beside scenes at about 1.4. */
const withinScene = 0.3;

function driveOf(place: number, centres: Float32Array): DriveCodes {
  const codes = normalNumbers(framesPerDrive * codeDims, 100 + place);
  const random = mulberry32(place);
  let scene = 0;
  for (let frame = 0; frame < framesPerDrive; frame++) {
    if (frame % framesPerScene === 0) scene = Math.floor(random() * scenes);
    for (let d = 0; d < codeDims; d++) {
      const at = frame * codeDims + d;
      const spread = (withinScene * codes[at]!) / Math.sqrt(2 * codeDims);
      codes[at] = centres[scene * codeDims + d]! + spread;
    }
  }
  const timesS = Float64Array.from({ length: framesPerDrive }, (_, frame) => frame);
  const drive = `drive-${place}`;
  return {
    maker: 'benchmark',
    drive,
    location: drive,
    dims: codeDims,
    timesS,
    codes,
    thumbnails: [],
  };
}

const similar: BenchmarkCase = {
  name: 'similar',
  variants: [
    {
      name: 'windshield',
      prepare() {
        const centres = normalNumbers(scenes * codeDims, 1).map((x) => x / Math.sqrt(codeDims));
        const drives = Array.from({ length: driveCount }, (_, place) => driveOf(place, centres));
        const query = drives[7]!.codes.slice(0, codeDims);
        const [first] = findSimilar(drives, query, 20, 3);
        return {
          run: () => findSimilar(drives, query, 20, 3),
          note: `${driveCount * framesPerDrive} codes of ${scenes} scenes; nearest at ${first!.distance.toFixed(3)}`,
        };
      },
    },
  ],
};

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
  cases: () => [similar, asked],
});
