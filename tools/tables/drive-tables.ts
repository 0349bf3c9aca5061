import type { RowOf, Table } from './table-schema.js';

/** Raised when the tables change in a way that breaks readers of older files. */
export const tablesVersion = 1;

const drive = { type: 'string', about: 'name of the drive' } as const;

/** Identifies a row's frame. Frame and track numbers start again with each life of a supervised pipeline. */
const frameKey = {
  drive,
  epoch: { type: 'int32', about: 'life of a supervised pipeline, from 0' },
  frame_id: { type: 'int64', about: 'number of the frame at its source, from 0' },
  stamp_ns: { type: 'int64', unit: 'ns', about: 'time stamp of the frame since the Unix epoch' },
  time_s: { type: 'double', unit: 's', about: 'since the first frame of the drive' },
} as const;

const boxPx = {
  x_min_px: { type: 'double', unit: 'px', about: 'left edge of the box' },
  y_min_px: { type: 'double', unit: 'px', about: 'upper edge' },
  x_max_px: { type: 'double', unit: 'px', about: 'right edge' },
  y_max_px: { type: 'double', unit: 'px', about: 'lower edge' },
} as const;

const reading = {
  class_id: { type: 'int32', about: 'class of the network; -1 if it abstained' },
  class_name: { type: 'string', about: 'its name; empty if it abstained' },
  probability: { type: 'double', about: '0 to 1' },
  detection_index: { type: 'int32', about: 'row of `detections` that it was read on' },
  track_id: { type: 'int32', about: 'track of that box; 0 when not tracked' },
  ...boxPx,
} as const;

const share = {
  class_id: { type: 'int32', about: 'class in the map' },
  class_name: { type: 'string', about: 'its name' },
  share: { type: 'double', about: 'of the map, 0 to 1' },
} as const;

const duration = (about: string) => ({ type: 'double', unit: 'ms', about }) as const;

/**
 * A recorded drive and its results as tables: one definition for every file format and for every question. Only
 * `latency` contains times of the machine, so that equal results give equal tables.
 */
