import { PerceptionError } from '../src/frame/perception-error.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { measuredJson } from '../src/text/measured-json.js';
import { columnsTo, textTable } from '../src/text/text-table.js';
import type { ExplainMethod } from '../tools/explain/explain-methods.js';
import type { MethodScores } from '../tools/explain/measure/measure-explanations.js';
import { shippedModelsDir } from './default-pipelines.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

/** `windshield explain <drive> --measure <n>`: how far each method is to be trusted, as a table. */
export async function measureMethods(
  drive: string,
  bundleDir: string,
  { count, method, json }: { count: number; method?: ExplainMethod; json?: true },
): Promise<void> {
  const { explainMethods } = await import('../tools/explain/explain-methods.js');
  const { floatTwin } = await import('../tools/explain/float-twin.js');
  const { measureExplanations } = await import('../tools/explain/measure/measure-explanations.js');
  const { measuredPictures } = await import('../tools/explain/measure/measured-pictures.js');
  const asked = await readBundleFolder(bundleDir);
  if (asked.manifest.task === 'lights')
    throw new PerceptionError('ERR_USAGE', 'expected a task with ground truth, found lights');
  const bundle = (await floatTwin(asked, bundleDir, shippedModelsDir)) ?? asked;
  const terminal = new Terminal();
  const pictures = await measuredPictures(bundle, drive, count);
  const methods = method === undefined ? explainMethods : [method];
  const scores = await measureExplanations(
    bundle,
    pictures,
    [...methods, 'random'],
    countsProgress(terminal, 'explanations'),
  );
  terminal.clearLive();
  terminal.print(json ? measuredJson(scores) : tableOf(scores));
}

function tableOf(scores: readonly MethodScores[]): string {
  const head = ['method', 'pictures', 'deletion', 'insertion', 'randomised', 'on truth', 'area'];
  const rows = scores.map((s) =>
    s.pictures === 0
      ? [s.method, '0', '', '', '', '', '', s.refused ?? '']
      : [
          s.method,
          `${s.pictures}`,
          ...[s.deletion, s.insertion, s.randomised, s.onTruth, s.truthArea].map((v) =>
            v.toFixed(2),
          ),
        ],
  );
  return textTable([head, ...rows], { numbers: columnsTo(head.length - 1) });
}
