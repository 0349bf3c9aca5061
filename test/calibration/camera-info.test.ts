import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calibrationSha256,
  formatCameraInfoYaml,
  parseCameraInfoYaml,
} from '../../src/calibration/camera-info.js';
import {
  type CameraModel,
  cameraKinds,
  distortionCounts,
} from '../../src/calibration/camera-model.js';
import { plumbBob } from '../support/camera-models.js';

/** A file as ROS's camera_calibration writes it. */
const rosFile = `image_width: 640
image_height: 480
camera_name: narrow_stereo
camera_matrix:
  rows: 3
  cols: 3
  data: [438.783367, 0.000000, 305.593336, 0.000000, 437.302876, 243.738352, 0.000000, 0.000000, 1.000000]
distortion_model: plumb_bob
distortion_coefficients:
  rows: 1
  cols: 5
  data: [-0.361976, 0.110510, 0.001014, 0.000505, 0.000000]
rectification_matrix:
  rows: 3
  cols: 3
  data: [1, 0, 0, 0, 1, 0, 0, 0, 1]
projection_matrix:
  rows: 3
  cols: 4
  data: [393.653800, 0, 322.797939, 0, 0, 393.653800, 241.090902, 0, 0, 0, 1, 0]
`;

/** Ten documents of references to the one before: a billion numbers, if it were believed. */
const billionLaughs = Array.from({ length: 10 }, (_, i) =>
  i === 0
    ? 'a0: &a0 [1]'
    : `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
).join('\n');

const coefficient = fc.double({ min: -0.02, max: 0.02, noNaN: true });
const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const anyCamera: fc.Arbitrary<CameraModel> = fc.constantFrom(...cameraKinds).chain((kind) =>
  fc
    .record({
      widthPx: fc.integer({ min: 1, max: 8000 }),
      heightPx: fc.integer({ min: 1, max: 8000 }),
      // Wide enough that a hemisphere covers the half of the picture that a lens must show.
      focal: share(0.3, 20),
      aspect: share(1, 2),
      centreX: share(0, 1),
      centreY: share(0, 1),
      // A first coefficient above 0, so that no distorted model is all zeros (those are read as a pinhole).
      distortion: fc
        .array(coefficient, {
          minLength: distortionCounts[kind],
          maxLength: distortionCounts[kind],
        })
        .map((values) => values.map((value, i) => (i === 0 ? Math.abs(value) + 0.01 : value))),
    })
    .map(({ widthPx, heightPx, focal, aspect, centreX, centreY, distortion }) => ({
      kind,
      widthPx,
      heightPx,
      fxPx: focal * Math.max(widthPx, heightPx),
      fyPx: focal * Math.max(widthPx, heightPx) * aspect,
      cxPx: centreX * widthPx,
      cyPx: centreY * heightPx,
      distortion,
    })),
);

const caseText = (name: string) =>
  readFileSync(new URL(`../cases/18-calibration-files/${name}.yaml`, import.meta.url), 'utf8');
const control = { widthPx: 320, heightPx: 180, fxPx: 300, fyPx: 300, cxPx: 160, cyPx: 90 };

describe('calibration files of other tools', () => {
  const radial = { ...control, kind: 'plumb_bob', distortion: [-0.25, 0.05, 0, 0, 0] };
  const rational = {
    ...control,
    kind: 'rational_polynomial',
    distortion: [-0.25, 0.05, 0, 0, 0, 0.1, 0, 0],
  };
  const fisheye = { ...control, kind: 'equidistant', distortion: [0.1, 0.01, 0, 0] };
  it.each([
    ['control', radial],
    ['control-bom-crlf', radial],
    ['opencv', radial],
    ['plumb-bob-4', radial],
    ['plumb-bob-8', radial],
    ['radtan', radial],
    ['echoed-topic', radial],
    ['rational-14', rational],
    ['rational-cols-5', rational],
    ['fisheye', fisheye],
  ])('%s is read as its writer meant it', (name, expected) => {
    expect(parseCameraInfoYaml(caseText(name), name)).toEqual(expected);
  });

  it.each([
    ['nan', /distortion_coefficients: expected finite numbers/],
    ['folds-back', /one-to-one within 45 px.*folds back at 23\.1 px/],
  ])('%s is refused', (name, message) => {
    const parse = () => parseCameraInfoYaml(caseText(name), name);
    expect(parse).toThrow(expect.objectContaining({ code: 'ERR_CALIBRATION' }));
    expect(parse).toThrow(message);
  });

  it('older ROS files without a model are plumb_bob', () => {
    const text = rosFile.replace('distortion_model: plumb_bob\n', '');
    expect(parseCameraInfoYaml(text, 'old')).toEqual(parseCameraInfoYaml(rosFile, 'new'));
  });

  it('a message that ROS 2 echoes has small letters', () => {
    const text = caseText('echoed-topic').replace('D:', 'd:').replace('K:', 'k:');
    expect(parseCameraInfoYaml(text, 'ros2')).toEqual(radial);
  });

  it("a fisheye of OpenCV's calibration sample is one", () => {
    const text = caseText('opencv')
      .replace('[ -2.5e-01, 5.e-02, 0., 0., 0. ]', '[ 1.e-01, 1.e-02, 0., 0. ]')
      .replace('camera_matrix', 'fisheye_model: 1\ncamera_matrix');
    expect(parseCameraInfoYaml(text, 'opencv')).toEqual(fisheye);
  });

  it('skew is passed over, as OpenCV undistorts without it', () => {
    const text = rosFile.replace('438.783367, 0.000000', '438.783367, 3');
    expect(parseCameraInfoYaml(text, 'skewed')).toEqual(parseCameraInfoYaml(rosFile, 'straight'));
  });
});

describe('camera_info files', () => {
  it('are read as ROS writes them', () => {
    expect(parseCameraInfoYaml(rosFile, 'camera.yaml')).toEqual({
      kind: 'plumb_bob',
      widthPx: 640,
      heightPx: 480,
      fxPx: 438.783367,
      fyPx: 437.302876,
      cxPx: 305.593336,
      cyPx: 243.738352,
      distortion: [-0.361976, 0.11051, 0.001014, 0.000505, 0],
    });
  });

  it('come back from their text with every digit', () => {
    fc.assert(
      fc.property(anyCamera, (camera) => {
        expect(parseCameraInfoYaml(formatCameraInfoYaml(camera), 'round trip')).toEqual(camera);
      }),
      { numRuns: 100 },
    );
  });

  it('with nothing but zeros for distortion describe a pinhole', () => {
    const text = rosFile.replace(/data: \[-0.36.*\]/, 'data: [0, 0, 0, 0, 0]');
    const camera = parseCameraInfoYaml(text, 'camera.yaml');
    expect(camera.kind).toBe('pinhole');
    expect(camera.distortion).toEqual([]);
  });

  const broken: [string, string, RegExp][] = [
    ['no width', rosFile.replace('image_width: 640\n', ''), /image_width/],
    ['a width of text', rosFile.replace('640', 'wide'), /image_width/],
    ['an unknown lens', rosFile.replace('plumb_bob', 'fish_bowl'), /plumb_bob.*found "fish_bowl"/],
    ['three coefficients', rosFile.replace(', 0.000505, 0.000000]', ']'), /expected 4, 5.*found 3/],
    ['a matrix of eight', rosFile.replace('305.593336, ', ''), /camera_matrix: expected 9/],
    ['a focal length of text', rosFile.replace('438.783367', 'long'), /data\.0: expected a number/],
    ['more text than any', `#${' '.repeat(5e6)}`, /expected at most/],
    ['aliases without end', billionLaughs, /expected YAML/],
    ['no YAML', 'a: [1, 2', /expected YAML/],
    ['nothing', '', /camera\.yaml/],
  ];
  it.each(broken)('with %s are refused in one line that says where', (_, text, message) => {
    const parse = () => parseCameraInfoYaml(text, 'camera.yaml');
    expect(parse).toThrow(expect.objectContaining({ code: 'ERR_CALIBRATION' }));
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^camera\.yaml(:\d+)?: [^\n]*$/);
  });

  it('have a hash that changes with any number', async () => {
    const hash = await calibrationSha256(plumbBob);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await calibrationSha256({ ...plumbBob })).toBe(hash);
    expect(await calibrationSha256({ ...plumbBob, cxPx: plumbBob.cxPx + 1e-9 })).not.toBe(hash);
  });
});
