import type { PerceptionFrame } from '../../../../src/messages/gen/windshield/v1/perception_pb.js';
import type { MapLookUp } from '../../../../src/preprocess/map-look-up.js';
import type { RgbImage } from '../../../datasets/sample.js';

/** A chosen frame with its picture and the networks' results. */
export interface MinedFrame {
  /** The drive's name as a file name without `_`. */
  drive: string;
  /**
   * File name without extension: `<drive>_<frame>`, or `<recording>_<drive>-<frame>` for one of several cameras. The part
   * before `_` is the group of a split.
   */
  stem: string;
  /** The picture as a file, and its extension. */
  file: { ending: 'jpg' | 'png'; bytes: Uint8Array };
  picture: RgbImage;
  frame: PerceptionFrame;
  /** How the class map maps to the picture; undefined if not known. */
  lookUp: MapLookUp | undefined;
}

/** A layout that `train` reads, with predictions in place of labels. */
export interface MinedLayout {
  /** Folders that are created even if they stay empty. */
  folders: readonly string[];
  /** Files of one frame, by name below the set's folder; the first is the picture that people look at. */
  filesOf(frame: MinedFrame): Promise<[name: string, bytes: Uint8Array | string][]>;
}
