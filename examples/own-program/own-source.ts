// A source of your own: raw frames from standard input, whatever makes them.
//
//     ffmpeg -v error -i drive.mp4 -vf scale=1280:720 -f rawvideo -pix_fmt rgb24 - | node own-source.js 1280x720
import { fileURLToPath } from 'node:url';
import { openPipeline } from 'windshield';
import { type FrameLayout, type FrameSource, frameBytes } from 'windshield/frame';

/** Frames of `layout`, one behind the other, 20 a second. Fills the pipeline's own memory: no frame is copied twice. */
function rawFrames(stream: NodeJS.ReadStream, layout: FrameLayout): FrameSource {
  const chunks = stream[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  let id = 0;
  let isClosed = false;
  return {
    info: { name: 'standard input', layout, nominalRateHz: 20, frameCount: undefined },
    skipped: {},
    async read(into) {
      for (let filled = 0; filled < frameBytes(layout); ) {
        if (rest.length === 0) {
          const { done, value } = await chunks.next();
          if (done || isClosed) return { kind: 'ended' };
          rest = value as Uint8Array;
        }
        const part = rest.subarray(0, frameBytes(layout) - filled);
        into.set(part, filled);
        rest = rest.subarray(part.length);
        filled += part.length;
      }
      const frame = { id, sourceTimeNs: BigInt(id) * 50_000_000n, stampNs: 0n };
      id++;
      return frame;
    },
    async close() {
      isClosed = true;
      stream.destroy();
    },
  };
}

const [widthPx = 1280, heightPx = 720] = (process.argv[2] ?? '').split('x').map(Number);
const layout: FrameLayout = { format: 'rgb8', widthPx, heightPx, strideBytes: widthPx * 3 };
const modelsDir = fileURLToPath(new URL('models', import.meta.resolve('windshield/package.json')));

const pipeline = await openPipeline({
  source: rawFrames(process.stdin, layout),
  config: {
    calibration: 'none',
    bundles: { steering: `${modelsDir}/steering-rendered`, detection: `${modelsDir}/detection` },
    lanes: [['steering', 'detection']],
    publish: {},
  },
  // The pipe waits for us, so that no frame need be dropped.
  pacing: 'lockstep',
});
for await (const { frameId, detections, steering } of pipeline) {
  const seen = detections.map(({ className, score }) => `${className} ${score.toFixed(2)}`);
  console.log(`frame ${frameId}  steer ${steering?.angleRad.toFixed(3)} rad  ${seen.join(', ')}`);
}
