import './no-telemetry.js';

import { env, InferenceSession, Tensor } from 'onnxruntime-node';

// Errors come back as rejections. ONNX Runtime would also print them, even for a provider that another one of the list
// replaces.
env.logLevel = 'fatal';
settleHalves();

export { InferenceSession, Tensor };

/**
 * ONNX Runtime's native part reads float16 only as a Uint16Array; its script uses the engine's own Float16Array (Node 24
 * on) if there is one when the first tensor is made. So the first tensor is made while Float16Array is hidden.
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
