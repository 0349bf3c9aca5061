// A decoder of your own: how sure the segmentation network is, which the pipeline does not say. The bundle brings the
// preprocessing and the proof that the network runs right here; the decoding is yours.
//
//     node own-decoder.js drive.mcap [count]
import { fileURLToPath } from 'node:url';
import { certify, createNetworkSession, readBundleFolder } from 'windshield/bundle';
import { frameBytes, isSourceEnd, openSource } from 'windshield/frame';
import { buildRemapTable, preprocessInto } from 'windshield/preprocess';

/** Mean probability of the best class by pixel, 0..1. `scores`: float32 logits [classes, rows x columns]. */
function meanCertainty(scores: Float32Array, classCount: number): number {
  const pixelCount = scores.length / classCount;
  let total = 0;
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let at = pixel; at < scores.length; at += pixelCount) best = Math.max(best, scores[at]!);
    let sum = 0;
    for (let at = pixel; at < scores.length; at += pixelCount) sum += Math.exp(scores[at]! - best);
    total += 1 / sum;
  }
  return total / pixelCount;
}

const packageFile = import.meta.resolve('windshield/package.json');
const bundle = await readBundleFolder(fileURLToPath(new URL('models/segmentation', packageFile)));
const { input, decode } = bundle.manifest;
if (decode.kind !== 'segmentation') throw new Error(`expected a class map, found ${decode.kind}`);
const session = await createNetworkSession(bundle, { providers: ['cpu'] });
const { maxAbsDifference } = await certify(session, bundle);
console.log(`golden outputs within ${maxAbsDifference.toExponential(1)}`);

const sample = fileURLToPath(import.meta.resolve('windshield/recordings/sample-drive.mcap'));
const [path = sample, count = '3'] = process.argv.slice(2);
const source = await openSource(path);
const pixels = new Uint8Array(frameBytes(source.info.layout));
const table = buildRemapTable(input.spec, source.info.layout);
for (let read = 0; read < Number(count); read++) {
  const frame = await source.read(pixels);
  if (isSourceEnd(frame)) break;
  preprocessInto(table, pixels, session.input);
  await session.run();
  const certainty = meanCertainty(session.outputs[decode.scores]!, decode.classes.length);
  console.log(`frame ${frame.id}  certainty ${certainty.toFixed(3)}`);
}
await source.close();
await session.dispose();
