import { create, type DescFile, type DescMessage, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import {
  type CameraCalibration,
  CameraCalibrationSchema,
} from '../messages/gen/foxglove/camera_calibration_pb.js';
import {
  type CompressedImage,
  CompressedImageSchema,
} from '../messages/gen/foxglove/compressed_image_pb.js';
import {
  type CompressedVideo,
  CompressedVideoSchema,
} from '../messages/gen/foxglove/compressed_video_pb.js';
import {
  type FrameTransform,
  FrameTransformSchema,
} from '../messages/gen/foxglove/frame_transform_pb.js';
import {
  type ImageAnnotations,
  ImageAnnotationsSchema,
} from '../messages/gen/foxglove/image_annotations_pb.js';
import { type Log, LogSchema } from '../messages/gen/foxglove/log_pb.js';
import {
  type GroundTruth,
  GroundTruthSchema,
  type PerceptionFrame,
  PerceptionFrameSchema,
  type PipelineStatus,
  PipelineStatusSchema,
  type SyncSet,
  SyncSetSchema,
} from '../messages/gen/windshield/v1/perception_pb.js';

/** The message of each channel that a recording may hold, by topic name; with several cameras, `/<camera>/` precedes it. */
export interface ChannelMessages {
  'camera/image': CompressedImage;
  'camera/video': CompressedVideo;
  'camera/calibration': CameraCalibration;
  'camera/annotations': ImageAnnotations;
  'camera/mask': CompressedImage;
  transforms: FrameTransform;
  perception: PerceptionFrame;
  ground_truth: GroundTruth;
  status: PipelineStatus;
  sync: SyncSet;
  log: Log;
}

export type ChannelTopic = keyof ChannelMessages;

/** The schema of each channel; recordings carry it, so that any MCAP reader can decode them. */
export const channelSchemas: { readonly [T in ChannelTopic]: DescMessage } = {
  'camera/image': CompressedImageSchema,
  'camera/video': CompressedVideoSchema,
  'camera/calibration': CameraCalibrationSchema,
  'camera/annotations': ImageAnnotationsSchema,
  'camera/mask': CompressedImageSchema,
  transforms: FrameTransformSchema,
  perception: PerceptionFrameSchema,
  ground_truth: GroundTruthSchema,
  status: PipelineStatusSchema,
  sync: SyncSetSchema,
  log: LogSchema,
};

/** A binary FileDescriptorSet with the message's file and everything it imports, imports first, as MCAP requires. */
export function fileDescriptorSet(schema: DescMessage): Uint8Array {
  const files = new Map<string, DescFile>();
  const visit = (file: DescFile): void => {
    if (files.has(file.name)) return;
    for (const dependency of file.dependencies) visit(dependency);
    files.set(file.name, file);
  };
  visit(schema.file);
  const set = create(FileDescriptorSetSchema, { file: [...files.values()].map((f) => f.proto) });
  return toBinary(FileDescriptorSetSchema, set);
}
