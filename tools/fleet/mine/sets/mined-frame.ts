import type { PerceptionFrame } from '../../../../src/messages/gen/windshield/v1/perception_pb.js';
import type { MapLookUp } from '../../../../src/preprocess/map-look-up.js';
import type { RgbImage } from '../../../datasets/sample.js';

/** A chosen frame with its picture and what the networks said of it. */
export interface MinedFrame {
  /** The drive's name fit for a file, without `_`: what stands before it in a name is the group of a split. */
  drive: string;
  /** File name without ending: `<drive>_<frame>`. */
  stem: string;
  /** The picture as a file, and how that is called. */
  file: { ending: 'jpg' | 'png'; bytes: Uint8Array };
  picture: RgbImage;
  frame: PerceptionFrame;
  /** How the class map lies in the picture; undefined where that is not known. */
  lookUp: MapLookUp | undefined;
}

/** A layout that `train` reads, with predictions in place of labels. */
export interface MinedLayout {
  /** Folders that are there even where nothing lies in them. */
  folders: readonly string[];
  /** Files of one frame, by name below the set's folder; the first is the picture that people look at. */
  filesOf(frame: MinedFrame): Promise<[name: string, bytes: Uint8Array | string][]>;
}
