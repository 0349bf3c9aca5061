import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { TrainingGraph } from './training-graph.js';

/**
 * Gradient at an activation's input, from the gradient at its output and the output itself:
 * all of these derivatives can be written with the output alone.
 */
export function activationGradient(
  training: TrainingGraph,
  activation: unknown,
  output: string,
  outputShape: number[],
  gradient: string,
): string {
  const graph = training.backward;
  if (activation === undefined || activation === null || activation === 'linear') return gradient;
  const saved = training.save(output, outputShape);
  const one = () => graph.scalar('one', 1);
  switch (activation) {
    case 'relu': {
      // 0 where the output is 0, else 1: one pass, while comparing and choosing are two.
      const slope = graph.node('HardSigmoid', [saved], {
        alpha: { float: 1e30 },
        beta: { float: 0 },
      });
      return graph.node('Mul', [gradient, slope]);
    }
    case 'elu': {
      // For x < 0, y = e^x - 1 and dy/dx = y + 1; for x >= 0 it is 1: y + 1, clamped to 0..1.
      const slope = graph.node('HardSigmoid', [saved], { alpha: { float: 1 }, beta: { float: 1 } });
      return graph.node('Mul', [gradient, slope]);
    }
    case 'sigmoid': {
      const slope = graph.node('Mul', [saved, graph.node('Sub', [one(), saved])]);
      return graph.node('Mul', [gradient, slope]);
    }
    case 'tanh': {
      const slope = graph.node('Sub', [one(), graph.node('Mul', [saved, saved])]);
      return graph.node('Mul', [gradient, slope]);
    }
    default:
      throw new PerceptionError('ERR_TRAINING', `no gradient for activation ${String(activation)}`);
  }
}
