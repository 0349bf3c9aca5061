// An output of your own: one line of CSV for each frame. It never holds the pipeline up: what a slow disk cannot take is
// dropped, and counted in the report.
//
//     node own-output.js drive.mcap steering.csv
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { fromBinary } from '@bufbuild/protobuf';
import { type Output, openPipeline, PublishCounts } from 'windshield';
import { PerceptionFrameSchema } from 'windshield/messages';

const mostWaitingBytes = 1 << 20;

function csvOutput(path: string): Output {
  const file = createWriteStream(path);
  const counts = new PublishCounts();
  let fault: Error | undefined;
  file.on('error', (error) => {
    fault = error;
  });
  file.write('frame,angle_rad,objects\n');
  return {
    name: 'csv',
    place: path,
    topics: ['perception'],
    needsPixels: false,
    counts,
    get health() {
      return fault === undefined ? undefined : 'csv_failed';
    },
    send({ topic, payload }) {
      const count = counts.of(topic);
      if (fault !== undefined || file.writableLength > mostWaitingBytes) {
        count.dropped++;
        return;
      }
      const { frameId, steering, detections } = fromBinary(PerceptionFrameSchema, payload);
      file.write(`${frameId},${steering?.angleRad ?? ''},${detections.length}\n`);
      count.sent++;
    },
    async close() {
      if (file.closed) return;
      file.end();
      await finished(file);
    },
  };
}

const packageFile = import.meta.resolve('windshield/package.json');
const inPackage = (path: string) => fileURLToPath(new URL(path, packageFile));
const [source = inPackage('recordings/sample-drive.mcap'), path = 'steering.csv'] =
  process.argv.slice(2);
const pipeline = await openPipeline({
  config: {
    bundles: { steering: inPackage('models/steering-rendered') },
    lanes: [['steering']],
    publish: {},
  },
  source,
  outputs: [csvOutput(path)],
  pacing: 'lockstep',
});
let count = 0;
for await (const _frame of pipeline) if (++count === 40) break;
const { frames, outputs } = await pipeline.close();
console.log(frames, JSON.stringify(outputs.find(({ name }) => name === 'csv')));
