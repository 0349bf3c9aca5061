import './no-telemetry.js';

import { env, InferenceSession, Tensor } from 'onnxruntime-node';

// Errors come back as rejections; what ONNX Runtime prints beside them, in red for a provider that another one of
// the list stands in for, helps nobody.
env.logLevel = 'fatal';

export { InferenceSession, Tensor };
