import { TimelineBuilder } from '../player/timeline-builder.js';
import { Drive, decodeResult, decodeTruth } from './drive.js';
import type { DriveAnswer, DriveEvent, DriveRequest } from './drive-protocol.js';

/** Reads recordings outside the page's thread, so that a large one never makes it stutter. */
let drive: Drive | undefined;
let openings = 0;

/** Interval between reports of a scan's progress, milliseconds. */
const tellMs = 250;

const tell = (message: DriveAnswer | DriveEvent, transfer: Transferable[] = []) =>
  self.postMessage(message, { transfer });

self.onmessage = async ({ data: request }: MessageEvent<DriveRequest>) => {
  const { id } = request;
  try {
    if (request.kind === 'open') {
      const opening = ++openings;
      const opened = await Drive.open(request.origins, request.cameraName);
      if (opening !== openings) return opened.close();
      drive?.close();
      drive = opened;
      tell({ id, info: opened.info });
      void scan(opened);
    } else {
      const frame = await drive?.frame(request.query);
      const picture = frame?.picture;
      const owned = picture instanceof Uint8Array ? picture.buffer : picture;
      tell({ id, frame }, owned === undefined ? [] : [owned]);
    }
  } catch (error) {
    tell({ id, error: error instanceof Error ? error.message : String(error) });
  }
};

/** Scans a drive while it is the open one: files that cannot be opened do not end that. */
async function scan(opened: Drive): Promise<void> {
  const timeline = new TimelineBuilder(opened.info.startNs);
  let toldMs = performance.now();
  let readShare = 0;
  const report = (share: number, problem?: string) => {
    const damaged = opened.files.reduce((sum, { damagedChunks }) => sum + damagedChunks, 0);
    const lanes = timeline.lanes();
    tell({ scan: { lanes, share, damaged, ...(problem !== undefined && { problem }) } });
  };
  try {
    for await (const { messages, share } of opened.scan()) {
      if (opened !== drive) return;
      for (const { topic, schemaName, stampNs, data } of messages) {
        const result =
          schemaName === 'windshield.v1.PerceptionFrame' ? decodeResult(data) : undefined;
        const truth = schemaName === 'windshield.v1.GroundTruth' ? decodeTruth(data) : undefined;
        if (result !== undefined) timeline.addResult(stampNs, result);
        else if (truth !== undefined) timeline.addTruth(stampNs, truth);
        else timeline.addOther(stampNs, topic);
      }
      readShare = share;
      if (share < 1 && performance.now() - toldMs < tellMs) continue;
      toldMs = performance.now();
      report(share);
    }
  } catch (error) {
    if (opened !== drive) return;
    report(readShare, error instanceof Error ? error.message : String(error));
  }
}
