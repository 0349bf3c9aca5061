import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { TrainingGraph } from './training-graph.js';

/**
 * Gradient before an activation from the gradient after it and the activation's own output:
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
      const zero = graph.scalar('zero', 0);
      return graph.node('Where', [graph.node('Greater', [saved, zero]), gradient, zero]);
    }
    case 'elu': {
      // For x < 0, y = e^x - 1 and dy/dx = y + 1; for x >= 0 it is 1.
      const slope = graph.node('Add', [graph.node('Min', [saved, graph.scalar('zero', 0)]), one()]);
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
