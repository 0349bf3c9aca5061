// CPU time of filling a batch next to that of a training step: the work that a loader thread takes off the training
// thread. node bin/build.js && node dist/benchmarks/batch-loading.js --data <folder…> [--task signs] [--steps 3]

import { parseArgs } from 'node:util';
import { tasks } from '../src/bundle/manifest.js';
import { median } from '../src/frame/median.js';
import { threadCpuMs } from '../tools/bench/thread-cpu.js';
import { tf } from '../tools/layers-to-onnx/tf.js';
import { CompiledStep } from '../tools/train/compiled/compiled-step.js';
import type { FilledBatch } from '../tools/train/loading/batch-source.js';
import { openBatches } from '../tools/train/loading/open-batches.js';
import { readRecipe } from '../tools/train/recipe.js';
import { taskTraining } from '../tools/train/tasks/task-table.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string', multiple: true },
    task: { type: 'string' },
    steps: { type: 'string', default: '3' },
  },
});
const dataDirs = values.data ?? [];
const steps = Number(values.steps);
await tf.setBackend('cpu');

/** CPU time of the calling thread for some work, milliseconds. */
async function coreMs(work: () => Promise<unknown>): Promise<number> {
  const before = threadCpuMs() ?? performance.now();
  await work();
  return (threadCpuMs() ?? performance.now()) - before;
}

console.log('task          batch  fill ms  step ms  share of the thread');
for (const task of tasks.filter((name) => !values.task || name === values.task)) {
  const recipe = readRecipe(`tools/train/recipes/${task}.yaml`);
  const training = taskTraining(recipe);
  const request = { recipe: { ...recipe, validation: [] }, dataDirs };
  const { batches } = await openBatches(request, training, { loaders: 0, cacheBytes: 2 ** 30 });
  const step = new CompiledStep(training.buildNetwork(recipe.seed), { batch: recipe.batch });
  const fills: number[] = [];
  const computes: number[] = [];
  for (let index = 0; index <= steps; index++) {
    let filled: FilledBatch | undefined;
    const fillMs = await coreMs(async () => {
      filled = await batches.next(index);
    });
    const { batch } = filled!;
    const stepMs = await coreMs(async () => {
      step.input.set(batch.input);
      await step.forward();
      training.loss(step, batch);
      await step.backward();
    });
    // The first one warms up.
    if (index > 0) fills.push(fillMs);
    if (index > 0) computes.push(stepMs);
  }
  step.dispose();
  const [fill, compute] = [median(fills), median(computes)];
  const share = ((100 * fill) / (fill + compute)).toFixed(1);
  console.log(
    `${task.padEnd(13)} ${String(recipe.batch).padStart(5)}  ${fill.toFixed(0).padStart(7)}  ${compute.toFixed(0).padStart(7)}  ${share.padStart(5)} %`,
  );
}
