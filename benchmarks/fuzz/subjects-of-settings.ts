import { cameraOf } from '../../src/capture/camera-of.js';
import { mountOf } from '../../src/capture/mount-of.js';
import { readCurveKeyFile } from '../../src/outputs/zeromq/curve-key-file.js';
import { ZeromqPublisher } from '../../src/outputs/zeromq/zeromq-publisher.js';
import { loadPipelineFile } from '../../src/pipeline/pipeline-file.js';
import { readBudgets } from '../../tools/bench/budgets.js';
import { readRecipe } from '../../tools/train/recipe.js';
import { readRules } from '../../tools/verdict/rules.js';
import { caseFiles, fileOf, text } from './seed-files.js';
import type { FuzzSubject } from './subject.js';

/** Each YAML file, and the same as JSON, whose parts are changed as values. */
async function withJson(files: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const { parseYaml } = await import('../../src/text/yaml-document.js');
  const asJson = files.flatMap((file) => {
    try {
      const options = { where: '', code: 'ERR_CONFIG', takesFirst: true } as const;
      const { value } = parseYaml(Buffer.from(file).toString('utf8'), options);
      return value === undefined ? [] : [text(JSON.stringify(value))];
    } catch {
      return [];
    }
  });
  return [...files, ...asJson, ...asJson];
}

const setting = (
  name: string,
  file: string,
  seeds: () => Promise<readonly Uint8Array[]>,
  read: FuzzSubject['read'],
  codes: FuzzSubject['codes'] = ['ERR_CONFIG'],
): FuzzSubject => ({
  name,
  form: 'value',
  file,
  codes,
  seeds: async () => withJson(await seeds()),
  read,
});

// A matching pair of keys that protects nothing.
const keys =
  '# rig\npublic rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\nsecret JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6\n';

/** Files that say how to run, and how to judge. */
export const settingSubjects: readonly FuzzSubject[] = [
  setting(
    'pipeline',
    'pipeline.yaml',
    () =>
      Promise.all(
        ['default', 'adaptive', 'camera', 'int8'].map((name) =>
          fileOf('pipelines', `${name}.yaml`),
        ),
      ),
    async (path) => void (await loadPipelineFile(path)),
  ),
  setting(
    'calibration',
    'camera.yaml',
    async () => [
      ...(await caseFiles(/^18/, '.yaml')),
      await fileOf('calibration/sample-camera.yaml'),
    ],
    async (path) => void (await cameraOf(path, '')),
    ['ERR_CALIBRATION'],
  ),
  setting(
    'mount',
    'mount.yaml',
    async () => [
      text('heightM: 1.4\npitchRad: 0.02\nrollRad: 0.01\nyawRad: -0.01\nheightDeviationM: 0.05\n'),
    ],
    async (path) => void (await mountOf(path, '')),
    ['ERR_CALIBRATION'],
  ),
  setting(
    'recipe',
    'recipe.yaml',
    () =>
      Promise.all(
        ['detection', 'signs', 'segmentation', 'steering'].map((task) =>
          fileOf('tools/train/recipes', `${task}.yaml`),
        ),
      ),
    async (path) => void readRecipe(path),
  ),
  setting(
    'rules',
    'rules.yaml',
    async () => [
      text(
        'exact: never\nlimits:\n  boxOffsetPx: 1\n  steeringMeanDeg: 0.1\nallow:\n  - kind: object-lost\n    classes: [car, truck]\n    atMost: 3\nnever: [pedestrian]\n',
      ),
    ],
    async (path) => void (await readRules(path)),
  ),
  setting(
    'budgets',
    'budgets.json',
    async () => [await fileOf('budgets.json')],
    async (path) => void (await readBudgets(path)),
  ),
  {
    name: 'curve-keys',
    form: 'text',
    file: 'server.keys',
    codes: ['ERR_CONFIG'],
    seeds: async () => [text(keys), text(`public ${'0'.repeat(40)}\nsecret ${'#'.repeat(40)}\n`)],
    async read(path) {
      const curve = readCurveKeyFile(path);
      const endpoint = 'tcp://127.0.0.1:*';
      const publisher = await ZeromqPublisher.bind({ endpoint, highWaterMark: 10, curve });
      await publisher.close();
    },
  },
];
