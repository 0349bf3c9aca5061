/** Types of units of the network abstraction layer, from their first byte (ITU-T H.264, table 7-1). */
const unitTypes = { slice: 1, keySlice: 5, sequence: 7, picture: 8, delimiter: 9 } as const;

/** One frame of H.264 from a message: units after start codes (ITU-T H.264, annex B). */
export interface AccessUnit {
  /** True if it decodes without any earlier frame. */
  isKeyframe: boolean;
  /** Its parameter sets, which a decoder needs before the first slice; views of the bytes. */
  sequenceSets: readonly Uint8Array[];
  pictureSets: readonly Uint8Array[];
  /** All other units except delimiters, in order; views of the bytes. Empty if there is no picture. */
  units: readonly Uint8Array[];
}

/** Reads a frame. Bytes that are not H.264 give one without units. */
export function readAccessUnit(annexB: Uint8Array): AccessUnit {
  const sequenceSets: Uint8Array[] = [];
  const pictureSets: Uint8Array[] = [];
  const units: Uint8Array[] = [];
  let isKeyframe = false;
  let hasSlice = false;
  for (const unit of unitsIn(annexB)) {
    const type = unit[0]! & 0x1f;
    if (type === unitTypes.sequence && unit.length >= 4) sequenceSets.push(unit);
    else if (type === unitTypes.picture) pictureSets.push(unit);
    else if (type !== unitTypes.delimiter) units.push(unit);
    if (type === unitTypes.keySlice) isKeyframe = true;
    if (type >= unitTypes.slice && type <= unitTypes.keySlice) hasSlice = true;
  }
  return { isKeyframe, sequenceSets, pictureSets, units: hasSlice ? units : [] };
}

/** True if a message's frame can be decoded alone. */
export function isKeyframe(annexB: Uint8Array): boolean {
  const unit = readAccessUnit(annexB);
  return unit.isKeyframe && unit.sequenceSets.length > 0 && unit.pictureSets.length > 0;
}

/** Profile, compatibility and level of a sequence set as a codec name for browsers, such as `avc1.64001f`. */
export function codecName(sequenceSet: Uint8Array): string {
  const bytes = [...sequenceSet.subarray(1, 4)];
  return `avc1.${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The units between start codes, without trailing zeros. */
function* unitsIn(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  let start = -1;
  for (let at = bytes.indexOf(1); at >= 0; at = bytes.indexOf(1, at + 1)) {
    if (at < 2 || bytes[at - 1] !== 0 || bytes[at - 2] !== 0) continue;
    if (start >= 0) yield* trimmed(bytes.subarray(start, at - 2));
    start = at + 1;
  }
  if (start >= 0) yield* trimmed(bytes.subarray(start));
}

function* trimmed(unit: Uint8Array): Generator<Uint8Array, void, void> {
  let end = unit.length;
  while (end > 0 && unit[end - 1] === 0) end--;
  if (end > 0) yield unit.subarray(0, end);
}
