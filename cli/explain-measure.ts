import type { Task } from '../src/bundle/manifest.js';
import { type ExplainMethod, explainMethods } from '../src/explanation/explain-methods.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { measuredJson } from '../src/text/measured-json.js';
import { columnsTo, textTable } from '../src/text/text-table.js';
import type { MethodScores } from '../tools/explain/measure/measure-explanations.js';
import { openExplained } from './explained-bundle.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

export interface MeasureFlags {
  stage: Task;
  count: number;
  method?: ExplainMethod;
  json?: true;
}

/** `windshield explain <drive> --measure <n>`: measures how far each method can be trusted, as a table. */
export async function measureMethods(
  drive: string,
  bundleDir: string,
  { stage, count, method, json }: MeasureFlags,
): Promise<void> {
  const { measureExplanations } = await import('../tools/explain/measure/measure-explanations.js');
  const { measuredPictures } = await import('../tools/explain/measure/measured-pictures.js');
  if (stage === 'lights')
    throw new PerceptionError('ERR_USAGE', 'expected a task with ground truth, found lights');
  const { bundle } = await openExplained(stage, bundleDir);
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
