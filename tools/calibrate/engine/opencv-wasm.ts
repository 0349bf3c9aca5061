import opencvjs from '@opencvjs/node';
import type { GreyPicture } from '../../../src/calibration/grey-picture.js';
import type { Board, Sighting } from '../board/board.js';
import type { View } from '../solve/bundle-adjust.js';
import type { LensKind } from '../solve/projection.js';

/** An OpenCV object on WebAssembly's heap, which stays there until `delete` is called. */
interface HeapObject {
  delete(): void;
}

interface Mat extends HeapObject {
  data: Uint8Array;
  data32F: Float32Array;
  data32S: Int32Array;
  data64F: Float64Array;
  rows: number;
  cols: number;
}

interface MatVector extends HeapObject {
  push_back(mat: Mat): void;
  get(index: number): Mat;
}

/** The part of OpenCV that is used here; the package's own types lack ChArUco and the extended calibration. */
interface Cv {
  CV_8UC1: number;
  CV_32FC1: number;
  CV_32FC2: number;
  CV_32FC3: number;
  CV_64FC1: number;
  INTER_LINEAR: number;
  CALIB_RATIONAL_MODEL: number;
  Mat: { new (): Mat; new (rows: number, cols: number, type: number): Mat };
  MatVector: new () => MatVector;
  Size: new (width: number, height: number) => unknown;
  TermCriteria: new (type: number, maxCount: number, epsilon: number) => unknown;
  matFromArray(rows: number, cols: number, type: number, values: ArrayLike<number>): Mat;
  calibrateCameraExtended(...args: unknown[]): number;
  initUndistortRectifyMap(...args: unknown[]): void;
  fisheye_initUndistortRectifyMap(...args: unknown[]): void;
  remap(...args: unknown[]): void;
  getPredefinedDictionary(id: number): Dictionary;
  aruco_CharucoBoard: new (
    size: unknown,
    square: number,
    marker: number,
    dictionary: Dictionary,
    ids: Mat,
  ) => HeapObject;
  aruco_CharucoDetector: new (
    board: HeapObject,
    charuco: HeapObject,
    detector: HeapObject,
    refine: HeapObject,
  ) => HeapObject & {
    detectBoard(image: Mat, corners: Mat, ids: Mat): void;
  };
  aruco_CharucoParameters: new () => HeapObject;
  aruco_DetectorParameters: new () => HeapObject;
  aruco_RefineParameters: new (a: number, b: number, c: boolean) => HeapObject;
  [constant: `DICT_${string}`]: number;
}

interface Dictionary extends HeapObject {
  markerSize: number;
  generateImageMarker(id: number, sidePx: number, out: Mat, borderBits: number): void;
}

/** The functions of OpenCV 4.13 as WebAssembly that calibration uses. Everything they put on the heap is freed. */
export class OpencvWasm {
  readonly #cv: Cv;

  private constructor(cv: Cv) {
    this.#cv = cv;
  }

  /** Loads the module once per process, in 0.2 s. */
  static async load(): Promise<OpencvWasm> {
    return new OpencvWasm((await opencvjs.loadOpenCV()) as unknown as Cv);
  }

