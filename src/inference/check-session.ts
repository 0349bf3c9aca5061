import type { InferenceSession } from 'onnxruntime-common';
import type { Manifest } from '../bundle/manifest.js';
import { PerceptionError } from '../frame/perception-error.js';

type TensorSpec = Manifest['input']['tensor'];

/**
 * Checks that a loaded session has exactly the manifest's input and outputs, of the same types and shapes; a
 * named dimension of one may have another name in the other. Throws ERR_BUNDLE_SHAPE with the difference.
 */
export function checkSession(
  session: Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>,
  manifest: Manifest,
  where: string,
): void {
  compare('input', [manifest.input.tensor], session.inputMetadata, where);
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

function isSameSize(a: number | string, b: number | string): boolean {
  return a === b || (typeof a === 'string' && typeof b === 'string');
}
