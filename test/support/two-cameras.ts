import { create, toBinary } from '@bufbuild/protobuf';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { timestampFromNs } from '../../src/messages/timestamp.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';

/** What each camera of the recording sees: how many pictures, and their size in pixels. */
export interface RecordedView {
  frames: number;
  widthPx: number;
  heightPx: number;
}

/** Writes a recording as a pipeline of several cameras does, 20 pictures per second of one grey for each camera. */
export async function writeTwoCameras(
  path: string,
  cameras: Readonly<Record<string, RecordedView>>,
): Promise<void> {
  const writer = await RecordingWriter.create(path);
  for (const [place, [name, view]] of Object.entries(cameras).entries()) {
    const { frames, widthPx, heightPx } = view;
    const data = new Uint8Array(widthPx * heightPx * 3).fill(60 + 120 * place);
    const jpeg = await encodeJpeg({ widthPx, heightPx, data }, 90);
    for (let frame = 0; frame < frames; frame++) {
      const stampNs = 1_700_000_000_000_000_000n + BigInt(frame) * 50_000_000n;
      const picture = { timestamp: timestampFromNs(stampNs), data: jpeg, format: 'jpeg' };
      const bytes = toBinary(CompressedImageSchema, create(CompressedImageSchema, picture));
      await writer.writeEncoded('camera/image', stampNs, bytes, `/${name}/camera/image`);
    }
  }
  await writer.close();
}
