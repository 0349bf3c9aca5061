import { create } from '@bufbuild/protobuf';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { GroundTruthSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { createDriveWriter } from '../../src/recording/drive-writer.js';

export const tinyDriveSize = { widthPx: 128, heightPx: 96 } as const;

/** A grey picture with a red square in its top-left quarter and, from `blueFrom` on, a blue one at the bottom right. */
export function tinyPicture(frameId: number, blueFrom = 6): Uint8Array {
  const { widthPx, heightPx } = tinyDriveSize;
  const data = new Uint8Array(widthPx * heightPx * 3).fill(100);
  const paint = (left: number, top: number, colour: readonly [number, number, number]) => {
    for (let y = top; y < top + 40; y++)
      for (let x = left; x < left + 52; x++) data.set(colour, (y * widthPx + x) * 3);
  };
  paint(4 + (frameId % 4), 4, [230, 20, 20]);
  if (frameId >= blueFrom) paint(70, 52, [20, 20, 230]);
  return data;
}

/** Writes a drive of `frameCount` tiny pictures at `rateHz`, with a calibration of a slightly distorted lens; `startMs` later than usual; `steeringRad`: how its driver steered; `isRecorded`: which of its frames the camera recorded, all by default. */
export async function writeTinyDrive(
  path: string,
  frameCount: number,
  rateHz = 20,
  startMs = 0,
  steeringRad?: (frameId: number) => number | undefined,
  isRecorded: (frameId: number) => boolean = () => true,
): Promise<void> {
  const { widthPx, heightPx } = tinyDriveSize;
  const writer = await createDriveWriter(path, {
    ...tinyDriveSize,
    sourceName: 'tiny drive',
    rateHz,
    frameCount,
    calibration: {
      distortionModel: 'plumb_bob',
      d: [-0.05, 0.01, 0, 0, 0],
      k: [120, 0, widthPx / 2, 0, 120, heightPx / 2, 0, 0, 1],
    },
  });
  for (let frameId = 0; frameId < frameCount; frameId++) {
    const startNs = 1_700_000_000_000_000_000n + BigInt(startMs * 1e6);
    const stampNs = startNs + BigInt(Math.round((frameId * 1e9) / rateHz));
    const jpeg = await encodeJpeg({ ...tinyDriveSize, data: tinyPicture(frameId) }, 90);
    if (isRecorded(frameId)) await writer.writeFrame({ stampNs, jpeg });
    const drivenRad = steeringRad?.(frameId);
    if (drivenRad === undefined) continue;
    const vehicle = { hasSteering: true, steeringRad: drivenRad };
    const truth = { frameId: BigInt(frameId), stampNs, vehicle };
    await writer.writeGroundTruth(create(GroundTruthSchema, truth));
  }
  await writer.close();
}