export const driveTables = {
  drives: {
    about: 'one drive',
    columns: {
      drive,
      source: {
        type: 'string',
        about: 'name or address of the source that was replayed or recorded',
      },
      pacing: { type: 'string', about: '`lockstep`, `realtime` or empty' },
      build: { type: 'string', about: 'windshield, ONNX Runtime and platform' },
      machine: { type: 'string', about: 'processor' },
      calibration_sha256: { type: 'string', about: 'of the camera calibration; empty without one' },
      width_px: { type: 'int32', unit: 'px', about: 'width of the frames' },
      height_px: { type: 'int32', unit: 'px', about: 'height of the frames' },
      start_ns: { type: 'int64', unit: 'ns', about: 'stamp of the first frame' },
      duration_s: { type: 'double', unit: 's', about: 'from the first frame to the last' },
      frames: { type: 'int64', about: 'frames with a result' },
      dropped_frames: { type: 'int64', about: 'frames without one' },
      truth_frames: { type: 'int64', about: 'frames with ground truth' },
    },
  },
  bundles: {
    about: 'one network of a drive',
    columns: {
      drive,
      task: { type: 'string', about: 'what it does' },
      version: { type: 'string', about: 'version of its bundle' },
      network_sha256: { type: 'string', about: 'of the network' },
      is_certified: { type: 'boolean', about: 'it reproduced its golden outputs at start' },
    },
  },
  frames: {
    about: 'one frame with a result',
    columns: {
      ...frameKey,
      width_px: { type: 'int32', unit: 'px', about: 'width' },
      height_px: { type: 'int32', unit: 'px', about: 'height' },
      mode: { type: 'string', about: 'degradation mode; empty in full operation' },
      segment: { type: 'int32', about: 'how often a live source was lost before it' },
      detections: { type: 'int32', about: 'boxes in it' },
      free_space: {
        type: 'double',
        about: 'drivable share of the height, mean over the columns of the class map',
        isNullable: true,
      },
      novelty: {
        type: 'double',
        about: 'novelty value; 1 and above is novel',
        isNullable: true,
      },
      is_novel: { type: 'boolean', about: '`novel_scene` is reported', isNullable: true },
    },
  },
  detections: {
    about: 'one box in one frame',
    columns: {
      ...frameKey,
      detection_index: { type: 'int32', about: 'place of the box in its frame, from 0' },
      class_id: { type: 'int32', about: 'class' },
      class_name: { type: 'string', about: 'its name' },
      score: { type: 'double', about: '0 to 1' },
      ...boxPx,
      track_id: { type: 'int32', about: '0 when not tracked' },
      forward_m: {
        type: 'double',
        unit: 'm',
        about: 'where it stands on the road, ahead of the camera',
        isNullable: true,
      },
      left_m: { type: 'double', unit: 'm', about: 'to the left of the camera', isNullable: true },
      forward_deviation_m: {
        type: 'double',
        unit: 'm',
        about: 'one standard deviation',
        isNullable: true,
      },
      left_deviation_m: {
        type: 'double',
        unit: 'm',
        about: 'one standard deviation',
        isNullable: true,
      },
    },
  },
  tracks: {
    about: 'one track from its first frame to its last',
    columns: {
      drive,
      epoch: frameKey.epoch,
      track_id: { type: 'int32', about: 'track' },
      class_name: { type: 'string', about: 'class in most of its frames' },
      frames: { type: 'int32', about: 'frames that found it' },
      first_frame_id: { type: 'int64', about: 'first of them' },
      last_frame_id: { type: 'int64', about: 'last of them' },
      first_s: { type: 'double', unit: 's', about: 'time of the first' },
      last_s: { type: 'double', unit: 's', about: 'time of the last' },
      mean_score: { type: 'double', about: '0 to 1' },
      largest_height_px: { type: 'double', unit: 'px', about: 'height of its largest box' },
      nearest_m: {
        type: 'double',
        unit: 'm',
        about: 'least distance ahead, if the mount is known',
        isNullable: true,
      },
      sign_name: {
        type: 'string',
        about: 'its sign class, over all its frames',
        isNullable: true,
      },
    },
  },
  signs: {
    about: 'one sign in one frame',
    columns: {
      ...frameKey,
      ...reading,
      is_remembered: { type: 'boolean', about: 'known from earlier frames, not read on this one' },
    },
  },
  lights: { about: 'one traffic light in one frame', columns: { ...frameKey, ...reading } },
  segmentation: {
    about: 'the share of one class in the class map of one frame',
    columns: { ...frameKey, ...share },
  },
  steering: {
    about: 'the steering angle of one frame',
    columns: {
      ...frameKey,
      angle_rad: { type: 'double', unit: 'rad', about: 'at the wheels, positive to the left' },
      raw_angle_rad: { type: 'double', unit: 'rad', about: 'the network’s answer, before limits' },
      curvature_per_m: { type: 'double', unit: '1/m', about: 'curvature of the path it means' },
      is_limited: { type: 'boolean', about: 'value or rate was limited' },
      ahead_m: {
        type: 'double',
        unit: 'm',
        about: 'how far ahead the steering is compared with the road',
        isNullable: true,
      },
      path_m: {
        type: 'double',
        unit: 'm',
        about: 'sideways position of the steering’s path there, positive to the left',
        isNullable: true,
      },
      free_space_m: {
        type: 'double',
        unit: 'm',
        about: 'offset of the path from the middle of the free space, positive to the left',
        isNullable: true,
      },
      lane_m: {
        type: 'double',
        unit: 'm',
        about: 'offset of the path from the lane’s centre, positive to the left',
        isNullable: true,
      },
      driver_m: {
        type: 'double',
        unit: 'm',
        about: 'offset of the path from the recorded driver’s, positive to the left',
        isNullable: true,
      },
    },
  },
  stages: {
    about: 'what one stage did with one frame',
    columns: {
      ...frameKey,
      stage: { type: 'string', about: 'stage' },
      state: { type: 'string', about: '`ok`, `skipped`, `late` or `failed`' },
      provider: { type: 'string', about: 'execution provider that ran it' },
      reason: { type: 'string', about: 'why it was skipped' },
      error_code: { type: 'string', about: 'why it failed' },
    },
  },
  latency: {
    about: 'how long one stage took with one frame; the stage `frame` is all of it',
    columns: {
      ...frameKey,
      stage: { type: 'string', about: 'stage, or `frame`' },
      lane: { type: 'string', about: 'lane that ran it; empty for `frame`' },
      wait_ms: duration(
        'from the lane being told to the start; of `frame`, from capture to arrival',
      ),
      preprocess_ms: duration('pixels to tensor; of `frame` 0, as the next two'),
      inference_ms: duration('the network'),
      decode_ms: duration('tensor to answer'),
      total_ms: duration(
        'from being told to the answer; of `frame`, from capture to the published result',
      ),
    },
  },
  drops: {
    about: 'frames lost before a frame, for one reason',
    columns: {
      ...frameKey,
      reason: { type: 'string', about: 'reason' },
      count: { type: 'int64', about: 'frames' },
    },
  },
  health: {
    about: 'one health code of one frame',
    columns: { ...frameKey, code: { type: 'string', about: 'code' } },
  },
  truth_objects: {
    about: 'one true object in one frame',
    columns: {
      ...frameKey,
      object_id: { type: 'int64', about: 'number of the object through the drive; 0 if unknown' },
      class_name: { type: 'string', about: 'class' },
      ...boxPx,
      sign_class_id: { type: 'int32', about: 'sign class of GTSRB, or -1' },
      occlusion: { type: 'double', about: 'hidden share, 0 to 1' },
      distance_m: { type: 'double', unit: 'm', about: 'distance; 0 if unknown' },
    },
  },
  truth_segmentation: {
    about: 'the true share of one class in one frame',
    columns: { ...frameKey, ...share },
  },
  truth_vehicle: {
    about: 'the true motion of the car in one frame',
    columns: {
      ...frameKey,
      steering_rad: {
        type: 'double',
        unit: 'rad',
        about: 'true angle at the wheels, positive to the left',
        isNullable: true,
      },
      speed_mps: { type: 'double', unit: 'm/s', about: 'true speed', isNullable: true },
    },
  },
} as const satisfies Record<string, Table>;

export type TableName = keyof typeof driveTables;
export type DriveRow<Name extends TableName> = RowOf<(typeof driveTables)[Name]>;

/** One row, and the table that it belongs to. */
export type TableRow = { [Name in TableName]: { table: Name; row: DriveRow<Name> } }[TableName];
