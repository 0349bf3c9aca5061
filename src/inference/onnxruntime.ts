import './no-telemetry.js';

import { env, InferenceSession, Tensor } from 'onnxruntime-node';

// Errors come back as rejections; what ONNX Runtime prints beside them, in red for a provider that another one of
// the list stands in for, helps nobody.
env.logLevel = 'fatal';
settleHalves();

export { InferenceSession, Tensor };

/**
 * ONNX Runtime's native part reads float16 as a Uint16Array alone; its script takes the engine's own Float16Array (Node 24 on)
 * if there is one when the first tensor is made. So that one is made without.
 */
function settleHalves(): void {
  const halves = Object.getOwnPropertyDescriptor(globalThis, 'Float16Array');
  if (halves === undefined) return;
  Reflect.deleteProperty(globalThis, 'Float16Array');
  try {
    new Tensor('uint8', new Uint8Array(1), [1]);
  } finally {
    Object.defineProperty(globalThis, 'Float16Array', halves);
  }
}
