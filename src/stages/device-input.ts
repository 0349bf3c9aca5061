import { frameBytes } from '../frame/frame.js';
import { createFrameSession } from '../inference/onnxruntime-node.js';
import { putInFront } from '../onnx/put-in-front.js';
import { frameInputName, preprocessGraph } from '../preprocess/device/preprocess-graph.js';
import { buildRemapTable } from '../preprocess/remap-table.js';
import type { FrameInput } from './frame-input.js';
import type { StageSetup } from './stage-setup.js';

/**
 * Preprocessing on the network's device: the same table as a graph in front of the network, so that only the frame's
 * bytes travel there. Throws as hostInput does, or ERR_PROVIDER_UNAVAILABLE.
 */
export async function deviceInput(setup: StageSetup): Promise<FrameInput> {
  const { bundle, session: certified, frame, camera } = setup;
  const { spec, tensor } = bundle.manifest.input;
  // The kernel is not run: the plain one costs nothing to prepare.
  const table = buildRemapTable(spec, frame, camera, 'typescript');
  const front = preprocessGraph(table, tensor.name, tensor.dtype);
  const network = putInFront(front, bundle.network, tensor.name, {
    where: `${bundle.where}/${bundle.manifest.network.file}`,
    opset: 16,
    purpose: 'preprocess: device',
  });
  const rows = frameBytes(frame) / frame.strideBytes;
  const session = await createFrameSession(bundle, network, certified.provider, {
    name: frameInputName,
    shape: [rows, frame.strideBytes],
  });
  return { preprocessedBy: 'device', session, take: (pixels) => session.pixels.set(pixels) };
}
