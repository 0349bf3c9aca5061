import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { Subscriber } from 'zeromq';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';

/** Socket on which a run of the drill publishes, relative to its folder. */
export const socketName = 'results.sock';

/** Collects the stamps of results received by an outside subscriber, nanoseconds. */
export interface Listener {
  close(): Promise<bigint[]>;
}

/** Subscribes to what a run publishes in `place`; the run may start later. */
export function listenTo(place: string): Listener {
  const subscriber = new Subscriber({ reconnectInterval: 20 });
  subscriber.connect(`ipc://${join(place, socketName)}`);
  subscriber.subscribe('perception');
  const stamps: bigint[] = [];
  const listening = (async () => {
    for await (const [, payload] of subscriber)
      stamps.push(fromBinary(PerceptionFrameSchema, payload!).stampNs);
  })();
  return {
    async close() {
      subscriber.close();
      await listening;
      return stamps;
    },
  };
}

/**
 * Time from the last result in a truncated recording to the last one that was received, in seconds of the drive,
 * which was played in real time. Rejects if the recording cannot be read.
 */
export async function secondsLost(partial: string, received: readonly bigint[]): Promise<number> {
  const reader = await RecordingReader.open(partial);
  let lastNs: bigint | undefined;
  try {
    for await (const { data } of reader.messages({ topics: ['perception'] }))
      lastNs = fromBinary(PerceptionFrameSchema, data).stampNs;
  } finally {
    await reader.close();
  }
  const [firstNs, endNs] = [received[0], received.at(-1)];
  if (firstNs === undefined || endNs === undefined) return 0;
  return Math.max(0, Number(endNs - (lastNs ?? firstNs)) / 1e9);
}
