import { expect, test } from 'vitest';
import { trainingSections } from '../../../../tools/evaluate/page/training-sections.js';
import { readTrainingLog } from '../../../../tools/evaluate/report/training-log.js';
import { rejection, writeFolder } from '../../datasets/dataset-builders.js';

const row = (step: number, loss: number, more: object = {}) =>
  JSON.stringify({ step, epoch: step / 10, loss, learningRate: 0.001, ...more });

test('rows hold what the log says in numbers, and broken lines are counted with their place', async () => {
  const run = writeFolder({
    'log.jsonl': `${row(10, 2)}\n{"step": 15, "ep\n[]\n\n${row(20, 1, { metrics: { mIoU: 0.4, 'car.ap50': 0.1, note: 'x' } })}\n`,
  });
  const { rows, problems } = await readTrainingLog(run);
  expect(rows).toEqual([
    { step: 10, epoch: 1, values: { loss: 2, learningRate: 0.001 }, metrics: {} },
    {
      step: 20,
      epoch: 2,
      values: { loss: 1, learningRate: 0.001 },
      metrics: { mIoU: 0.4, 'car.ap50': 0.1 },
    },
  ]);
  expect(problems.map(({ where }) => where.split(':').at(-1))).toEqual(['2', '3']);
});

test('what a resumed run tells again replaces what was told before', async () => {
  const run = writeFolder({
    'log.jsonl': [row(10, 5), row(20, 4), row(30, 3), row(20, 2), row(30, 1)].join('\n'),
  });
  const { rows } = await readTrainingLog(run);
  expect(rows.map(({ step, values }) => [step, values['loss']])).toEqual([
    [10, 5],
    [20, 2],
    [30, 1],
  ]);
});

test('a folder without a log, and a log without a line, are no run', async () => {
  expect(await rejection(readTrainingLog(writeFolder({})))).toMatchObject({ code: 'ERR_DATASET' });
  const empty = readTrainingLog(writeFolder({ 'log.jsonl': 'nothing\n' }));
  expect(await rejection(empty)).toMatchObject({ code: 'ERR_DATASET' });
});

test('the curves are those of whole scores, each with its best value', async () => {
  const metrics = { mAP50: 0.25, 'car.ap50': 0.5, 'voc road_signs: mAP50': 0.1 };
  const run = writeFolder({
    'log.jsonl': [row(10, 2), row(20, 1, { metrics }), row(30, 1.5)].join('\n'),
  });
  const [section] = trainingSections(await readTrainingLog(run));
  const titles = [...section!.body.matchAll(/<h3>([^<]+)/g)].map(([, title]) => title!.trim());
  expect(titles).toEqual(['loss', 'learning rate', 'validation: mAP50']);
  expect(section!.body).toContain('best 1.000 at step 20');
  expect(section!.body).not.toContain('NaN');
});
