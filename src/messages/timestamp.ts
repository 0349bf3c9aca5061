import { timestampFromMs } from '@bufbuild/protobuf/wkt';

/** A protobuf timestamp from nanoseconds since the Unix epoch. */
export function timestampFromNs(stampNs: bigint) {
  const timestamp = timestampFromMs(0);
  timestamp.seconds = stampNs / 1_000_000_000n;
  timestamp.nanos = Number(stampNs % 1_000_000_000n);
  return timestamp;
}
