import { openSimulatedDrive, type SimulatedDrive } from '../simulator/datasets/drive.js';
import { encodeJpeg } from '../src/codec/image-codec.js';
import { runBenchmark } from './harness/run-benchmark.js';

// Renders a frame of the sample drive with its truth, and encodes it as JPEG, on one thread.
const seconds = 12.5;
const jpegQuality = 80;

/** Times spread over the drive, the same for every variant. */
function momentS(call: number): number {
  return (call * 0.37) % (seconds - 0.5);
}

async function open(widthPx: number, heightPx: number): Promise<SimulatedDrive> {
  return openSimulatedDrive({ seed: 21, seconds, widthPx, heightPx });
}

await runBenchmark({
  name: 'renderer',
  operation:
    'one frame of the sample drive with boxes, class map and steering, drawn 1.5 times as fine as it is kept',
  warmUp: 20,
  samples: 40,
  cases: () =>
    (
      [
        [640, 360],
        [1280, 720],
      ] as const
    ).map(([widthPx, heightPx]) => ({
      name: `${widthPx}x${heightPx}`,
      variants: [
        {
          name: 'frame',
          isReference: true,
          async prepare() {
            const drive = await open(widthPx, heightPx);
            let call = 0;
            return { run: () => drive.frameAt(momentS(call++)) };
          },
        },
        {
          name: 'frame and JPEG',
          async prepare() {
            const drive = await open(widthPx, heightPx);
            let call = 0;
            return {
              run: () => encodeJpeg(drive.frameAt(momentS(call++)).image, jpegQuality),
              note: `quality ${jpegQuality}`,
            };
          },
        },
        {
          name: 'JPEG',
          async prepare() {
            const { image } = (await open(widthPx, heightPx)).frameAt(momentS(8));
            return { run: () => encodeJpeg(image, jpegQuality) };
          },
        },
      ],
    })),
});
