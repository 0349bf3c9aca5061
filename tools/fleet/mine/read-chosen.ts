import { decodeImage, encodePng } from '../../../src/codec/image-codec.js';
import { packedRgbLayout } from '../../../src/frame/frame.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { PerceptionFrame } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { decodePicture, pictureSize } from '../../../src/recording/picture-message.js';
import { choosePictures } from '../../../src/recording/picture-stream.js';
import { picturesIn } from '../../../src/recording/pictures-in.js';
import { recordedMapLookUp } from '../../verdict/recorded-map-look-up.js';
import type { FoundDrive } from '../plan/find-drives.js';
import { openDrive, readDrive } from '../store/open-drive.js';
import type { Store, StoreOptions } from '../store/store.js';
import { withResultsOf } from '../work/unit-results.js';
import type { ChosenFrame } from './mining.js';
import type { MinedFrame } from './sets/mined-frame.js';

/** A chosen frame as it was read, before it has a name. */
export type ReadFrame = Pick<MinedFrame, 'file' | 'picture' | 'frame' | 'lookUp'> & {
  chosen: ChosenFrame;
};

/** The chosen frames of one unit with their pictures and results, in order of time. */
export async function* readChosen(
  drive: FoundDrive,
  chosen: readonly ChosenFrame[],
  results: Store,
  store: StoreOptions,
): AsyncGenerator<ReadFrame, void, void> {
  const [{ unit }] = chosen as [ChosenFrame];
  const { frames, lookUp } = await resultsOf(unit, chosen, results);
  const reader = await readDrive(await openDrive(drive.location, store), drive.location);
  try {
    const { stream } = await choosePictures(reader, drive.topic);
    for (const one of chosen.toSorted((a, b) => a.timeS - b.timeS)) {
      const { stampNs } = one;
      const picture = await firstOf(
        picturesIn(reader, stream, { startNs: stampNs, endNs: stampNs }),
      );
      const frame = frames.get(stampNs);
      if (picture === undefined || frame === undefined)
        throw new PerceptionError(
          'ERR_RECORDING',
          `${drive.location}: expected a picture at ${one.timeS.toFixed(2)} s, as its results have it, found none: is it still the drive that was replayed?`,
        );
      yield { ...(await pictureOf(picture.read())), frame, lookUp, chosen: one };
    }
  } finally {
    await reader.close();
  }
}

async function firstOf<T>(all: AsyncIterable<T>): Promise<T | undefined> {
  for await (const one of all) return one;
  return undefined;
}

function resultsOf(unit: string, chosen: readonly ChosenFrame[], results: Store) {
  const wanted = new Set(chosen.map(({ stampNs }) => stampNs));
  const frames = new Map<bigint, PerceptionFrame>();
  return withResultsOf(unit, results, async (file) => {
    for await (const { stampNs, frame } of file.results())
      if (wanted.has(stampNs)) frames.set(stampNs, frame);
    return { frames, lookUp: recordedMapLookUp(await file.facts()) };
  });
}

/** Recorded JPEG is kept as it is; other pictures become PNG, which is lossless. */
async function pictureOf(
  recorded: Parameters<typeof decodePicture>[0],
): Promise<Pick<ReadFrame, 'file' | 'picture'>> {
  const { content } = recorded;
  if (content.kind === 'encoded' && content.data[0] === 0xff && content.data[1] === 0xd8)
    return {
      picture: await decodeImage(content.data),
      file: { ending: 'jpg', bytes: content.data },
    };
  const { widthPx, heightPx } = await pictureSize(recorded);
  const { data } = await decodePicture(recorded, packedRgbLayout(widthPx, heightPx));
  const picture = { widthPx, heightPx, data };
  return { picture, file: { ending: 'png', bytes: await encodePng(picture) } };
}
