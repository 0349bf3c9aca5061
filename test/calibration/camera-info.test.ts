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

const coefficient = fc.double({ min: -2, max: 2, noNaN: true });
const anyCamera: fc.Arbitrary<CameraModel> = fc.constantFrom(...cameraKinds).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    widthPx: fc.integer({ min: 1, max: 8000 }),
    heightPx: fc.integer({ min: 1, max: 8000 }),
    fxPx: fc.double({ min: 0.1, max: 1e5, noNaN: true }),
    fyPx: fc.double({ min: 0.1, max: 1e5, noNaN: true }),
    cxPx: fc.double({ min: 0, max: 8000, noNaN: true }),
    cyPx: fc.double({ min: 0, max: 8000, noNaN: true }),
    // A first coefficient above 0, so that no distorted model is all zeros (those are read as a pinhole).
    distortion: fc
      .array(coefficient, {
        minLength: distortionCounts[kind],
        maxLength: distortionCounts[kind],
      })
      .map((values) => values.map((value, i) => (i === 0 ? Math.abs(value) + 0.01 : value))),
  }),
);

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
    ['too few coefficients', rosFile.replace(', 0.000505, 0.000000]', ']'), /expected 5.*found 3/],
    ['a matrix of eight', rosFile.replace('305.593336, ', ''), /camera_matrix\.data/],
    ['a focal length of 0', rosFile.replace('438.783367', '0'), /focal lengths above 0/],
    ['skew', rosFile.replace('438.783367, 0.000000', '438.783367, 3'), /expected \[fx, 0, cx/],
    ['no YAML', 'a: [1, 2', /expected YAML/],
    ['nothing', '', /camera\.yaml/],
  ];
  it.each(broken)('with %s are refused in one line that says where', (_, text, message) => {
    const parse = () => parseCameraInfoYaml(text, 'camera.yaml');
    expect(parse).toThrow(expect.objectContaining({ code: 'ERR_CALIBRATION' }));
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^camera\.yaml: [^\n]*$/);
  });

  it('have a hash that changes with any number', async () => {
    const hash = await calibrationSha256(plumbBob);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await calibrationSha256({ ...plumbBob })).toBe(hash);
    expect(await calibrationSha256({ ...plumbBob, cxPx: plumbBob.cxPx + 1e-9 })).not.toBe(hash);
  });
});
