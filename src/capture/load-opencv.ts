import { createRequire } from 'node:module';
import { PerceptionError } from '../frame/perception-error.js';

/** The used part of @u4/opencv4nodejs, which is not a dependency: `npm run setup:opencv` builds it if wanted. */
export interface OpenCv {
  version: { major: number; minor: number; revision: number };
  VideoCapture: new (place: number | string) => OpenCvCapture;
  Mat: {
    new (bytes: Buffer, rows: number, cols: number, type: number): OpenCvMat;
    new (values: readonly (readonly number[])[], type: number): OpenCvMat;
  };
  Size: new (width: number, height: number) => object;
  Point2: new (x: number, y: number) => { x: number; y: number };
  Point3: new (x: number, y: number, z: number) => object;
  TermCriteria: new (type: number, maxCount: number, epsilon: number) => object;
  COLOR_BGR2RGB: number;
  CV_8UC1: number;
  CV_64F: number;
  CALIB_RATIONAL_MODEL: number;
  CALIB_CB_ADAPTIVE_THRESH: number;
  CALIB_CB_NORMALIZE_IMAGE: number;
  calibrateCameraExtended(
    pointsM: readonly (readonly object[])[],
    pointsPx: readonly (readonly object[])[],
    size: object,
    camera: OpenCvMat,
    distortion: readonly number[],
    flags: number,
    criteria: object,
  ): { returnValue: number; distCoeffs: readonly number[] };
}

export interface OpenCvCapture {
  get(property: number): number;
  readAsync(): Promise<OpenCvMat>;
  release(): void;
}

export interface OpenCvMat {
  readonly empty: boolean;
  readonly cols: number;
  readonly rows: number;
  at(row: number, col: number): number;
  cvtColorAsync(code: number): Promise<OpenCvMat>;
  getDataAsync(): Promise<Buffer>;
  findChessboardCorners(
    size: object,
    flags: number,
  ): { returnValue: boolean; corners: readonly { x: number; y: number }[] };
  cornerSubPix(
    corners: readonly { x: number; y: number }[],
    window: object,
    zeroZone: object,
    criteria: object,
  ): readonly { x: number; y: number }[];
}

/**
 * Returns the native OpenCV. For the error: `what` needs it, `otherwise` names an alternative without it. Throws
 * ERR_TOOL_MISSING if it is not set up.
 */
export function loadOpenCv(what: string, otherwise: string): OpenCv {
  try {
    return requireOpenCv();
  } catch (cause) {
    throw new PerceptionError(
      'ERR_TOOL_MISSING',
      `expected the package @u4/opencv4nodejs for ${what}, found ${(cause as Error).message.split('\n')[0]}: \`npm run setup:opencv\` sets it up, ${otherwise}`,
      { cause },
    );
  }
}

function requireOpenCv(): OpenCv {
  // Otherwise its loader would look for an OpenCV that it built itself; its log is not for the user.
  process.env['OPENCV4NODEJS_DISABLE_AUTOBUILD'] ??= '1';
  const { log } = console;
  console.log = () => {};
  try {
    return createRequire(import.meta.url)('@u4/opencv4nodejs') as OpenCv;
  } finally {
    console.log = log;
  }
}
