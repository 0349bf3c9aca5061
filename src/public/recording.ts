/**
 * MCAP recordings: read any, write drives.
 *
 * @packageDocumentation
 */

export {
  createDriveWriter,
  type DriveCalibration,
  type DriveOptions,
  type DriveWriter,
} from '../recording/drive-writer.js';
export {
  type MessageFilter,
  type RecordedChannel,
  type RecordedMessage,
  RecordingReader,
} from '../recording/recording-reader.js';
