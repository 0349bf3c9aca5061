import type { InferenceSession } from 'onnxruntime-common';
import type { Manifest } from '../bundle/manifest.js';
import { PerceptionError } from '../frame/perception-error.js';

type TensorSpec = Pick<Manifest['input']['tensor'], 'name' | 'dtype' | 'shape'>;

/**
 * Checks that a loaded session has exactly the manifest's inputs and outputs, with the same types and shapes; a size
 * that the network leaves open may have another name, or be a number, in the manifest. Throws ERR_BUNDLE_SHAPE with
 * the difference.
 */
export function checkSession(
  session: Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>,
  manifest: Manifest,
  where: string,
): void {
  const { tensor, constants = [] } = manifest.input;
  compare('input', [tensor, ...constants], session.inputMetadata, where);
  compare('output', manifest.outputs, session.outputMetadata, where);
}

function compare(
  side: 'input' | 'output',
  expected: readonly TensorSpec[],
  found: readonly InferenceSession.ValueMetadata[],
  where: string,
): void {
  const describeAll = (names: readonly { name: string }[]) =>
    names
      .map(({ name }) => name)
      .sort()
      .join(', ');
  if (describeAll(expected) !== describeAll(found)) {
    throw new PerceptionError(
      'ERR_BUNDLE_SHAPE',
      `${where}: expected ${side}s named ${describeAll(expected)}, found ${describeAll(found)} in the network`,
    );
  }
  for (const tensor of expected) {
    const actual = found.find(({ name }) => name === tensor.name)!;
    const wanted = `${tensor.dtype} [${tensor.shape.join(', ')}]`;
    const isSame =
      actual.isTensor &&
      actual.type === tensor.dtype &&
      actual.shape.length === tensor.shape.length &&
      tensor.shape.every((size, axis) => isSameSize(size, actual.shape[axis]!));
    if (isSame) continue;
    const shown = actual.isTensor ? `${actual.type} [${actual.shape.join(', ')}]` : 'no tensor';
    throw new PerceptionError(
      'ERR_BUNDLE_SHAPE',
      `${where}: ${side} ${tensor.name}: expected ${wanted}, found ${shown} in the network`,
    );
  }
}

/** A size that the network leaves open matches any. ONNX Runtime reports one without a name as -1. */
function isSameSize(told: number | string, found: number | string): boolean {
  return told === found || typeof found === 'string' || found < 0;
}
