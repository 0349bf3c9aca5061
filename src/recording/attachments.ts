import { PlainFile } from './file-bytes.js';
import { prefixBytes, recordLength } from './mcap-records.js';
import { chosenCameraOf, seenFrom } from './recorded-cameras.js';

/** A file inside the recording. */
export interface RecordedAttachment {
  name: string;
  mediaType: string;
  data: Uint8Array;
}

const magicBytes = 8;
const attachmentOpcode = 0x09;
/** Largest plausible file inside a recording; a larger one is damage. */
const maxAttachmentBytes = 256 * 1024 * 1024;

/**
 * Reads the files inside a recording by walking from record to record, up to its end or cut. Of one camera
 * (`drive.mcap#front`): those that are not another camera's, without the camera in their names.
 */
export async function readAttachments(location: string): Promise<RecordedAttachment[]> {
  const { path, camera } = chosenCameraOf(location);
  const file = await PlainFile.open(path, 'recording');
  const found: RecordedAttachment[] = [];
  try {
    let offset = magicBytes;
    while (offset + prefixBytes <= file.sizeBytes) {
      const prefix = await file.read(offset, prefixBytes);
      const lengthBytes = recordLength(prefix, 0);
      const start = offset + prefixBytes;
      if (prefix[0] === 0 || start + lengthBytes > file.sizeBytes) break;
      if (prefix[0] === attachmentOpcode && lengthBytes <= maxAttachmentBytes) {
        const attachment = parse(await file.read(start, lengthBytes));
        const name = attachment && (camera ? seenFrom(camera, attachment.name) : attachment.name);
        if (attachment && name !== undefined) found.push({ ...attachment, name });
      }
      offset = start + lengthBytes;
    }
  } finally {
    await file.close();
  }
  return found;
}

/** Parses two times, name, media type, data and checksum (mcap.dev/spec). Undefined if they do not fit. */
function parse(bytes: Uint8Array): RecordedAttachment | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  try {
    let at = 16;
    const text = (): string => {
      const length = view.getUint32(at, true);
      at += 4 + length;
      if (at > bytes.length) throw new RangeError('a text ends beyond its record');
      return decoder.decode(bytes.subarray(at - length, at));
    };
    const name = text();
    const mediaType = text();
    const dataBytes = Number(view.getBigUint64(at, true));
    if (at + 8 + dataBytes > bytes.length) return undefined;
    return { name, mediaType, data: bytes.slice(at + 8, at + 8 + dataBytes) };
  } catch {
    return undefined;
  }
}
