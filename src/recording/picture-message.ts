import { fromBinary } from '@bufbuild/protobuf';
import { type DecodedImage, decodeImage, encodeJpeg, imageSize } from '../codec/image-codec.js';
import { jpegLength, readJpegHeader } from '../codec/jpeg-header.js';
import { decodeRawImage, type RawImage } from '../codec/raw-image.js';
import { PerceptionError } from '../frame/perception-error.js';
import { CompressedImageSchema } from '../messages/gen/foxglove/compressed_image_pb.js';
import { CompressedVideoSchema } from '../messages/gen/foxglove/compressed_video_pb.js';
import { type RosEncoding, RosFields } from './ros-fields.js';

/** A picture from a message. */
export interface RecordedPicture {
  /** The camera's coordinate frame, by which its calibration is found. */
  frameId: string;
  content:
    | { kind: 'encoded'; data: Uint8Array }
    | ({ kind: 'raw' } & RawImage)
    /** A frame of a video, Annex B: `picturesIn` decodes it with the frames before it. */
    | { kind: 'video'; data: Uint8Array };
}

interface PictureSchema {
  schemaName: string;
  messageEncoding: string;
  /** Throws if the bytes are not such a message. */
  read(message: Uint8Array): RecordedPicture;
}

/** Every kind of message that carries a picture, one row each. */
const pictureSchemas: readonly PictureSchema[] = [
  {
    schemaName: CompressedImageSchema.typeName,
    messageEncoding: 'protobuf',
    read(message) {
      const { frameId, data } = fromBinary(CompressedImageSchema, message);
      return { frameId, content: { kind: 'encoded', data } };
    },
  },
  {
    schemaName: CompressedVideoSchema.typeName,
    messageEncoding: 'protobuf',
    read(message) {
      const { frameId, data, format } = fromBinary(CompressedVideoSchema, message);
      if (format !== 'h264')
        throw new PerceptionError('ERR_SOURCE_FORMAT', `expected video as h264, found ${format}`);
      return { frameId, content: { kind: 'video', data } };
    },
  },
  { schemaName: 'sensor_msgs/msg/CompressedImage', ...rosCompressed('cdr') },
  { schemaName: 'sensor_msgs/msg/Image', ...rosImage('cdr') },
  { schemaName: 'sensor_msgs/CompressedImage', ...rosCompressed('ros1') },
  { schemaName: 'sensor_msgs/Image', ...rosImage('ros1') },
];

/** Names of these schemas, for error messages. */
export const pictureSchemaNames = pictureSchemas.map(
  ({ schemaName, messageEncoding }) => `${schemaName} as ${messageEncoding}`,
);

/** How to read the pictures of a channel; undefined if it carries no known kind. */
export function pictureReader(channel: {
  schemaName: string;
  messageEncoding: string;
}): ((message: Uint8Array) => RecordedPicture) | undefined {
  return pictureSchemas.find(
    ({ schemaName, messageEncoding }) =>
      schemaName === channel.schemaName && messageEncoding === channel.messageEncoding,
  )?.read;
}

function rosCompressed(encoding: RosEncoding) {
  return {
    messageEncoding: encoding,
    read(message: Uint8Array): RecordedPicture {
      const fields = new RosFields(message, encoding);
      const { frameId } = fields.header();
      // The format's text varies ("rgb8; jpeg compressed bgr8"): the picture's own bytes tell what it is.
      fields.text();
      return { frameId, content: { kind: 'encoded', data: fields.byteSequence() } };
    },
  };
}

function rosImage(encoding: RosEncoding) {
  return {
    messageEncoding: encoding,
    read(message: Uint8Array): RecordedPicture {
      const fields = new RosFields(message, encoding);
      const { frameId } = fields.header();
      const heightPx = fields.u32();
      const widthPx = fields.u32();
      const pixels = { encoding: fields.text(), isBigEndian: fields.u8() !== 0 };
      const rows = { strideBytes: fields.u32(), data: fields.byteSequence() };
      return { frameId, content: { kind: 'raw', widthPx, heightPx, ...pixels, ...rows } };
    },
  };
}

/** Width and height in pixels; compressed pictures are not decoded. Rejects for a frame of a video, or if unreadable. */
export async function pictureSize({
  content,
}: RecordedPicture): Promise<{ widthPx: number; heightPx: number }> {
  if (content.kind === 'video') throw notAlone();
  if (content.kind === 'raw') {
    // Also throws if its pixels cannot be read.
    const { widthPx, heightPx } = decodeRawImage(content);
    return { widthPx, heightPx };
  }
  return readJpegHeader(content.data) ?? imageSize(content.data);
}

/**
 * Decodes to packed rgb8, owned by the caller. Rejects if it cannot, and with ERR_FRAME_SIZE if the header has another
 * size than expected: decoding such a picture would waste a frame's time.
 */
export async function decodePicture(
  { content }: RecordedPicture,
  expected: { widthPx: number; heightPx: number },
): Promise<DecodedImage> {
  if (content.kind === 'video') throw notAlone();
  const header = content.kind === 'raw' ? content : readJpegHeader(content.data);
  const { widthPx, heightPx } = header ?? expected;
  if (widthPx !== expected.widthPx || heightPx !== expected.heightPx) {
    const found = `${widthPx}x${heightPx}`;
    throw new PerceptionError(
      'ERR_FRAME_SIZE',
      `expected the first picture's size, found ${found}`,
    );
  }
  return content.kind === 'raw' ? decodeRawImage(content) : decodeImage(content.data);
}

/** A picture as JPEG: its own bytes if it is a complete JPEG, else encoded. Rejects if it cannot be read. */
export async function jpegOfPicture(
  { content }: RecordedPicture,
  quality: number,
): Promise<{ bytes: Uint8Array; widthPx: number; heightPx: number; isCopy: boolean }> {
  if (content.kind === 'video') throw notAlone();
  const header = content.kind === 'raw' ? undefined : readJpegHeader(content.data);
  if (content.kind === 'encoded' && header !== undefined) {
    const lengthBytes = jpegLength(content.data);
    if (lengthBytes === undefined)
      throw new PerceptionError('ERR_SOURCE_FORMAT', 'expected a whole JPEG, found a cut one');
    return { ...header, bytes: content.data.subarray(0, lengthBytes), isCopy: true };
  }
  const image = content.kind === 'raw' ? decodeRawImage(content) : await decodeImage(content.data);
  const { widthPx, heightPx } = image;
  return { widthPx, heightPx, bytes: await encodeJpeg(image, quality), isCopy: false };
}

const notAlone = () =>
  new PerceptionError('ERR_SOURCE_FORMAT', 'a frame of a video is decoded with those before it');
