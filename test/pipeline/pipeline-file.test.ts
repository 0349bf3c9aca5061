import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { permittedUse } from '../../src/bundle/permitted-use.js';
import { loadPipelineFile, parsePipeline } from '../../src/pipeline/pipeline-file.js';

const minimal = `
bundles:
  steering: models/steering
lanes:
  - [steering]
`;
const parse = (yamlText: string) => parsePipeline(yamlText, '/rig/pipelines/front.yaml');
const codeOf = (yamlText: string) => {
  try {
    parse(yamlText);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('expected a refusal');
};

describe('a pipeline file', () => {
  test('has its defaults filled in and its paths made absolute from where it lies', () => {
    const config = parse(
      `${minimal}source: ../drive.mcap\ncalibration: front.yaml\nrecord: out.mcap`,
    );
    expect(config).toEqual({
      source: '/rig/drive.mcap',
      calibration: '/rig/pipelines/front.yaml',
      mount: 'recording',
      ground: 'plane',
      bundles: { steering: '/rig/pipelines/models/steering' },
      lanes: [['steering']],
      preprocess: 'auto',
      providers: ['cpu'],
      deadlineMs: {},
      ring: { slots: 8 },
      publish: { zeromq: { endpoint: 'tcp://127.0.0.1:5556', highWaterMark: 100 } },
      record: { path: '/rig/pipelines/out.mcap', images: false },
      allowUncertified: false,
    });
  });

  test('may name several bundles for a stage, of which the first is the one for lock-step', () => {
    const config = parse(minimal.replace('models/steering', '[fast, ../exact]'));
    expect(config.bundles).toEqual({ steering: '/rig/pipelines/fast' });
    expect(config.alternatives).toEqual({ steering: ['/rig/pipelines/fast', '/rig/exact'] });
    const one = parse(minimal.replace('models/steering', '[fast]'));
    expect(one.bundles).toEqual({ steering: '/rig/pipelines/fast' });
    expect(one.alternatives).toBeUndefined();
    expect(codeOf(minimal.replace('models/steering', '[]')).message).toContain(
      'bundles.steering: Too small',
    );
  });

  test('keeps a stream address as it is', () => {
    expect(parse(`${minimal}source: rtsp://10.0.0.2/front`).source).toBe('rtsp://10.0.0.2/front');
  });

  test('is frozen to its depths', () => {
    const config = parse(minimal);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.lanes[0])).toBe(true);
    expect(Object.isFrozen(config.publish.zeromq)).toBe(true);
  });

  test.each(readdirSync('pipelines').filter((name) => name.endsWith('.yaml')))(
    '%s is accepted, and its bundles are there',
    async (file) => {
      const { bundles } = await loadPipelineFile(join('pipelines', file));
      expect(Object.keys(bundles).length).toBeGreaterThan(0);
      for (const dir of Object.values(bundles))
        expect(existsSync(join(String(dir), 'manifest.json'))).toBe(true);
    },
  );

  test('any-use.yaml names only bundles whose data permit any use', async () => {
    const { bundles } = await loadPipelineFile('pipelines/any-use.yaml');
    for (const dir of Object.values(bundles)) {
      const manifest = readFileSync(join(String(dir), 'manifest.json'), 'utf8');
      const { use, training } = JSON.parse(manifest);
      expect([use, permittedUse(training.data)]).toEqual(['any', 'any']);
    }
  });

  test('that is shipped as the default is accepted', async () => {
    const config = await loadPipelineFile('pipelines/default.yaml');
    expect(config.lanes).toEqual([['steering', 'detection', 'signs'], ['segmentation']]);
  });

  test('that leaves the lanes to be planned is accepted, and has the defaults of degradation', async () => {
    const config = await loadPipelineFile('pipelines/adaptive.yaml');
    expect(config.lanes).toBe('auto');
    expect(config.degradation).toMatchObject({ beginAt: 0.9, endAt: 0.7, windowS: 4, dwellS: 5 });
  });
});

describe('a pipeline file is refused, with file, line and key, for', () => {
  test.each([
    ['an unknown key', `${minimal}colour: red`, 'front.yaml:6: unknown key "colour"'],
    [
      'an unknown key further down',
      `${minimal}publish:\n  zeromq:\n    highwatermark: 5`,
      'front.yaml:8: publish.zeromq: unknown key "highwatermark"; did you mean "highWaterMark"?',
    ],
    ['broken YAML', 'lanes: [', 'front.yaml:1: '],
    [
      'the same key twice',
      `${minimal}lanes: [[steering]]`,
      'front.yaml:6: expected YAML, found Map keys must be unique',
    ],
    ['an empty file', '', 'bundles: '],
    [
      'a stage that is none',
      minimal.replace('[steering]', '[stering]'),
      'front.yaml:5: lanes[0][0]: ',
    ],
    [
      'a stage in two lanes',
      `${minimal}  - [steering]`,
      'front.yaml:6: lanes[1][0]: steering rides in a lane already',
    ],
    [
      'a stage without a bundle',
      minimal.replace('[steering]', '[steering, detection]'),
      'front.yaml:5: lanes[0][1]: detection has no entry in bundles',
    ],
    [
      'a bundle without a lane',
      minimal.replace('lanes', '  detection: d\nlanes'),
      'front.yaml:4: bundles.detection: detection rides in no lane',
    ],
    [
      'signs without detection',
      minimal.replaceAll('steering', 'signs'),
      'signs reads the answer of detection',
    ],
    ['a provider that is none', `${minimal}providers: [gpu]`, 'front.yaml:6: providers[0]: '],
    [
      'webgpu in two lanes',
      `${minimal}  - [segmentation]\nproviders: [webgpu, cpu]`.replace(
        'lanes',
        '  segmentation: s\nlanes',
      ),
      'providers: webgpu runs one network at a time',
    ],
    [
      'a word for lanes that is none',
      minimal.replace(/lanes:.*/s, 'lanes: many\n'),
      'front.yaml:4: lanes: ',
    ],
    [
      'a number of lanes beside declared ones',
      `${minimal}laneCount: 2`,
      'front.yaml:6: laneCount: is for lanes: auto',
    ],
    [
      'planned lanes without a bundle',
      'bundles: {}\nlanes: auto',
      'front.yaml:1: bundles: expected a bundle to run',
    ],
    [
      'a mode that thins a stage that is not there',
      `${minimal}degradation: { budgetMs: { steering: 9 }, modes: [{ name: a, segmentationEvery: 2 }] }`,
      'front.yaml:6: degradation.modes[0].segmentationEvery: segmentation rides in no lane',
    ],
    [
      'a mode that thins lights that are not there',
      `${minimal}degradation: { budgetMs: { steering: 9 }, modes: [{ name: a, lightsEvery: 2 }] }`,
      'front.yaml:6: degradation.modes[0].lightsEvery: lights rides in no lane',
    ],
    [
      'a budget of a stage that is not there',
      `${minimal}degradation: { budgetMs: { signs: 9 }, modes: [{ name: a, signs: newOrGrown }] }`,
      'front.yaml:6: degradation.budgetMs.signs: signs rides in no lane',
    ],
    ['a ring of two', `${minimal}ring: { slots: 2 }`, 'front.yaml:6: ring.slots: '],
    ['a list where a map should be', '[]', 'front.yaml:1: the file: '],
  ])('%s', (_, yamlText, message) => {
    const error = codeOf(yamlText);
    expect(error.code).toBe('ERR_CONFIG');
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });

  test('being absent', async () => {
    await expect(loadPipelineFile('/no/such.yaml')).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: '/no/such.yaml: expected a pipeline file, found nothing there',
    });
  });
});