  /** Frees objects created inside `work`, even if it throws. OpenCV's own exceptions are numbers: a pointer. */
  #scoped<T>(work: (own: <H extends HeapObject>(made: H) => H) => T): T {
    const made: HeapObject[] = [];
    try {
      return work((one) => {
        made.push(one);
        return one;
      });
    } finally {
      for (const one of made.reverse()) one.delete();
    }
  }

  /**
   * calibrateCameraExtended of a plumb_bob or rational_polynomial camera: its parameters (fx, fy, cx, cy, distortion).
   * Undefined if OpenCV refuses the views.
   */
  calibrate(
    kind: Exclude<LensKind, 'equidistant'>,
    views: readonly View[],
    { widthPx, heightPx }: { widthPx: number; heightPx: number },
  ): Float64Array | undefined {
    const cv = this.#cv;
    return this.#scoped((own) => {
      const board = own(new cv.MatVector());
      const seen = own(new cv.MatVector());
      for (const { pointsM, pointsPx } of views) {
        const count = pointsPx.length / 2;
        const flat = Float32Array.from({ length: 3 * count }, (_, i) =>
          i % 3 === 2 ? 0 : pointsM[2 * Math.floor(i / 3) + (i % 3)]!,
        );
        board.push_back(own(cv.matFromArray(count, 1, cv.CV_32FC3, flat)));
        seen.push_back(own(cv.matFromArray(count, 1, cv.CV_32FC2, pointsPx)));
      }
      const [camera, distortion, deviations, poseDeviations, errors] = [0, 1, 2, 3, 4].map(() =>
        own(new cv.Mat()),
      ) as [Mat, Mat, Mat, Mat, Mat];
      try {
        cv.calibrateCameraExtended(
          board,
          seen,
          new cv.Size(widthPx, heightPx),
          camera,
          distortion,
          own(new cv.MatVector()),
          own(new cv.MatVector()),
          deviations,
          poseDeviations,
          errors,
          kind === 'rational_polynomial' ? cv.CALIB_RATIONAL_MODEL : 0,
          new cv.TermCriteria(3, 100, Number.EPSILON),
        );
      } catch {
        return undefined;
      }
      const k = camera.data64F;
      const count = kind === 'rational_polynomial' ? 8 : 5;
      return Float64Array.from([k[0]!, k[4]!, k[2]!, k[5]!, ...distortion.data64F.slice(0, count)]);
    });
  }

  /** Inner corners of a ChArUco board, or of a part of it; undefined if fewer than six were found. */
  findCharuco(grey: GreyPicture, board: Board): Sighting | undefined {
    const cv = this.#cv;
    return this.#scoped((own) => {
      const dictionary = own(cv.getPredefinedDictionary(cv[`DICT_${board.dictionary}`]));
      const size = new cv.Size(board.cols, board.rows);
      const target = own(
        new cv.aruco_CharucoBoard(
          size,
          board.squareM,
          board.markerM,
          dictionary,
          own(new cv.Mat()),
        ),
      );
      const detector = own(
        new cv.aruco_CharucoDetector(
          target,
          own(new cv.aruco_CharucoParameters()),
          own(new cv.aruco_DetectorParameters()),
          own(new cv.aruco_RefineParameters(10, 3, true)),
        ),
      );
      const image = own(new cv.Mat(grey.heightPx, grey.widthPx, cv.CV_8UC1));
      image.data.set(Uint8Array.from(grey.data, (value) => Math.round(value)));
      const corners = own(new cv.Mat());
      const ids = own(new cv.Mat());
      detector.detectBoard(image, corners, ids);
      if (ids.rows * ids.cols < leastCharucoCorners) return undefined;
      return {
        ids: Int32Array.from(ids.data32S),
        pointsPx: Float64Array.from(corners.data32F),
        edgeWidthPx: undefined,
      };
    });
  }

  /** The bits of an ArUco marker, border included: 1 is black; row-major, markerSize + 2 per side. */
  markerBits(dictionaryName: Board['dictionary'], id: number): { side: number; bits: Uint8Array } {
    const cv = this.#cv;
    return this.#scoped((own) => {
      const dictionary = own(cv.getPredefinedDictionary(cv[`DICT_${dictionaryName}`]));
      const side = dictionary.markerSize + 2;
      const image = own(new cv.Mat());
      dictionary.generateImageMarker(id, side, image, 1);
      return { side, bits: Uint8Array.from(image.data, (value) => (value === 0 ? 1 : 0)) };
    });
  }

  /** OpenCV's undistortion of packed rgb8 to the ideal camera with the same intrinsics: the reference for ours. */
  undistort(
    data: Uint8Array,
    camera: {
      kind: LensKind;
      widthPx: number;
      heightPx: number;
      fxPx: number;
      fyPx: number;
      cxPx: number;
      cyPx: number;
      distortion: readonly number[];
    },
  ): Uint8Array {
    const cv = this.#cv;
    return this.#scoped((own) => {
      const { kind, widthPx, heightPx, fxPx, fyPx, cxPx, cyPx, distortion } = camera;
      const k = own(cv.matFromArray(3, 3, cv.CV_64FC1, [fxPx, 0, cxPx, 0, fyPx, cyPx, 0, 0, 1]));
      const d = own(cv.matFromArray(1, distortion.length, cv.CV_64FC1, distortion));
      const mapX = own(new cv.Mat());
      const mapY = own(new cv.Mat());
      const size = new cv.Size(widthPx, heightPx);
      const r = own(cv.matFromArray(3, 3, cv.CV_64FC1, [1, 0, 0, 0, 1, 0, 0, 0, 1]));
      const make =
        kind === 'equidistant'
          ? cv.fisheye_initUndistortRectifyMap.bind(cv)
          : cv.initUndistortRectifyMap.bind(cv);
      make(k, d, r, k, size, cv.CV_32FC1, mapX, mapY);
      const from = own(cv.matFromArray(heightPx, widthPx, 16, data));
      const out = own(new cv.Mat());
      cv.remap(from, out, mapX, mapY, cv.INTER_LINEAR);
      return Uint8Array.from(out.data);
    });
  }
}

/** Fewer corners hardly determine a pose. */
const leastCharucoCorners = 6;
