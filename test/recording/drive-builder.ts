import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type DecodedImage, encodeJpeg } from '../../src/codec/image-codec.js';
import { GroundTruthSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { createDriveWriter, type DriveOptions } from '../../src/recording/drive-writer.js';

/** A picture of one colour that tells its number: red is the number times 8, green half the width, blue 40. */
export function numberedImage(number: number, widthPx = 32, heightPx = 24): DecodedImage {
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let i = 0; i < data.length; i += 3) data.set([(number * 8) & 255, widthPx >> 1, 40], i);
  return { widthPx, heightPx, data };
}

/** What `numberedImage` shows, as [red, green, blue]. */
export const numberedColour = (number: number, widthPx = 32): [number, number, number] => [
  (number * 8) & 255,
  widthPx >> 1,
  40,
];

export const driveStartNs = 1_700_000_000_000_000_000n;
export const driveStepNs = 50_000_000n;

/** Writes a drive of numbered frames with ground truth; returns its path. */
export async function buildDrive(
  dir: string,
  frameCount: number,
  options: Partial<DriveOptions> & { name?: string; padBytes?: number } = {},
): Promise<string> {
  const { name = 'drive.mcap', padBytes = 0, ...facts } = options;
  const path = join(dir, name);
  const size = { widthPx: 32, heightPx: 24 };
  const drive = await createDriveWriter(path, { ...size, sourceName: 'builder', ...facts });
  for (let i = 0; i < frameCount; i++) {
    const stampNs = driveStartNs + BigInt(i) * driveStepNs;
    const jpeg = await encodeJpeg(numberedImage(i), 95);
    // Zeros behind the end marker make large pictures, and so many chunks, at little cost.
    const padded = new Uint8Array(jpeg.length + padBytes);
    padded.set(jpeg);
    await drive.writeFrame({ stampNs, jpeg: padded });
    await drive.writeGroundTruth(
      create(GroundTruthSchema, { frameId: BigInt(i), stampNs, vehicle: { speedMps: i } }),
    );
  }
  await drive.close();
  return path;
}
