import { toBinary } from '@bufbuild/protobuf';
import { CameraCalibrationSchema } from '../../messages/gen/foxglove/camera_calibration_pb.js';
import { perceptionTopic, topicOf } from '../../messages/topics.js';
import { RecordingWriter } from '../../recording/recording-writer.js';
import { calibrationMessage } from '../../viewer/foxglove-messages.js';
import type { RunFacts } from '../output.js';
import { metadataOf } from '../recording/run-metadata.js';
import type { KeptResult } from './live-output.js';

/** Results that were kept in memory, and the name of their camera in a rig with several. */
export interface KeptResults {
  camera: string | undefined;
  kept: readonly KeptResult[];
  /** The run that they are of. */
  facts: RunFacts | undefined;
}

/**
 * Writes results as a recording, one camera after the other, with what is known about the run: networks, calibration,
 * mount. Rejects with ERR_OUTPUT.
 */
export async function writeKept(path: string, cameras: readonly KeptResults[]): Promise<void> {
  const writer = await RecordingWriter.create(path);
  for (const { camera, facts } of cameras)
    for (const [name, entries] of Object.entries(facts === undefined ? {} : metadataOf(facts)))
      await writer.addMetadata(topicOf(name, camera), entries);
  const { name } = perceptionTopic;
  for (const { camera, kept, facts } of cameras) {
    const topic = 'camera/calibration';
    const [first] = kept;
    if (facts?.camera !== undefined && first !== undefined) {
      const calibration = calibrationMessage(facts.camera, first.stampNs);
      const data = toBinary(CameraCalibrationSchema, calibration);
      await writer.writeEncoded(topic, first.stampNs, data, topicOf(topic, camera));
    }
    for (const { stampNs, payload } of kept)
      await writer.writeEncoded(name, stampNs, payload, topicOf(name, camera));
  }
  await writer.close();
}
