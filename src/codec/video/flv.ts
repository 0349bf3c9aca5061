import type { AccessUnit } from './access-unit.js';

// Frames of H.264 go to and from ffmpeg as FLV (Adobe Flash Video File Format Specification, version 10.1, annex E): the
// simplest container that says where each frame ends, and when it is shown.

const videoTag = 9;
const avc = 7;
const tagHeaderBytes = 11;
/** A tag's size has 24 bits; a larger frame is damage. */
const maxTagBytes = 2 ** 24 - 1;

/** The header of a file with video only. */
export function flvHead(): Uint8Array {
  return Uint8Array.of(0x46, 0x4c, 0x56, 1, 1, 0, 0, 0, 9, 0, 0, 0, 0);
}

/** The tags of a frame that is shown at `timeMs` (a whole number below 2^31): two if it has parameter sets, else one. */
export function flvTags(unit: AccessUnit, timeMs: number): Uint8Array[] {
  const { sequenceSets, pictureSets, units, isKeyframe } = unit;
  const tags: Uint8Array[] = [];
  if (sequenceSets.length > 0 && pictureSets.length > 0)
    tags.push(tag(timeMs, true, 0, decoderConfiguration(sequenceSets, pictureSets)));
  tags.push(tag(timeMs, isKeyframe, 1, lengthPrefixed(units)));
  return tags;
}

function tag(timeMs: number, isKeyframe: boolean, packet: 0 | 1, body: Uint8Array): Uint8Array {
  const dataBytes = 5 + body.length;
  if (dataBytes > maxTagBytes) throw new RangeError(`a frame of ${body.length} bytes is too large`);
  const bytes = new Uint8Array(tagHeaderBytes + dataBytes + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, dataBytes);
  bytes[0] = videoTag;
  view.setUint32(4, (timeMs & 0xffffff) << 8);
  bytes[7] = (timeMs >>> 24) & 0xff;
  bytes[tagHeaderBytes] = ((isKeyframe ? 1 : 2) << 4) | avc;
  bytes[tagHeaderBytes + 1] = packet;
  bytes.set(body, tagHeaderBytes + 5);
  view.setUint32(tagHeaderBytes + dataBytes, tagHeaderBytes + dataBytes);
  return bytes;
}

/** Decoder configuration record (ISO/IEC 14496-15, 5.2.4.1) for units with length prefixes of four bytes. */
function decoderConfiguration(
  sequenceSets: readonly Uint8Array[],
  pictureSets: readonly Uint8Array[],
): Uint8Array {
  const sized = (sets: readonly Uint8Array[]) =>
    sets.flatMap((set) => [set.length >> 8, set.length & 0xff, ...set]);
  const first = sequenceSets[0]!;
  return Uint8Array.from([
    ...[1, first[1]!, first[2]!, first[3]!, 0xff, 0xe0 | sequenceSets.length],
    ...sized(sequenceSets),
    pictureSets.length,
    ...sized(pictureSets),
  ]);
}

function lengthPrefixed(units: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(units.reduce((sum, unit) => sum + 4 + unit.length, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const unit of units) {
    view.setUint32(offset, unit.length);
    bytes.set(unit, offset + 4);
    offset += 4 + unit.length;
  }
  return bytes;
}

/** Splits an FLV stream with one H.264 video into frames as messages carry them. */
export class FlvFrames {
  #rest: Uint8Array = new Uint8Array(0);
  #hasHead = false;
  #parameterSets: Uint8Array[] = [];

  /** Returns the frames that these bytes complete: Annex B, with parameter sets before each keyframe. Throws RangeError. */
  take(bytes: Uint8Array): Uint8Array[] {
    this.#rest = this.#rest.length === 0 ? bytes : joined([this.#rest, bytes]);
    const frames: Uint8Array[] = [];
    if (!this.#hasHead) {
      if (this.#rest.length < flvHead().length) return frames;
      this.#rest = this.#rest.subarray(flvHead().length);
      this.#hasHead = true;
    }
    for (;;) {
      if (this.#rest.length < tagHeaderBytes) break;
      const view = new DataView(this.#rest.buffer, this.#rest.byteOffset);
      const dataBytes = view.getUint32(0) & maxTagBytes;
      const endOffset = tagHeaderBytes + dataBytes + 4;
      if (this.#rest.length < endOffset) break;
      const type = this.#rest[0];
      const data = this.#rest.subarray(tagHeaderBytes, tagHeaderBytes + dataBytes);
      this.#rest = this.#rest.subarray(endOffset);
      if (type !== videoTag || data.length < 5) continue;
      if ((data[0]! & 15) !== avc) throw new RangeError('expected H.264');
      if (data[1] === 0) this.#parameterSets = setsOf(data.subarray(5));
      else if (data[1] === 1) frames.push(this.#frame(data));
    }
    // A copy, so that the rest does not keep the memory of returned frames.
    this.#rest = this.#rest.slice();
    return frames;
  }

  #frame(data: Uint8Array): Uint8Array {
    const isKeyframe = data[0]! >> 4 === 1;
    const units = isKeyframe ? [...this.#parameterSets] : [];
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    for (let offset = 5; offset + 4 <= data.length; ) {
      const end = offset + 4 + view.getUint32(offset);
      if (end > data.length) throw new RangeError('a unit is longer than its frame');
      units.push(data.subarray(offset + 4, end));
      offset = end;
    }
    return joined(units.flatMap((unit) => [startCode, unit]));
  }
}

const startCode = Uint8Array.of(0, 0, 0, 1);

/** The parameter sets of a decoder configuration record. */
function setsOf(record: Uint8Array): Uint8Array[] {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const sets: Uint8Array[] = [];
  let offset = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = record[offset++]! & mask;
    for (let index = 0; index < count; index++) {
      const end = offset + 2 + view.getUint16(offset);
      sets.push(record.slice(offset + 2, end));
      offset = end;
    }
  }
  return sets;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
